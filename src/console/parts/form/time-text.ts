const date = String.raw`(\d{4})-(\d\d?)-(\d\d?)`;
const clock = String.raw`(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?`;
const written = new RegExp(`^(?:${date})?[T ]*(?:${clock})?$`);

/**
 * The time of what is typed: `2027-01-31 14:30`, with seconds, without a clock (midnight) or without a date (today), where the reader
 * is; or an RFC 3339 time with its zone. undefined: it is none.
 */
export function timeOf(text: string, now: Date): Date | undefined {
  const typed = text.trim();
  if (/^\d{4}-.*([zZ]|[+-]\d\d:\d\d)$/.test(typed)) return valid(new Date(typed.replace(' ', 'T')));
  const found = written.exec(typed);
  if (found === null || typed === '') return undefined;
  const [year, month, day, hour, minute, second] = found
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (year === undefined && hour === undefined) return undefined;
  const at = new Date(
    year ?? now.getFullYear(),
    month === undefined ? now.getMonth() : month - 1,
    day ?? now.getDate(),
    hour ?? 0,
    minute ?? 0,
    second ?? 0,
  );
  // 31 April is no day, and 24:30 no time.
  const isSame =
    (month === undefined || at.getMonth() === month - 1) &&
    (hour === undefined || (hour < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60));
  return isSame ? valid(at) : undefined;
}

/** A time as the field has it, where the reader is; empty for none. */
export function textOf(time: string | undefined): string {
  const at = valid(new Date(time ?? ''));
  if (at === undefined) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [String(at.getFullYear()).padStart(4, '0'), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

const valid = (at: Date): Date | undefined => (Number.isNaN(at.getTime()) ? undefined : at);
