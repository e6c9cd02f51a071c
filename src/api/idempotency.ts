import { createHash } from 'node:crypto';
import { AppError } from '../contract/errors.ts';

/** An answer that can be repeated. */
export type Kept = { status: number; headers: Record<string, string>; body: string };

type Entry = { digest: string; at: number; kept: Kept | null };

const lifeMs = 86_400_000;
/** Longer than any request runs: what is still open then will not end. */
const runMs = 600_000;
const entriesMax = 10_000;
const bytesMax = 64 * 1024 * 1024;

/**
 * Remembers the first answer to each key for 24 h, in memory: a restart forgets. Past 10,000 keys or 64 MiB of answers
 * the oldest go early.
 */
export function idempotency(now: () => number) {
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function forget(key: string) {
    bytes -= entries.get(key)?.kept?.body.length ?? 0;
    entries.delete(key);
  }

  return {
    /**
     * The answer that was given before, or null: then the caller must `keep` or `release` what it comes to. Throws
     * AppError `request_in_progress` or `idempotency_key_reused`.
     */
    begin(key: string, body: Uint8Array): Kept | null {
      const digest = createHash('sha256').update(body).digest('base64');
      const before = entries.get(key);
      if (before !== undefined && now() - before.at < lifeMs) {
        if (before.digest !== digest) throw new AppError('idempotency_key_reused');
        if (before.kept !== null) return before.kept;
        if (now() - before.at < runMs) throw new AppError('request_in_progress');
      }
      forget(key);
      entries.set(key, { digest, at: now(), kept: null });
      return null;
    },

    keep(key: string, kept: Kept) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entry.kept = kept;
      bytes += kept.body.length;
      for (const [old, one] of entries) {
        if (entries.size <= entriesMax && bytes <= bytesMax) break;
        if (one.kept !== null) forget(old);
      }
    },

    /** The request came to nothing that should be repeated: it may be tried again. */
    release: forget,
  };
}
