const locale = 'en-GB';
const numbers = new Intl.NumberFormat(locale);
const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
const relatives = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const plurals = new Intl.PluralRules(locale);
const localTimes = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const utcTimes = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

export const formatNumber = (value: number) => numbers.format(value);

/** A share between 0 and 1. */
export const formatPercent = (share: number) => percents.format(share);

/** `12 Actions`: the number with the word that goes with it. */
export function counted(value: number, words: { one: string; other: string }): string {
  const rule = plurals.select(value) === 'one' ? 'one' : 'other';
  return `${numbers.format(value)} ${words[rule]}`;
}

const steps = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago (or ahead) a time is, seen from `now` (ms). */
export function formatRelative(at: Date, now: number): string {
  const seconds = Math.round((at.getTime() - now) / 1_000);
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return relatives.format(Math.round(seconds / size), unit);
  return Math.abs(seconds) < 5 ? relatives.format(0, 'second') : relatives.format(seconds, 'second');
}

/** A time in words, where the reader is and in UTC. */
export function formatAbsolute(at: Date): { local: string; utc: string } {
  return { local: localTimes.format(at), utc: `${utcTimes.format(at)} UTC` };
}

/** From one time to another, where the reader is. */
export const formatSpan = (from: Date, until: Date) => localTimes.formatRange(from, until);

const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const datesAndYears = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const seconds = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
const streamTimes = new Intl.DateTimeFormat(locale, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** How exactly a time is written: `5 Mar, 14:07`; `5 Mar 2026, 14:07:09`; `14:07:09.123`. */
export type TimeDetail = 'date' | 'log' | 'stream';

/** A time where the reader is. What `now` (ms) makes clear is left out: this year, and in a stream this day. */
export function formatTime(at: Date, detail: TimeDetail, now: number): string {
  const present = new Date(now);
  if (detail === 'stream') {
    const isToday = dates.format(at) === dates.format(present) && at.getFullYear() === present.getFullYear();
    return isToday ? streamTimes.format(at) : `${dates.format(at)}, ${streamTimes.format(at)}`;
  }
  const day = (detail === 'date' && at.getFullYear() === present.getFullYear() ? dates : datesAndYears).format(at);
  return `${day}, ${(detail === 'date' ? clocks : seconds).format(at)}`;
}

const clocks = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const daysAndClocks = new Intl.DateTimeFormat(locale, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const days = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric' });
const dayMs = 86_400_000;

/** A time on an axis that spans so many ms: seconds within ten minutes, the clock within a day, days beyond. */
export function formatClock(at: Date, spanMs: number): string {
  if (spanMs < 600_000) return seconds.format(at);
  if (spanMs <= dayMs) return clocks.format(at);
  return (spanMs > 4 * dayMs ? days : daysAndClocks).format(at);
}

const digits = [0, 1, 2].map((most) => new Intl.NumberFormat(locale, { maximumFractionDigits: most }));
const withUnit = (value: number, unit: string, most: 0 | 1 | 2) => `${digits[most]?.format(value)} ${unit}`;
const durations = [
  ['d', 86_400_000, 1],
  ['h', 3_600_000, 1],
  ['min', 60_000, 1],
  ['s', 1_000, 2],
] as const;

/** A duration in ms, in its largest fitting unit: `2 ms`, `1.5 s`, `2 h`. */
export function formatDuration(ms: number): string {
  for (const [unit, size, most] of durations) if (ms >= size) return withUnit(ms / size, unit, most);
  return ms > 0 && ms < 1 ? '< 1 ms' : withUnit(ms, 'ms', 0);
}

const byteUnits = ['B', 'kB', 'MB', 'GB'] as const;

/** A size in bytes, in its largest fitting decimal unit: `145 B`, `1.5 kB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), byteUnits.length - 1);
  return withUnit(bytes / 1_000 ** power, byteUnits[power] ?? 'B', 1);
}
