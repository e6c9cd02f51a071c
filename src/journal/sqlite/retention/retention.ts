import type { RetentionStore } from '../../journal.ts';
import type { JournalClient } from '../sqlite-journal.ts';

// A step takes a few milliseconds, so that a write never waits longer for it.
const deliveriesAtOnce = 200;
const requestsAtOnce = 50;
const identitiesAtOnce = 1_000;
/** What is left of them after a long pause goes in later rounds. */
const identitiesMostMs = 20_000;
// Free pages are used again; giving back the last ones would only be work.
const freePagesKept = 4_096;

/** Retention as a walk from the oldest on: both logs step by step in time, until what remains fits its limits. */
export async function retain(
  client: JournalClient,
  { before, bytesMax }: Parameters<RetentionStore['retain']>[0],
): Promise<{ removed: number; full: boolean }> {
  const byAge = await remove(client, before, null);
  const bySize = bytesMax === null ? 0 : await removeUntilFits(client, bytesMax);
  const end = performance.now() + identitiesMostMs;
  while ((await client.write('forgetIdentities', { limit: identitiesAtOnce })) === identitiesAtOnce)
    if (performance.now() >= end) break;
  await client.write('forgetReplays', before);
  while (await client.write('shrink', { keep: freePagesKept }));
  const full = bytesMax !== null && (await client.write('bytesInUse', null)) > bytesMax;
  return { removed: byAge + bySize, full };
}

/** Once more while it helps: an event may have been kept by a delivery that went after it was looked at. */
async function removeUntilFits(client: JournalClient, bytesMax: number): Promise<number> {
  let sum = 0;
  for (;;) {
    const removed = await remove(client, Number.MAX_SAFE_INTEGER, bytesMax);
    sum += removed;
    if (removed === 0 || (await client.write('bytesInUse', null)) <= bytesMax) return sum;
  }
}

/** Removes what is older than `before`; with `bytesMax` only until that little is in use. */
async function remove(client: JournalClient, before: number, bytesMax: number | null): Promise<number> {
  const offsets = new Map((await client.write('partitions', null)).map((partition) => [partition, 0]));
  let removed = 0;
  let from = 0;
  for (let isEnd = false; !isEnd; ) {
    const step = await client.write('removeDeliveries', {
      from,
      limits: { before, bytesMax, steps: deliveriesAtOnce },
    });
    removed += step.removed;
    ({ next: from, isEnd } = step);
    for (const [partition, start] of offsets) {
      let offset = start;
      for (let isDone = false; !isDone; ) {
        const limits = { before: step.until, bytesMax, steps: requestsAtOnce };
        const events = await client.write('removeEvents', { partition, from: offset, limits });
        removed += events.removed;
        ({ next: offset, isEnd: isDone } = events);
      }
      offsets.set(partition, offset);
    }
  }
  return removed;
}
