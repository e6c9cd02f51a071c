import type { AlertHealth } from '../contract/documents/alert.ts';
import type { Outbox, OutboxChange, OutboxMessage, ToldIssue } from '../outbox/outbox.ts';

/** What one alert has to send and has told, in memory. Times are ms since the epoch. */
export type Post = {
  /** Oldest first. */
  waiting: OutboxMessage[];
  /** By issue. */
  told: Map<string, ToldIssue>;
  /** What is being sent; one message at a time. */
  sending: { id: string; ended: Promise<void> } | null;
  /** Nothing is tried before: the last try failed. */
  blockedUntil: number;
  /** The next message goes no earlier, so that many changes are few messages. */
  freeAt: number;
  lastSentAt: number | null;
  /** null: the last try went well, or there was none. */
  failure: { since: number; detail: string } | null;
};

/** All posts, each change of which goes to the outbox: many changes at once in one write. */
type PostOffice = {
  of(alertId: string): Post;
  all(): Iterable<readonly [alertId: string, Post]>;
  /** Puts a message in the place of the one with its id, or behind the others; a finished one is no longer waiting. */
  put(message: OutboxMessage): void;
  /** Takes out one that has nothing to tell any more. */
  drop(message: OutboxMessage): void;
  tell(told: ToldIssue): void;
  untell(told: ToldIssue): void;
  /** The alert is gone. */
  close(alertId: string): void;
  /** Resolves when all that was changed until now is on disk; rejects when it can't be written, and tries again next time. */
  kept(): Promise<void>;
};

/** Loads what is to be gone on with. */
export async function openPosts(outbox: Outbox): Promise<PostOffice> {
  const posts = new Map<string, Post>();
  let dirty = nothing();
  let turn: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  function of(alertId: string): Post {
    let post = posts.get(alertId);
    if (post === undefined) {
      post = {
        waiting: [],
        told: new Map(),
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

  const { waiting, told, ends } = await outbox.load();
  for (const message of waiting) {
    const post = of(message.alertId);
    post.waiting.push(message);
    if (message.firstAttemptAt !== null && message.detail !== null)
      post.failure ??= { since: message.firstAttemptAt, detail: message.detail };
    if (message.attempts > 0) post.blockedUntil = Math.max(post.blockedUntil, message.dueAt);
  }
  for (const one of told) of(one.alertId).told.set(one.issueId, one);
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
      of(one.alertId).told.set(one.issueId, one);
      dirty.told.set(placeOf(one), one);
      dirty.untold.delete(placeOf(one));
    },
    untell(one) {
      of(one.alertId).told.delete(one.issueId);
      dirty.told.delete(placeOf(one));
      dirty.untold.set(placeOf(one), one);
    },
    close(alertId) {
      posts.delete(alertId);
      for (const one of dirty.messages.values()) if (one.alertId === alertId) dirty.messages.delete(one.id);
      for (const one of dirty.told.values()) if (one.alertId === alertId) dirty.told.delete(placeOf(one));
      dirty.gone.add(alertId);
    },
    kept() {
      if (next === null) {
        next = turn.then(write);
        // Whoever waits is told of a failure; the next write is not kept from its turn by it.
        turn = next.catch(() => {});
      }
      return next;
    },
  };
}

/** How telling goes, for people. */
export function healthOf({ waiting, lastSentAt, failure }: Post): AlertHealth {
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
  told: Map<string, ToldIssue>;
  dropped: Set<string>;
  untold: Map<string, ToldIssue>;
  gone: Set<string>;
};

function nothing(): Dirty {
  return { messages: new Map(), told: new Map(), dropped: new Set(), untold: new Map(), gone: new Set() };
}

function isNothing(dirty: Dirty): boolean {
  return Object.values(dirty).every(({ size }) => size === 0);
}

/** The older change with the newer one over it. */
function joined(older: Dirty, newer: Dirty): Dirty {
  const isGone = ({ alertId }: { alertId: string }) => newer.gone.has(alertId);
  const all: Dirty = {
    messages: new Map([...older.messages, ...newer.messages]),
    told: new Map([...older.told, ...newer.told]),
    dropped: new Set([...older.dropped, ...newer.dropped]),
    untold: new Map([...older.untold, ...newer.untold]),
    gone: new Set([...older.gone, ...newer.gone]),
  };
  for (const [id, one] of all.messages) if (isGone(one) || newer.dropped.has(id)) all.messages.delete(id);
  for (const [place, one] of all.told) if (isGone(one) || newer.untold.has(place)) all.told.delete(place);
  for (const place of newer.told.keys()) all.untold.delete(place);
  return all;
}

function changeOf({ messages, told, dropped, untold, gone }: Dirty): OutboxChange {
  return {
    messages: [...messages.values()],
    told: [...told.values()],
    dropped: [...dropped],
    untold: Array.from(untold.values(), ({ alertId, issueId }) => ({ alertId, issueId })),
    gone: [...gone],
  };
}

function placeOf({ alertId, issueId }: ToldIssue): string {
  return `${alertId}/${issueId}`;
}
