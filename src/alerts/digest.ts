import type { Clock } from '../async/clock.ts';
import type { AlertBody, AlertNotice } from '../contract/documents/alert.ts';
import type { NewId } from '../contract/ids.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import type { MessageQueues } from './message-queue.ts';
import { titleOf } from './message-text.ts';
import type { NotifiedIssue, OutboxMessage } from './outbox.ts';
import { quietUntil } from './quiet-hours.ts';

/** How long changes are gathered into one message, and the minimum time between two messages of an alert. */
export type NotifierTiming = { gatherMs: number; apartMs: number };

export type DigestParts = {
  queues: MessageQueues;
  /** The present alerts, by id. */
  alerts(): ReadonlyMap<string, Document<AlertBody>>;
  clock: Clock;
  newId: NewId;
  /** Whether an issue is open, so that reminders are sent: not resolved, acknowledged or muted. */
  isOpen(issueId: string): boolean;
  timing: NotifierTiming;
};

/** A resolved issue is remembered this long, so that its notices are not sent twice. */
const forgottenMs = 7 * 86_400_000;
/** The number of issues that a message names while changes are gathered; further ones are only counted. */
const gatheredMax = 1_000;

/** Gathers notices and reminders into messages, in the queue of each alert. */
export function createDigests({ queues, alerts, clock, newId, isOpen, timing }: DigestParts) {
  function newMessage(alertId: string, about: OutboxMessage['about'], dueAt: number): OutboxMessage {
    const message = { id: newId('message'), alertId, about, status: 'waiting' as const, notices: [], total: 0 };
    const times = { createdAt: clock.now(), dueAt, firstAttemptAt: null, finishedAt: null };
    return { ...message, ...times, title: titleOf(message), attempts: 0, detail: null };
  }

  /** Adds a notice to the message that was not tried yet, or to a new one; during quiet hours, to the summary. */
  function add(alertId: string, body: AlertBody, about: 'changes' | 'reminder', notice: AlertNotice) {
    const queue = queues.of(alertId);
    const now = clock.now();
    const { quietHours: quiet } = body;
    const isPassing = quiet === null || (quiet.exceptCritical && notice.severity === 'critical');
    const quietEnd = isPassing ? null : quietUntil(quiet, now);
    const wanted = quietEnd === null ? about : 'summary';
    const open = queue.waiting.find(
      (one) => one.about === wanted && one.attempts === 0 && one.id !== queue.sending?.id,
    );
    const dueAt = quietEnd ?? Math.max(now + timing.gatherMs, queue.freeAt);
    const merged = withNotice(open ?? newMessage(alertId, wanted, dueAt), notice);
    if (merged !== null) queues.put(merged);
    else if (open !== undefined) queues.drop(open);
  }

  function remind(notified: NotifiedIssue, body: AlertBody | undefined, now: number) {
    const { alertId, issueId, notice } = notified;
    const everyMs = body?.rules.remindEveryMs ?? null;
    const isStillOpen = isOpen(issueId);
    if (isStillOpen && everyMs !== null && body?.status === 'enabled')
      add(alertId, body, 'reminder', { ...notice, change: 'reminded', at: new Date(now).toISOString() });
    const remindAt = isStillOpen && everyMs !== null ? now + everyMs : null;
    queues.note({ ...notified, isOpen: isStillOpen, remindAt });
  }

  return {
    newMessage,
    /** Adds a notice to the messages of the alerts that select it. A repeated notice is ignored. */
    take(notice: IssueNotice): void {
      const now = clock.now();
      for (const { id: alertId, body } of alerts().values()) {
        const known = queues.of(alertId).notified.get(notice.issueId);
        if (known !== undefined && (known.notice.id === notice.id || known.notice.at > notice.at)) continue;
        const isWanted = fits(body, notice);
        if (!isWanted && known === undefined) continue;
        if (isWanted) add(alertId, body, 'changes', notice);
        const isActive = notice.change !== 'resolved';
        const everyMs = body.rules.remindEveryMs;
        const remindAt = isActive && everyMs !== null ? now + everyMs : null;
        queues.note({ alertId, issueId: notice.issueId, notice, isOpen: isActive, remindAt, at: now });
      }
    },
    /** Adds the reminders that are due. */
    remind(): void {
      const now = clock.now();
      for (const [alertId, { notified }] of queues.all())
        for (const one of [...notified.values()]) {
          if (!one.isOpen && one.at < now - forgottenMs) queues.forget(one);
          if (one.isOpen && one.remindAt !== null && one.remindAt <= now) remind(one, alerts().get(alertId)?.body, now);
        }
    },
  };
}

/** Whether the rules of an alert select this notice. */
function fits({ status, rules }: AlertBody, notice: IssueNotice): boolean {
  const { kinds, minSeverity, connectionIds, actionIds, on } = rules;
  return (
    status === 'enabled' &&
    on.includes(notice.change) &&
    (kinds === null || kinds.includes(notice.kind)) &&
    (minSeverity === 'warning' || notice.severity === 'critical') &&
    (connectionIds === null || (notice.connectionId !== null && connectionIds.includes(notice.connectionId))) &&
    (actionIds === null || (notice.actionId !== null && actionIds.includes(notice.actionId)))
  );
}

/**
 * The message with this notice added. Each issue is listed once, with its latest change. An issue that was opened and
 * resolved before the message was sent is left out, except in a summary. Null: the message is empty.
 */
function withNotice(message: OutboxMessage, notice: AlertNotice): OutboxMessage | null {
  const before = message.notices.find((one) => one.issueId === notice.issueId);
  if (notice.change === 'reminded' && before !== undefined) return message;
  const others = message.notices.filter((one) => one.issueId !== notice.issueId);
  const isOver =
    notice.change === 'resolved' && before !== undefined && isNew(before.change) && message.about !== 'summary';
  if (isOver) return message.total === 1 ? null : titled({ ...message, notices: others, total: message.total - 1 });
  const notified =
    before !== undefined && notice.change === 'worsened' && isNew(before.change) ? before.change : notice.change;
  const total = before === undefined ? message.total + 1 : message.total;
  const notices = others.length < gatheredMax ? [...others, { ...notice, change: notified }] : others;
  return titled({ ...message, notices, total });
}

function isNew(change: AlertNotice['change']): boolean {
  return change === 'opened' || change === 'reopened';
}

function titled(message: OutboxMessage): OutboxMessage {
  return { ...message, title: titleOf(message) };
}
