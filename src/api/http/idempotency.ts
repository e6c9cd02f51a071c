import { createHash } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';

/** A response that can be repeated. */
type Kept = { status: number; headers: Record<string, string>; body: string };

/** A request with an idempotency key: principal, path with key (`place`), and body. */
type Repeatable = { principal: string; place: string; body: Uint8Array };

/** A request in progress. Call exactly one of the functions when it finishes. */
export type Running = {
  keep(kept: Kept): void;
  /** Discards the result, so that the request can be retried. */
  release(): void;
};

type Entry = { digest: string; at: number; kept: Kept | null };
type Share = { entries: Map<string, Entry>; bytes: number };

const lifeMs = 86_400_000;
/** Longer than any request runs; an older entry is stale. */
const runMs = 600_000;
/** Approximate size of an entry without its response. */
const entryBytes = 512;

/**
 * Keeps the first response to each key for 24 h, in memory: a restart loses them. Above 64 MiB (or `bytesMax`) of
 * responses and keys the oldest of the principal with the most are removed early, so that no principal can displace the
 * responses of others.
 */
export function idempotency(now: () => number, bytesMax = 64 * 1_048_576) {
  const shares = new Map<string, Share>();
  let bytes = 0;

  function weigh(share: Share, more: number) {
    share.bytes += more;
    bytes += more;
  }

  function forget(principal: string, share: Share, key: string) {
    const entry = share.entries.get(key);
    if (entry === undefined) return;
    share.entries.delete(key);
    weigh(share, -entryBytes - (entry.kept?.body.length ?? 0));
    if (share.entries.size === 0) shares.delete(principal);
  }

  function makeRoom() {
    while (bytes > bytesMax) {
      const [most] = [...shares].sort(([, a], [, b]) => b.bytes - a.bytes);
      if (most === undefined) return;
      const [principal, share] = most;
      const oldest = share.entries.entries().find(([, { kept }]) => kept !== null);
      if (oldest === undefined) return;
      forget(principal, share, oldest[0]);
    }
  }

  /** Removes responses that contain a text. */
  function erase(text: string) {
    const inside = JSON.stringify(text).slice(1, -1);
    for (const [principal, share] of shares)
      for (const [key, { kept }] of share.entries) if (kept?.body.includes(inside)) forget(principal, share, key);
  }

  /**
   * The stored response, or the functions to finish this request. Throws AppError `request_in_progress` or
   * `idempotency_key_reused`.
   */
  function begin({ principal, place, body }: Repeatable): Kept | Running {
    const share = shares.get(principal) ?? { entries: new Map<string, Entry>(), bytes: 0 };
    const key = digestOf(place);
    const digest = digestOf(body);
    const before = share.entries.get(key);
    if (before !== undefined && now() - before.at < lifeMs) {
      if (before.digest !== digest) throw new AppError('idempotency_key_reused');
      if (before.kept !== null) return before.kept;
      if (now() - before.at < runMs) throw new AppError('request_in_progress');
    }
    forget(principal, share, key);
    const entry: Entry = { digest, at: now(), kept: null };
    shares.set(principal, share);
    share.entries.set(key, entry);
    weigh(share, entryBytes);
    return {
      keep(kept) {
        if (share.entries.get(key) !== entry) return;
        entry.kept = kept;
        weigh(share, kept.body.length);
        makeRoom();
      },
      release() {
        if (share.entries.get(key) === entry) forget(principal, share, key);
      },
    };
  }

  return { begin, erase };
}

function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64');
}
