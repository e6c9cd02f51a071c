/**
 * The bytes of a value as JSON in UTF-8, at most one too many for each list and object. Unlike JSON.stringify it builds
 * no text, and it stops soon after `enough`.
 */
export function jsonSize(value: unknown, enough = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4;
  if (typeof value !== 'object' || value === null) return 5;
  let sum = 2;
  const isList = Array.isArray(value);
  const parts = value as Record<string, unknown>; // lists and JSON objects: both have own enumerable keys
  for (const key in parts) {
    if (sum > enough) break;
    const name = isList ? 1 : 2 + textBytes(key);
    sum += name + jsonSize(parts[key], enough - sum);
  }
  return sum;
}

/** The first items whose JSON has at most `bytesMax` bytes in sum; at least one. */
export function firstWithin<T>(items: readonly T[], bytesMax: number): T[] {
  let bytes = 0;
  const end = items.findIndex((one, at) => {
    bytes += jsonSize(one, bytesMax);
    return at > 0 && bytes > bytesMax;
  });
  return items.slice(0, end < 0 ? items.length : end);
}

/** A character that JSON does not write as one byte. */
const isLonger = /[^ !#-[\]-~]/;
/** From here on, the search of such a character is faster than the loop over all of them. */
const searchedFrom = 64;

function textBytes(text: string): number {
  if (text.length >= searchedFrom && !isLonger.test(text)) return 2 + text.length;
  let sum = 2 + text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20) sum += code === 9 || code === 10 || code === 13 || code === 8 || code === 12 ? 1 : 5;
    else if (code < 0x80) sum += code === 0x22 || code === 0x5c ? 1 : 0;
    else if (code < 0x800) sum += 1;
    else if (code < 0xd800 || code > 0xdfff) sum += 2;
    else if (isPair(code, text.charCodeAt(at + 1))) {
      sum += 2;
      at += 1;
    } else sum += 5;
  }
  return sum;
}

/** Whether two units are one character outside of the basic plane; JSON escapes other surrogates. */
function isPair(first: number, second: number): boolean {
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
}
