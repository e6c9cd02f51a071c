import type { QuietHours } from '../contract/documents/alert.ts';
import { weekDays } from '../contract/documents/alert-words.ts';

const dayNames: readonly string[] = weekDays;
const minuteMs = 60_000;
const dayMinutes = 1_440;

/**
 * The end of the quiet hours that contain `now` (both in ms since the epoch); null: no quiet hours. They follow local
 * time in their time zone, so they are shorter or longer when clocks change.
 */
export function quietUntil(quiet: QuietHours, now: number): number | null {
  let at = now;
  // Windows of different days may touch, but each day has a gap between the end of one window and the start of the
  // next.
  for (let steps = 0; isQuiet(quiet, at); steps++) {
    if (steps > weekDays.length * 2) return at;
    at = nextEnd(quiet, at);
  }
  return at === now ? null : at;
}

function isQuiet({ timeZone, from, to, days }: QuietHours, at: number): boolean {
  const { day, minute } = onTheWall(timeZone, at);
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const isDay = (offset: number) => {
    const name = weekDays[(day + offset + 7) % 7];
    return name !== undefined && days.includes(name);
  };
  if (begin < end) return isDay(0) && minute >= begin && minute < end;
  return (isDay(0) && minute >= begin) || (isDay(-1) && minute < end);
}

/** The next time when the local time is the end of the quiet hours. */
function nextEnd({ timeZone, to }: QuietHours, now: number): number {
  const start = Math.floor(now / minuteMs) * minuteMs;
  const left = (minuteOf(to) - onTheWall(timeZone, now).minute + dayMinutes) % dayMinutes || dayMinutes;
  const guess = start + left * minuteMs;
  // A clock change before that time shifts the local time; a difference of up to half a day counts as such a shift.
  const off = ((onTheWall(timeZone, guess).minute - minuteOf(to) + dayMinutes * 1.5) % dayMinutes) - dayMinutes / 2;
  const shifted = guess - off * minuteMs;
  return shifted > now ? shifted : guess;
}

/** `day` counts from Monday, `minute` from midnight. */
function onTheWall(timeZone: string, at: number): { day: number; minute: number } {
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
