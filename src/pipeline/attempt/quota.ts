/** A quota that a peer reports: requests left until it resets, `resetMs` from now. */
export type Quota = { remaining: number; resetMs: number };

type Headers = readonly (readonly [name: string, value: string])[];

const resetMsMax = 86_400_000;

/**
 * Reads the quota from a response's headers: `RateLimit` (draft-ietf-httpapi-ratelimit-headers, the structured form
 * and the older `limit=, remaining=, reset=`), `RateLimit-Remaining` with `RateLimit-Reset`, and the `X-RateLimit-…`
 * and `X-Rate-Limit-…` of many vendors, whose reset is in seconds from now, or a time in seconds or milliseconds. Of
 * several the one with the least remaining applies. null: none is readable. Pure.
 */
export function quotaOf(headers: Headers, now: number): Quota | null {
  // A fast check: runs for each response, and few have any of these headers.
  if (!headers.some((header) => ofQuota.test(header[0]))) return null;
  let least: Quota | null = null;
  const consider = (remaining: string | undefined, reset: string | undefined) => {
    if (remaining === undefined || reset === undefined || !whole.test(remaining) || !decimal.test(reset)) return;
    const quota = { remaining: Number(remaining), resetMs: resetMsOf(Number(reset), now) };
    if (quota.resetMs > 0 && (least === null || quota.remaining < least.remaining)) least = quota;
  };
  const fieldOf = (name: string) => headers.find(([one]) => one.toLowerCase() === name)?.[1].trim();
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'ratelimit') continue;
    for (const member of value.split(/,(?=\s*(?:"|[\w-]+;))/)) {
      const field = (...names: string[]) =>
        names.map((one) => new RegExp(`(?:^|[;,\\s])${one}\\s*=\\s*([0-9.]+)`, 'i').exec(member)?.[1]).find(Boolean);
      consider(field('r', 'remaining'), field('t', 'reset'));
    }
  }
  for (const prefix of ['ratelimit', 'x-ratelimit', 'x-rate-limit'])
    consider(fieldOf(`${prefix}-remaining`)?.split(',')[0], fieldOf(`${prefix}-reset`)?.split(',')[0]);
  return least;
}

const ofQuota = /^(?:x-)?rate-?limit/i;
const whole = /^\d{1,15}$/;
const decimal = /^\d{1,15}(?:\.\d{1,6})?$/;

/** No quota takes thirty years to reset: a number that large is a time. */
function resetMsOf(reset: number, now: number): number {
  const ms = reset > 1e11 ? reset - now : reset > 1e9 ? reset * 1_000 - now : reset * 1_000;
  return Math.min(Math.max(0, Math.ceil(ms)), resetMsMax);
}
