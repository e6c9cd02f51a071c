const firstMs = 1_000;
const mostMs = 60_000;

/** How long to wait before the next try, after a wait of so many ms; without one, 1 s; 60 s at most. */
export function nextWaitMs(lastMs?: number): number {
  return lastMs === undefined ? firstMs : Math.min(2 * lastMs, mostMs);
}
