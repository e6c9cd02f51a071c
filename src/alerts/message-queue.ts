import type { AlertHealth } from '../contract/documents/alert.ts';
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
type MessageQueues = {
  of(alertId: string): MessageQueue;
  all(): Iterable<readonly [alertId: string, MessageQueue]>;
  /** Replaces the message with the same id or appends it; a finished message leaves `waiting`. */
  put(message: OutboxMessage): void;
  /** Removes a message that has become empty. */
  drop(message: OutboxMessage): void;
  tell(notified: NotifiedIssue): void;
  withdraw(notified: NotifiedIssue): void;
  /** Removes the queue of a deleted alert. */
  close(alertId: string): void;
  /** Resolves when all changes so far are on disk; rejects when they can't be written. The next call tries again. */
  kept(): Promise<void>;
};

/** Loads the unfinished messages from the outbox. */
export async function openMessageQueues(outbox: Outbox): Promise<MessageQueues> {
  const posts = new Map<string, MessageQueue>();
  let dirty = nothing();
  let turn: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  function of(alertId: string): MessageQueue {
    let post = posts.get(alertId);
    if (post === undefined) {
      post = {
        waiting: [],
        notified: new Map(),
        sending: null,
        blockedUntil: 0,
        freeAt: 0,
        lastSentAt: null,
        failure: null,
      };
      posts.set(alertId, post);
    }
    return post;
  }

  async function write(): Promise<void> {
    next = null;
    if (isNothing(dirty)) return;
    const change = dirty;
    dirty = nothing();
    try {
      await outbox.save(changeOf(change));
    } catch (error) {
      dirty = joined(change, dirty);
      throw error;
    }
  }

  const { waiting, notified, ends } = await outbox.load();
  for (const message of waiting) {
    const post = of(message.alertId);
    post.waiting.push(message);
    if (message.firstAttemptAt !== null && message.detail !== null)
      post.failure ??= { since: message.firstAttemptAt, detail: message.detail };
    if (message.attempts > 0) post.blockedUntil = Math.max(post.blockedUntil, message.dueAt);
  }
  for (const one of notified) of(one.alertId).notified.set(one.issueId, one);
  for (const { alertId, lastSentAt, lastFailure } of ends) {
    const post = of(alertId);
    post.lastSentAt = lastSentAt;
    if (lastFailure !== null && lastFailure.at > (lastSentAt ?? 0))
      post.failure ??= { since: lastFailure.at, detail: lastFailure.detail };
  }

  return {
    of,
    all: () => posts,
    put(message) {
      const post = of(message.alertId);
      const at = post.waiting.findIndex(({ id }) => id === message.id);
      if (message.status !== 'waiting') post.waiting = post.waiting.filter(({ id }) => id !== message.id);
      else if (at < 0) post.waiting.push(message);
      else post.waiting[at] = message;
      dirty.messages.set(message.id, message);
    },
    drop(message) {
      const post = of(message.alertId);
      post.waiting = post.waiting.filter(({ id }) => id !== message.id);
      dirty.messages.delete(message.id);
      dirty.dropped.add(message.id);
    },
    tell(one) {
      of(one.alertId).notified.set(one.issueId, one);
      dirty.notified.set(placeOf(one), one);
      dirty.unnotified.delete(placeOf(one));
    },
    withdraw(one) {
      of(one.alertId).notified.delete(one.issueId);
      dirty.notified.delete(placeOf(one));
      dirty.unnotified.set(placeOf(one), one);
    },
    close(alertId) {
      posts.delete(alertId);
      for (const one of dirty.messages.values()) if (one.alertId === alertId) dirty.messages.delete(one.id);
      for (const one of dirty.notified.values()) if (one.alertId === alertId) dirty.notified.delete(placeOf(one));
      dirty.gone.add(alertId);
    },
    kept() {
      if (next === null) {
        next = turn.then(write);
        // The caller of `kept` gets the error; the next write proceeds all the same.
        turn = next.catch(() => {});
      }
      return next;
    },
  };
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

type Dirty = {
  messages: Map<string, OutboxMessage>;
  notified: Map<string, NotifiedIssue>;
  dropped: Set<string>;
  unnotified: Map<string, NotifiedIssue>;
  gone: Set<string>;
};

function nothing(): Dirty {
  return { messages: new Map(), notified: new Map(), dropped: new Set(), unnotified: new Map(), gone: new Set() };
}

function isNothing(dirty: Dirty): boolean {
  return Object.values(dirty).every(({ size }) => size === 0);
}

/** The older change, overridden by the newer one. */
function joined(older: Dirty, newer: Dirty): Dirty {
  const isGone = ({ alertId }: { alertId: string }) => newer.gone.has(alertId);
  const all: Dirty = {
    messages: new Map([...older.messages, ...newer.messages]),
    notified: new Map([...older.notified, ...newer.notified]),
    dropped: new Set([...older.dropped, ...newer.dropped]),
    unnotified: new Map([...older.unnotified, ...newer.unnotified]),
    gone: new Set([...older.gone, ...newer.gone]),
  };
  for (const [id, one] of all.messages) if (isGone(one) || newer.dropped.has(id)) all.messages.delete(id);
  for (const [place, one] of all.notified) if (isGone(one) || newer.unnotified.has(place)) all.notified.delete(place);
  for (const place of newer.notified.keys()) all.unnotified.delete(place);
  return all;
}

function changeOf({ messages, notified, dropped, unnotified, gone }: Dirty): OutboxChange {
  return {
    messages: [...messages.values()],
    notified: [...notified.values()],
    dropped: [...dropped],
    unnotified: Array.from(unnotified.values(), ({ alertId, issueId }) => ({ alertId, issueId })),
    gone: [...gone],
  };
}

function placeOf({ alertId, issueId }: NotifiedIssue): string {
  return `${alertId}/${issueId}`;
}
