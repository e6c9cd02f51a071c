import { type Clock, idleTimer, setTimer, stopTimer } from '../async/clock.ts';
import { inTurn } from '../async/in-turn.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { IssueCause, IssueNotice } from '../contract/records/issue.ts';
import type { IssueRecord, IssueStore } from '../issues/issues.ts';
import { hiddenReason } from '../pipeline/insight/hidden-reason.ts';
import type { NoticeState } from './issue-life.ts';

export type IssueWriterParts = {
  store: IssueStore;
  clock: Clock;
  /** Recent changes to the objects of an issue, from before it opened. */
  causesOf(record: IssueRecord): Promise<IssueCause[]>;
  noticed(notice: IssueNotice): void;
  failed(error: unknown, doing: string): void;
};

/** Takes a notice after it is on disk. The promise resolves when the notice is stored there, too. */
export type TakeNotice = (notice: IssueNotice) => Promise<void> | void;

/** Issues that open within this time, as when a much-used system goes down, are investigated and written together. */
const gatherMs = 100;
const saveEveryMs = 5_000;
const noticesMax = 20;

/**
 * Writes the issues of `records`: changes of state within a tenth of a second, counts alone within five. Notices are
 * sent to the one who follows them after they are written, and repeated until they are taken; a crash in between repeats them.
 */
export function createIssueWriter(records: ReadonlyMap<string, IssueRecord>, parts: IssueWriterParts) {
  const { store, clock, failed } = parts;
  const dirty = new Set<IssueRecord>();
  /** Issues that have opened and whose causes are not read yet. */
  const opened = new Set<IssueRecord>();
  const removed = new Set<string>();
  const writing = inTurn();
  const notifying = inTurn();
  const timer = idleTimer();
  const saveWithin = (ms: number) => setTimer(timer, clock.now() + ms, clock, saveNow);
  let isWriting = false;
  let take: TakeNotice | null = null;

  function saveNow() {
    stopTimer(timer);
    if (isWriting) return;
    isWriting = true;
    void writing(write);
  }

  async function write() {
    // More issues may open during the write.
    while (opened.size > 0) {
      const some = [...opened];
      opened.clear();
      await Promise.all(some.map(findCauses));
    }
    isWriting = false;
    const written = [...dirty];
    const gone = [...removed];
    dirty.clear();
    removed.clear();
    try {
      if (gone.length > 0) await store.remove(gone);
      if (written.length > 0) await store.save(written);
      // Those of one issue one after the other, those of different issues at once, to be stored in one write.
      void notifying(() => Promise.all(written.map(sendNotices)));
    } catch (error) {
      failed(error, 'save issues');
      for (const record of written) dirty.add(record);
      for (const id of gone) removed.add(id);
      saveWithin(saveEveryMs);
    }
  }

  async function findCauses(record: IssueRecord) {
    record.changes = await parts.causesOf(record).catch((error) => {
      failed(error, 'read the audit trail');
      return [];
    });
  }

  async function sendNotices(record: IssueRecord) {
    if (record.notices.length === 0 || take === null) return;
    await sendEach(record, take, failed);
    if (records.has(record.id)) dirty.add(record);
    saveWithin(saveEveryMs);
  }

  async function settled(): Promise<void> {
    saveNow();
    await writing(async () => {});
    await notifying(async () => {});
  }

  return {
    /** Sends all notices to `next`, also those that are left from before: one part follows them at a time. */
    follow(next: TakeNotice): void {
      take = next;
      for (const record of records.values()) if (record.notices.length > 0) dirty.add(record);
      if (dirty.size > 0) saveWithin(saveEveryMs);
    },
    /** The record changed; `change` is the change to notify people of, or null. */
    changed(record: IssueRecord, change: NoticeState): void {
      dirty.add(record);
      saveWithin(change === null ? saveEveryMs : gatherMs);
      if (change === null) return;
      const notice = noticeOf(record, change, clock.now());
      record.notices = [...record.notices, notice].slice(-noticesMax);
      if (change === 'opened' || change === 'reopened') opened.add(record);
      parts.noticed(notice);
    },
    removed(record: IssueRecord): void {
      dirty.delete(record);
      opened.delete(record);
      removed.add(record.id);
      saveWithin(saveEveryMs);
    },
    /** Writes the record with an audit entry, after the writes before it. Rejects when they can't be written. */
    save: (record: IssueRecord, entry: NewAuditEntry): Promise<void> => writing(() => store.save([record], entry)),
    /** Resolves when every change so far is on disk or its write has failed. */
    settled,
    async [Symbol.asyncDispose]() {
      await settled();
      stopTimer(timer);
      if (dirty.size > 0) await write();
      stopTimer(timer);
    },
  };
}

/** Sends the notices of a record one after the other; those that are refused stay for the next time. */
async function sendEach(record: IssueRecord, take: TakeNotice, failed: IssueWriterParts['failed']) {
  for (const notice of record.notices)
    try {
      await take(notice);
      record.notices = record.notices.filter((one) => one !== notice);
    } catch (error) {
      failed(error, 'notify of an issue');
    }
}

function noticeOf(record: IssueRecord, change: NonNullable<NoticeState>, now: number): IssueNotice {
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
    at: new Date(now).toISOString(),
    path: `/issues/${id}`,
  };
}
