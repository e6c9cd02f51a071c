import { isoTime } from '../../async/clock.ts';

/** A clock that is wrong by less is not corrected: most of the difference is the way of the request, and its repetitions. */
const wrongByMs = 300_000;
/** The age of an event when its clock is corrected, at most. */
export const ageMsMax = 30 * 86_400_000;

/**
 * When an event of an SDK occurred, RFC 3339 in UTC: at `time` by the sender, never later than it was received. When the
 * clock of the sender is wrong, as the time `sentAt` of the request shows, the age of the event counts. Back ends (`isServer`)
 * do not renew `sentAt` when they repeat a request, and their clocks are right.
 */
export function occurredAtOf(
  { time, sentAt, isServer }: { time: unknown; sentAt: unknown; isServer: boolean },
  receivedAt: Date,
): string {
  const receivedMs = receivedAt.getTime();
  const received = isoTime(receivedMs);
  const occurred = timeOf(time);
  if (occurred === null) return received;
  const sentMs = isServer ? Number.NaN : sentMsOf(sentAt);
  if (Math.abs(receivedMs - sentMs) > wrongByMs) {
    const ageMs = Math.min(ageMsMax, Math.max(0, sentMs - Date.parse(occurred)));
    return isoTime(receivedMs - ageMs);
  }
  // Times of one form are in the order of their texts, which takes less time than to read them.
  const isInFuture = occurred > received;
  return isInFuture ? received : occurred;
}

/** The last time of a request: the events of a batch have the same one. */
let lastSent: { at: unknown; ms: number } = { at: null, ms: Number.NaN };

/** NaN: there is none. */
function sentMsOf(at: unknown): number {
  if (lastSent.at !== at) lastSent = { at, ms: msOf(at) };
  return lastSent.ms;
}

const msOf = (time: unknown): number =>
  typeof time === 'string' && unixTime.test(time) ? msOfUnix(time) : Date.parse(timeOf(time) ?? '');

/** As JavaScript writes it. Later days of a month may not exist. */
const usualTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const usualLength = '2026-01-02T03:04:05.678Z'.length;
const unixTime = /^(?:\d{10}|\d{13})$/;
const dateAndTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?<zone>[Zz]|[+-]\d\d:\d\d)?$/;

const msOfUnix = (digits: string) => (digits.length === 10 ? Number(digits) * 1_000 : Number(digits));

/**
 * A time as JavaScript writes it, in UTC: from Unix time (10 digits are seconds, 13 milliseconds) or RFC 3339, which is UTC
 * without an offset; null: it is neither, or of no year of four digits.
 */
export function timeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (usualTime.test(value)) return value;
  if (unixTime.test(value)) return isoTime(msOfUnix(value));
  const match = dateAndTime.exec(value);
  if (match === null) return null;
  const time = new Date(match.groups?.['zone'] === undefined ? `${value}Z` : value);
  if (Number.isNaN(time.getTime())) return null;
  const text = time.toISOString();
  return text.length === usualLength ? text : null;
}
