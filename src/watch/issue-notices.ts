import { inTurn } from '../async/in-turn.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import type { IssueRecord } from '../issues/issues.ts';
import { hiddenReason } from '../pipeline/insight/hidden-reason.ts';
import type { NoticeState } from './issue-life.ts';

/** Takes a notice after it is on disk. The promise resolves when the notice is stored there, too. */
export type TakeNotice = (notice: IssueNotice) => Promise<void> | void;

/**
 * Sends stored notices to the one who follows them, and repeats them until they are taken; a crash in between repeats them,
 * too. `sent`: a notice was taken. `refused`: some were not.
 */
export function createNoticeSender(parts: {
  sent(record: IssueRecord, notice: IssueNotice): void;
  refused(): void;
  failed(error: unknown, doing: string): void;
}) {
  const stored = new Map<IssueRecord, readonly IssueNotice[]>();
  const notifying = inTurn();
  let take: TakeNotice | null = null;

  async function sendEach([record, notices]: [IssueRecord, readonly IssueNotice[]]) {
    for (const notice of notices) {
      if (take === null) return;
      try {
        await take(notice);
        setStored(
          record,
          stored.get(record)?.filter(({ id }) => id !== notice.id),
        );
        parts.sent(record, notice);
      } catch (error) {
        parts.failed(error, 'notify of an issue');
        parts.refused();
      }
    }
  }

  function setStored(record: IssueRecord, notices: readonly IssueNotice[] = []) {
    if (notices.length === 0) stored.delete(record);
    else stored.set(record, notices);
  }

  return {
    /** One part follows the notices at a time; null: none. */
    follow(next: TakeNotice | null): void {
      take = next;
    },
    /** These notices of an issue are stored, and no others. */
    stored: setStored,
    /** Sends those of one issue one after the other, those of different issues at once, to be stored in one write. */
    send(): void {
      if (take !== null && stored.size > 0) void notifying(() => Promise.all([...stored].map(sendEach)));
    },
    /** Resolves when what was to be sent so far is taken or refused. */
    settled: (): Promise<void> => notifying(async () => {}),
  };
}

/** The notice of a change of an issue. */
export function noticeOf(record: IssueRecord, change: NonNullable<NoticeState>, at: number): IssueNotice {
  const { id, kind, severity, title, likelyFix, connectionId, destinationId, actionId } = record;
  // Alerts leave Millrace, to people of unknown rights.
  const detail = kind === 'template' ? hiddenReason(record.detail) : record.detail;
  record.noticed += 1;
  return {
    id: `${id}-${record.noticed}`,
    issueId: id,
    change,
    kind,
    severity,
    title,
    detail: change === 'resolved' ? (record.resolved?.how ?? detail) : detail,
    likelyFix,
    connectionId,
    destinationId,
    actionId,
    at: new Date(at).toISOString(),
    path: `/issues/${id}`,
  };
}
