import type { DataValue, Event } from '../../contract/records/event.ts';
import { endOfJsonText } from '../../contract/repeated-name.ts';

/**
 * Valid JSON with every number as a text, so that parsing keeps its spelling: `1.50` stays `1.50`. A pass over the text,
 * since a reviver of JSON.parse costs thirty times as much.
 */
export function quoteNumbers(json: string): string {
  let quoted = '';
  let copied = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === quote) i = endOfJsonText(json, i) - 1;
    else if (isDigit(code) || code === minus) {
      const end = endOfNumber(json, i);
      quoted += `${json.slice(copied, i)}"${json.slice(i, end)}"`;
      copied = end;
      i = end - 1;
    }
  }
  return quoted + json.slice(copied);
}

/** A JSON text with null for the words `NaN`, `Infinity` and `-Infinity`, which are no JSON, outside of its texts. */
export function withoutNotNumbers(json: string): string {
  let corrected = '';
  let copied = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === quote) {
      i = endOfJsonText(json, i) - 1;
      continue;
    }
    if (code !== letterN && code !== letterI && code !== minus) continue;
    const word = notNumbers.find((one) => json.startsWith(one, i));
    if (word === undefined) continue;
    corrected += `${json.slice(copied, i)}null`;
    copied = i + word.length;
    i = copied - 1;
  }
  return corrected + json.slice(copied);
}

const notNumbers = ['NaN', 'Infinity', '-Infinity'];
const letterN = 0x4e;
const letterI = 0x49;

function endOfNumber(json: string, start: number): number {
  let end = start + 1;
  while (isOfNumber(json.charCodeAt(end))) end += 1;
  return end;
}

const quote = 0x22;
const minus = 0x2d;
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
/** Digits, and `+`, `-`, `.`, `e` and `E`. */
const isOfNumber = (code: number) =>
  isDigit(code) || code === 0x2b || code === minus || code === 0x2e || code === 0x65 || code === 0x45;

/**
 * Replaces lone surrogates, which can't be encoded in UTF-8, by U+FFFD, in keys and values: in values **in place**. An
 * object with such a key is replaced by a copy.
 */
export function wellFormed(data: Event['data']): Event['data'] {
  let hasIllKey = false;
  for (const key in data) {
    const value = data[key];
    // An own property even when its name is `__proto__`.
    if (value !== undefined) data[key] = wellFormedValue(value);
    hasIllKey ||= !key.isWellFormed();
  }
  if (!hasIllKey) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key.toWellFormed(), value]));
}

function wellFormedValue(value: DataValue): DataValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (!Array.isArray(value)) return wellFormed(value);
  for (const [i, one] of value.entries()) value[i] = wellFormedValue(one);
  return value;
}
