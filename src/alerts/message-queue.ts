import { isSetBack } from '../async/clock.ts';
import { sharedRun } from '../async/in-turn.ts';
import type { AlertHealth } from '../contract/documents/alert.ts';
import { withoutText } from '../contract/erased-text.ts';
import type { Notes } from '../notes/notes.ts';
import { finishedMax, loadOutbox, messageName, type NotifiedIssue, type OutboxMessage, reportName } from './outbox.ts';

/** The messages of one alert and the issues it was notified of, in memory. Times are in ms since the epoch. */
export type MessageQueue = {
  /** Oldest first. */
  waiting: OutboxMessage[];
  /** The ids of the finished messages that are kept, the oldest first. */
  finished: string[];
  /** By issue id. */
  notified: Map<string, NotifiedIssue>;
  /** The message being sent; one at a time. */
  sending: { id: string; ended: Promise<void> } | null;
  /** No attempt before this time, because the last one failed. */
  blockedUntil: number;
  /** No further message before this time, so that many changes are combined into few messages. */
  freeAt: number;
  lastSentAt: number | null;
  /** null: the last attempt succeeded, or there was none. */
  failure: { since: number; detail: string } | null;
};

/** The message queues of all alerts. Changes are saved as notes, many in one write. */
export type MessageQueues = Awaited<ReturnType<typeof openMessageQueues>>;

/** Loads the unfinished messages. */
export async function openMessageQueues(notes: Pick<Notes, 'list' | 'save'>) {
  const queues = new Map<string, MessageQueue>();
  /** What is not saved yet, by the name of its note; null: removed. */
  let dirty = new Map<string, OutboxMessage | NotifiedIssue | null>();

  function of(alertId: string): MessageQueue {
    const known = queues.get(alertId);
    if (known !== undefined) return known;
    const queue = emptyQueue();
    queues.set(alertId, queue);
    return queue;
  }

  /** The caller gets the error of a write; the next one tries again. */
  const saved = sharedRun(async () => {
    if (dirty.size === 0) return;
    const changes = dirty;
    dirty = new Map();
    try {
      await notes.save(
        ...Array.from(changes, ([name, record]) => ({ name, text: record === null ? null : JSON.stringify(record) })),
      );
    } catch (error) {
      dirty = new Map([...changes, ...dirty]);
      throw error;
    }
  });

  function put(message: OutboxMessage) {
    const queue = of(message.alertId);
    const at = queue.waiting.findIndex(({ id }) => id === message.id);
    if (message.status !== 'waiting') queue.waiting = queue.waiting.filter(({ id }) => id !== message.id);
    else if (at < 0) queue.waiting.push(message);
    else queue.waiting[at] = message;
    dirty.set(messageName(message.alertId, message.id), message);
    if (message.status !== 'waiting') keepFinished(queue, message);
  }

  /** Beyond `finishedMax`, the oldest are removed. */
  function keepFinished({ finished }: MessageQueue, { id, alertId }: OutboxMessage) {
    if (!finished.includes(id)) finished.push(id);
    finished.sort();
    for (const old of finished.splice(0, finished.length - finishedMax)) dirty.set(messageName(alertId, old), null);
  }

  function note(issue: NotifiedIssue): void {
    of(issue.alertId).notified.set(issue.issueId, issue);
    dirty.set(reportName(issue.alertId, issue.issueId), issue);
  }

  fill(of, await loadOutbox(notes));

  return {
    of,
    all: (): Iterable<readonly [alertId: string, MessageQueue]> => queues,
    /** Replaces the message with the same id or appends it; a finished message leaves `waiting`. */
    put,
    /** Finishes a message. */
    end(message: OutboxMessage, status: 'sent' | 'failed', detail: string, finishedAt: number): OutboxMessage {
      const ended = { ...message, status, detail, finishedAt };
      put(ended);
      return ended;
    },
    /** Removes a message that has become empty. */
    drop({ id: messageId, alertId }: OutboxMessage): void {
      const queue = of(alertId);
      queue.waiting = queue.waiting.filter(({ id }) => id !== messageId);
      dirty.set(messageName(alertId, messageId), null);
    },
    /** Records the last notice of an issue that the alert was notified of. */
    note,
    forget({ alertId, issueId }: NotifiedIssue): void {
      of(alertId).notified.delete(issueId);
      dirty.set(reportName(alertId, issueId), null);
    },
    /** Messages with a time after `now`, from a clock that was ahead, no longer wait for that time. */
    followClock(now: number): void {
      for (const queue of queues.values()) {
        const { waiting, notified, sending, lastSentAt } = queue;
        if (lastSentAt !== null && isSetBack(lastSentAt, now)) Object.assign(queue, { lastSentAt: now, freeAt: now });
        for (const message of waiting.filter(({ id }) => id !== sending?.id)) {
          const { createdAt, firstAttemptAt } = message;
          if (!isSetBack(Math.max(createdAt, firstAttemptAt ?? 0), now)) continue;
          queue.blockedUntil = Math.min(queue.blockedUntil, now);
          const firstAt = firstAttemptAt === null ? null : Math.min(firstAttemptAt, now);
          put({ ...message, createdAt: Math.min(createdAt, now), firstAttemptAt: firstAt, dueAt: now });
        }
        for (const one of notified.values()) {
          if (!isSetBack(one.at, now)) continue;
          const remindAt = one.remindAt === null ? null : one.remindAt - (one.at - now);
          note({ ...one, remindAt, at: now, notice: { ...one.notice, at: new Date(now).toISOString() } });
        }
      }
    },
    /** Removes the text of an erased visitor from messages that are not sent yet, and from the last notices. */
    erase(text: string): void {
      for (const { waiting, notified } of queues.values()) {
        for (const message of [...waiting]) {
          const next = withoutText(message, text);
          if (next !== message) put(next);
        }
        for (const issue of [...notified.values()]) {
          const next = withoutText(issue, text);
          if (next !== issue) note(next);
        }
      }
    },
    /** Removes the queue of a deleted alert, with its messages. */
    close(alertId: string): void {
      const { waiting, finished, notified } = of(alertId);
      for (const id of [...waiting.map((message) => message.id), ...finished])
        dirty.set(messageName(alertId, id), null);
      for (const issueId of notified.keys()) dirty.set(reportName(alertId, issueId), null);
      of(alertId).waiting = [];
      queues.delete(alertId);
    },
    /** Resolves when all changes so far are on disk; rejects when they can't be written. The next call tries again. */
    saved,
  };
}

