import type { QuietHours } from '../contract/documents/alert.ts';
import { weekDays } from '../contract/documents/alert-words.ts';

const dayNames: readonly string[] = weekDays;
const minuteMs = 60_000;
const dayMinutes = 1_440;
/** The longest quiet time; the gap of a day can be in an hour that the clocks skip. */
const mostMs = 14 * dayMinutes * minuteMs;

/**
 * The end of the quiet hours that contain `now` (both in ms since the epoch); null: no quiet hours. They follow local
 * time in their time zone, so they are shorter or longer when clocks change.
 */
export function quietUntil(quiet: QuietHours, now: number): number | null {
  const start = Math.floor(now / minuteMs) * minuteMs;
  let at = start;
  for (;;) {
    const wall = onTheWall(quiet.timeZone, at);
    if (!isQuiet(quiet, wall)) return at === start ? null : at;
    if (at - start > mostMs) return at;
    at += stepOf(quiet, wall) * minuteMs;
  }
}

function isQuiet({ from, to, days }: QuietHours, { day, minute }: WallTime): boolean {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const isDay = (offset: number) => {
    const name = weekDays[(day + offset + 7) % 7];
    return name !== undefined && days.includes(name);
  };
  if (begin < end) return isDay(0) && minute >= begin && minute < end;
  return (isDay(0) && minute >= begin) || (isDay(-1) && minute < end);
}

/** Minutes to the end of the quiet hours, or less: clocks change at quarters of an hour. */
function stepOf({ to }: QuietHours, { minute }: WallTime): number {
  const left = (minuteOf(to) - minute + dayMinutes) % dayMinutes || dayMinutes;
  return Math.min(left, 15 - (minute % 15));
}

/** `day` counts from Monday, `minute` from midnight. */
type WallTime = { day: number; minute: number };

function onTheWall(timeZone: string, at: number): WallTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: dayNames.indexOf(parts.get('weekday')?.toLowerCase() ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

/** Creating a formatter is slow. There are as many as time zones in use. */
const formats = new Map<string, Intl.DateTimeFormat>();
