/** The values that a text is ordered by; NaN when it is no number or no time. */
type Ordinal = { number: number; timeMs: number };

/**
 * Parses a text as a decimal number (`-1.5e3`; no spaces, no separators, finite) and as a time (RFC 3339 with offset,
 * or Unix time: 10 digits are seconds, 13 are milliseconds). Numbers have the precision of a double.
 */
export function ordinalOf(text: string): Ordinal {
  const number = decimal.test(text) ? Number(text) : Number.NaN;
  return { number: Number.isFinite(number) ? number : Number.NaN, timeMs: timeMsOf(text) };
}

/** Whether a text can be compared by size or by time. */
export function isOrdered(text: string): boolean {
  const { number, timeMs } = ordinalOf(text);
  return !Number.isNaN(number) || !Number.isNaN(timeMs);
}

/**
 * Negative, zero or positive as `a` is below, equal to or above `b`; NaN when they can't be compared. Two numbers
 * compare as numbers, else two times as times; `timesFirst` reverses this preference (`before`, `after`), so that
 * Unix times in seconds and in milliseconds compare.
 */
export function compareOrdinals(a: Ordinal, b: Ordinal, timesFirst: boolean): number {
  const byNumber = a.number - b.number;
  const byTime = a.timeMs - b.timeMs;
  const [first, second] = timesFirst ? [byTime, byNumber] : [byNumber, byTime];
  return Number.isNaN(first) ? second : first;
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const unixTime = /^(?:\d{10}|\d{13})$/;

/** Milliseconds since the epoch of a text that is a time, else NaN. */
export function timeMsOf(text: string): number {
  if (unixTime.test(text)) return text.length === 10 ? Number(text) * 1000 : Number(text);
  const match = rfc3339.exec(text);
  if (match === null) return Number.NaN;
  const part = (group: number) => Number(match[group] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  // Second 60 is a leap second (RFC 3339 §5.6); it counts as the first of the next minute.
  const isClock = hour < 24 && minute < 60 && second <= 60 && part(9) < 24 && part(10) < 60;
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  if (!isClock || new Date(midnight).getUTCDate() !== day || new Date(midnight).getUTCMonth() !== month - 1) {
    return Number.NaN;
  }
  const offsetMinutes = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10));
  return midnight + ((hour * 60 + minute - offsetMinutes) * 60 + second + part(7)) * 1000;
}