function emptyQueue(): MessageQueue {
  const times = { blockedUntil: 0, freeAt: 0, lastSentAt: null };
  return { waiting: [], finished: [], notified: new Map(), sending: null, ...times, failure: null };
}

/** Fills empty queues with what is stored. */
function fill(of: (alertId: string) => MessageQueue, stored: Awaited<ReturnType<typeof loadOutbox>>) {
  const failedLast = new Map<MessageQueue, { since: number; detail: string }>();
  for (const message of stored.messages) {
    const queue = of(message.alertId);
    if (message.status === 'waiting') fillWaiting(queue, message);
    else fillFinished(queue, message, failedLast);
  }
  for (const one of stored.notified) of(one.alertId).notified.set(one.issueId, one);
  for (const [queue, failure] of failedLast) if (failure.since > (queue.lastSentAt ?? 0)) queue.failure ??= failure;
}

function fillWaiting(queue: MessageQueue, message: OutboxMessage) {
  queue.waiting.push(message);
  if (message.firstAttemptAt !== null && message.detail !== null)
    queue.failure ??= { since: message.firstAttemptAt, detail: message.detail };
  if (message.attempts > 0) queue.blockedUntil = Math.max(queue.blockedUntil, message.dueAt);
}

/** Tests say nothing of the alert's usual messages. */
function fillFinished(
  queue: MessageQueue,
  { id, about, status, finishedAt, detail }: OutboxMessage,
  failedLast: Map<MessageQueue, { since: number; detail: string }>,
) {
  queue.finished.push(id);
  if (about === 'test' || finishedAt === null) return;
  if (status === 'sent') queue.lastSentAt = Math.max(queue.lastSentAt ?? 0, finishedAt);
  else if (finishedAt > (failedLast.get(queue)?.since ?? -1))
    failedLast.set(queue, { since: finishedAt, detail: detail ?? '' });
}

/** The delivery status of an alert, for people. */
export function healthOf({ waiting, lastSentAt, failure }: MessageQueue): AlertHealth {
  return {
    state: failure === null ? 'ok' : 'failing',
    reason: failure?.detail ?? null,
    since: failure === null ? null : new Date(failure.since).toISOString(),
    lastSentAt: lastSentAt === null ? null : new Date(lastSentAt).toISOString(),
    waiting: waiting.length,
  };
}
