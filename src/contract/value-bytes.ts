/** Shorter texts are taken as two bytes per character, since looking at each of their characters would cost more. */
const lookedFrom = 256;
const isWide = /[\u0100-\uffff]/;

/** The memory of a text in bytes: V8 stores one byte per character, or two when any is not of Latin-1. */
export function textBytes(text: string): number {
  return text.length < lookedFrom || isWide.test(text) ? 2 * text.length : text.length;
}

/**
 * The estimated memory of a JSON value. Called for every event: it makes no lists of keys, which would be more garbage
 * than the event.
 */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 32 + textBytes(value);
  if (typeof value !== 'object' || value === null) return 32;
  let sum = 64;
  const parts = value as Record<string, unknown>; // JSON objects and lists: both have own enumerable keys
  for (const key in parts) {
    const one = parts[key];
    sum += key.length + (typeof one === 'string' ? 32 + textBytes(one) : valueBytes(one));
  }
  return sum;
}
