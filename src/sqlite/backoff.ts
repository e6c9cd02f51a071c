const firstMs = 1_000;
const mostMs = 60_000;

/** The wait before the next try, after a wait of `lastMs`; 1 s without one, at most 60 s. */
export function nextWaitMs(lastMs?: number): number {
  return lastMs === undefined ? firstMs : Math.min(2 * lastMs, mostMs);
}
