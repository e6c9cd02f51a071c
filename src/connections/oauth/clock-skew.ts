/** A smaller skew is ignored: responses take time, and a Date header has whole seconds. */
const skewLeastMs = 5_000;
/**
 * A larger skew is a misconfigured clock, and is ignored: an assertion signed for it would be valid at a wrong time.
 */
const skewMsMax = 3_600_000;

/**
 * The clock skew of a server: positive when its clock is ahead of ours. From the Date header (RFC 9110 §6.6.1) of a
 * response and the times of request and response; 0: less than 5 s, null: unknown. Pure.
 */
export function clockSkewMs(
  headers: readonly (readonly [name: string, value: string])[],
  { sentAt, respondedAt }: { sentAt: number; respondedAt: number },
): number | null {
  const said = headers.find(([name]) => name.toLowerCase() === 'date')?.[1];
  const theirs = said === undefined ? Number.NaN : Date.parse(said);
  if (Number.isNaN(theirs)) return null;
  // The Date header is truncated to seconds, so half a second is missing on average.
  const skew = theirs + 500 - (sentAt + respondedAt) / 2;
  return Math.abs(skew) < skewLeastMs ? 0 : Math.round(skew);
}

/** The skew to apply when something is signed or expires: 0 when it is unknown or beyond an hour. Pure. */
export function usableSkewMs(skewMs: number | null): number {
  return skewMs === null || Math.abs(skewMs) > skewMsMax ? 0 : skewMs;
}
