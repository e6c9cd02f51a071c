/** How far another clock must differ before it matters: answers travel, and a Date header has whole seconds. */
const skewLeastMs = 5_000;
/** A clock further off is somebody's mistake, and what is signed for it would be good at some other time. */
const skewMostMs = 3_600_000;

/**
 * How far the clock of whoever answered is ahead of ours (negative: behind), from the Date header (RFC 9110 §6.6.1) of an
 * answer to a request that was sent and answered at these times; 0: it agrees within 5 s, null: not known. Pure.
 */
export function clockSkewMs(
  headers: readonly (readonly [name: string, value: string])[],
  { sentAt, answeredAt }: { sentAt: number; answeredAt: number },
): number | null {
  const said = headers.find(([name]) => name.toLowerCase() === 'date')?.[1];
  const theirs = said === undefined ? Number.NaN : Date.parse(said);
  if (Number.isNaN(theirs)) return null;
  // Seconds are cut off, so that half a second is missing on average.
  const skew = theirs + 500 - (sentAt + answeredAt) / 2;
  return Math.abs(skew) < skewLeastMs ? 0 : Math.round(skew);
}

/** The skew as it is taken into account when something is signed or ends: none that is unknown or beyond an hour. Pure. */
export function usableSkewMs(skewMs: number | null): number {
  return skewMs === null || Math.abs(skewMs) > skewMostMs ? 0 : skewMs;
}
