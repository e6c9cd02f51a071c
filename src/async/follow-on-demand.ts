import type { Clock } from './clock.ts';

const everyMs = 250;

/**
 * Reads what other nodes changed, for callers that come at any time. One read is shared by all who call before it begins, and
 * two begin 250 ms apart, so that callers with unknown keys can't load the database. Rejects when the read does.
 */
export function followOnDemand(follow: () => Promise<unknown>, clock: Pick<Clock, 'after'>): () => Promise<void> {
  let pause: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= pause.then(async () => {
      next = null;
      pause = new Promise((resolve) => clock.after(everyMs, resolve));
      await follow();
    });
    return next;
  };
}
