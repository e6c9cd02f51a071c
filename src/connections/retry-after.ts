/** The longest wait that responses may ask for (for a delivery: all its responses together). */
export const retryAfterMsMax = 86_400_000;

/**
 * The wait that the Retry-After headers of a response ask for (RFC 9110 §10.2.3: seconds or an HTTP date), in ms, cut
 * to 24 h. Zero, a past date and anything invalid is ignored; of several the latest applies. null: none. Pure.
 */
export function retryAfterMs(headers: readonly (readonly [string, string])[], now: number): number | null {
  let longest = 0;
  for (const [name, value] of headers)
    if (name.toLowerCase() === 'retry-after') longest = Math.max(longest, waitOf(value.trim(), now));
  return longest === 0 ? null : Math.min(longest, retryAfterMsMax);
}

function waitOf(text: string, now: number): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  if (imfDate.test(text) || rfc850Date.test(text)) return Date.parse(text) - now || 0;
  if (asctimeDate.test(text)) return Date.parse(`${text} GMT`) - now || 0;
  return 0;
}

// Date.parse alone accepts far more than the three forms of an HTTP date.
const imfDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850Date = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
