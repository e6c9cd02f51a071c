import { isSetBack } from '../async/clock.ts';
import { sharedWrite } from '../async/in-turn.ts';
import type { AlertHealth } from '../contract/documents/alert.ts';
import { withoutText } from '../contract/erased-text.ts';
import type { NotifiedIssue, Outbox, OutboxChange, OutboxMessage } from '../outbox/outbox.ts';

/** The messages of one alert and the issues it was notified of, in memory. Times are in ms since the epoch. */
export type MessageQueue = {
  /** Oldest first. */
  waiting: OutboxMessage[];
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

/** The message queues of all alerts. Changes are saved to the outbox, many in one write. */
export type MessageQueues = Awaited<ReturnType<typeof openMessageQueues>>;

/** Loads the unfinished messages from the outbox. */
export async function openMessageQueues(outbox: Outbox) {
  const queues = new Map<string, MessageQueue>();
  /** Changes that are not saved yet. A later change of the same record replaces an earlier one. */
  let dirty = new Map<string, OutboxChange>();

  function of(alertId: string): MessageQueue {
    const known = queues.get(alertId);
    if (known !== undefined) return known;
    const queue = emptyQueue();
    queues.set(alertId, queue);
    return queue;
  }

  /** The caller gets the error of a write; the next one tries again. */
  const saved = sharedWrite(async () => {
    if (dirty.size === 0) return;
    const changes = dirty;
    dirty = new Map();
    try {
      await outbox.save([...changes.values()]);
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
    dirty.set(message.id, { op: 'put', message });
  }

  function note(issue: NotifiedIssue): void {
    of(issue.alertId).notified.set(issue.issueId, issue);
    dirty.set(`${issue.alertId}/${issue.issueId}`, { op: 'note', issue });
  }

  fill(of, await outbox.load());

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
      dirty.set(messageId, { op: 'drop', messageId, alertId });
    },
    /** Records the last notice of an issue that the alert was notified of. */
    note,
    forget({ alertId, issueId }: NotifiedIssue): void {
      of(alertId).notified.delete(issueId);
      dirty.set(`${alertId}/${issueId}`, { op: 'forget', alertId, issueId });
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
      of(alertId).waiting = [];
      queues.delete(alertId);
      for (const [key, change] of dirty) if (alertOf(change) === alertId) dirty.delete(key);
      dirty.set(alertId, { op: 'close', alertId });
    },
    /** Resolves when all changes so far are on disk; rejects when they can't be written. The next call tries again. */
    saved,
  };
}

function emptyQueue(): MessageQueue {
  const times = { blockedUntil: 0, freeAt: 0, lastSentAt: null };
  return { waiting: [], notified: new Map(), sending: null, ...times, failure: null };
}

/** Fills empty queues with what is stored. */
function fill(of: (alertId: string) => MessageQueue, { waiting, notified, ends }: Awaited<ReturnType<Outbox['load']>>) {
  for (const message of waiting) {
    const queue = of(message.alertId);
    queue.waiting.push(message);
    if (message.firstAttemptAt !== null && message.detail !== null)
      queue.failure ??= { since: message.firstAttemptAt, detail: message.detail };
    if (message.attempts > 0) queue.blockedUntil = Math.max(queue.blockedUntil, message.dueAt);
  }
  for (const one of notified) of(one.alertId).notified.set(one.issueId, one);
  for (const { alertId, lastSentAt, lastFailure } of ends) {
    const queue = of(alertId);
    queue.lastSentAt = lastSentAt;
    if (lastFailure !== null && lastFailure.at > (lastSentAt ?? 0))
      queue.failure ??= { since: lastFailure.at, detail: lastFailure.detail };
  }
}

function alertOf(change: OutboxChange): string {
  if (change.op === 'put') return change.message.alertId;
  return change.op === 'note' ? change.issue.alertId : change.alertId;
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
