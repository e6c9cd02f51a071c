import type { Recorder } from '../../test/faults/recorder.ts';
import type { Seen } from './verdicts.ts';

/** How much later than another one a request can arrive that was sent at the same time, in ms. */
const delayMs = 300;

/**
 * The most requests that arrived of one destination in any interval of `perMs`, less what a delay on the way can shift, and a sentence
 * for each destination that got more than `limit`.
 */
export function overRate(
  { arrivals, arrivedAt }: Pick<Recorder, 'arrivals' | 'arrivedAt'>,
  deliveries: Seen,
  { limit, perMs }: { limit: number; perMs: number },
): { most: number; faults: string[] } {
  const destinationOf = new Map(deliveries.map(({ id, destinationId }) => [id, destinationId]));
  const times = Map.groupBy(arrivedAt.keys(), (at) => destinationOf.get(arrivals[at] ?? ''));
  let most = 0;
  const faults: string[] = [];
  for (const [destination, places] of times) {
    const at = places.map((place) => arrivedAt[place] ?? 0);
    let first = 0;
    let own = 0;
    for (const [last, time] of at.entries()) {
      while (time - (at[first] ?? 0) >= perMs - delayMs) first += 1;
      own = Math.max(own, last - first + 1);
    }
    most = Math.max(most, own);
    if (own > limit) faults.push(`${destination} got ${own} requests in ${perMs - delayMs} ms, not ${limit}`);
  }
  return { most, faults };
}
