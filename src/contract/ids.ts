/** The prefix of an id (the part before the underscore), by kind. */
export const idPrefixes = {
  connection: 'con',
  destination: 'dst',
  action: 'act',
  behavior: 'beh',
  collector: 'col',
  event: 'evt',
  delivery: 'dlv',
  attempt: 'att',
  batch: 'bat',
  replay: 'rpl',
  user: 'usr',
  role: 'rol',
  token: 'tok',
  session: 'ses',
  request: 'req',
  trace: 'trc',
  issue: 'iss',
  alert: 'alr',
  message: 'msg',
  erasure: 'era',
} as const;

type IdKind = keyof typeof idPrefixes;

/** Creates ids of things outside the journal: time first, then 80 random bits. */
export type NewId = (kind: IdKind) => string;

/**
 * An id source from a clock (ms since the epoch) and a source of `n` random bytes. Ids sort by time; within one
 * millisecond their order is random. Attempts, which are made thousands of times per second, have 40 random bits of the
 * source and a counter instead of new random bits.
 */
export function idSource(now: () => number, randomBytes: (n: number) => Uint8Array): NewId {
  let lastMs = Number.NaN;
  let time = '';
  const randomText = (pairCount: number) => {
    const bytes = randomBytes(2 * pairCount);
    let text = '';
    for (let i = 0; i < bytes.length; i += 2) text += pairs[(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)) & 1_023];
    return text;
  };
  const attemptId = attemptIds(() => randomText(4));
  return (kind) => {
    const timeMs = now();
    if (timeMs !== lastMs) time = encode(timeMs, 10);
    lastMs = timeMs;
    return kind === 'attempt' ? attemptId(time) : `${idPrefixes[kind]}_${time}${randomText(8)}`;
  };
}

function attemptIds(randomText: () => string): (time: string) => string {
  let source = '';
  let count = 0;
  let last = { time: '', head: '' };
  return (time) => {
    if (source === '') source = randomText();
    const low = count % 1_024;
    const isNewHead = low === 0 || time !== last.time;
    if (isNewHead) last = { time, head: `${idPrefixes.attempt}_${time}${source}${encode((count - low) / 1_024, 6)}` };
    count += 1;
    return last.head + pairs[low];
  };
}

/**
 * Request ids: the time and random bits of the start, then a counter. They sort by time. Random bits per request would
 * cost as much as the rest of a response.
 */
export function requestIds(newId: NewId): () => string {
  const start = newId('request');
  let count = 0;
  return () => {
    count += 1;
    return start + count.toString(36).padStart(7, '0');
  };
}

/** When an id source created this id (ms since the epoch); null when it is not such an id of this kind. */
export function timeOf(kind: IdKind, id: string): number | null {
  if (id.length !== 30 || !id.startsWith(`${idPrefixes[kind]}_`)) return null;
  const timeMs = decode(id, 4, 14);
  return Number.isSafeInteger(timeMs) && Number.isFinite(decode(id, 14, 30)) ? timeMs : null;
}

/** The location of an event or a delivery in the journal: a partition (0–32,767) and a number in it (below 2^53). */
type Place = { timeMs: number; partition: number; number: number };

/**
 * The id of an event or a delivery encodes its location in the journal, so that a lookup needs no index: 10 characters
 * of time, 3 of partition, 13 of number, in Crockford's base 32, which sorts like the numbers.
 */
export function placedId(kind: 'event' | 'delivery', place: Place): string {
  const { timeMs, partition, number } = place;
  return headOf(kind, timeMs, partition, Math.floor(number / 1_024)) + pairs[number % 1_024];
}

/** An id that sorts before those of all events, or of all deliveries, from `timeMs` on. */
export const firstId = (kind: 'event' | 'delivery', timeMs = 0): string =>
  placedId(kind, { timeMs, partition: 0, number: 0 });

const placedPrefixes = { event: `${idPrefixes.event}_`, delivery: `${idPrefixes.delivery}_` };

/** The location encoded in the id of an event or a delivery; null when it is not such an id. */
export function placeOf(kind: 'event' | 'delivery', id: string): Place | null {
  if (id.length !== 30 || !id.startsWith(placedPrefixes[kind])) return null;
  const timeMs = decode(id, 4, 14);
  const partition = decode(id, 14, 17);
  const number = decode(id, 17, 30);
  return Number.isSafeInteger(timeMs) && partition >= 0 && Number.isSafeInteger(number)
    ? { timeMs, partition, number }
    : null;
}

/**
 * Compares ids of deliveries, or of events, by their numbers: the order in which they were stored, also when the clock
 * was set back.
 */
export function compareNumbers(id: string, other: string): number {
  const [a, b] = [id.slice(timeEnd), other.slice(timeEnd)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Partition and number follow, which compare as texts. */
const timeEnd = 14;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** The value of a character by its code unit; NaN for characters outside the alphabet. */
const values = Array.from({ length: 128 }, (_, code) => {
  const value = alphabet.indexOf(String.fromCharCode(code));
  return value < 0 ? Number.NaN : value;
});

/** All texts of two characters, by value. */
const pairs = Array.from({ length: 1_024 }, (_, value) => encode(value, 2));

/** An id without its last two characters. Consecutive ids share it, so the last one is cached. */
function headOf(kind: 'event' | 'delivery', timeMs: number, partition: number, high: number): string {
  const { last } = heads[kind];
  if (last !== null && last.timeMs === timeMs && last.high === high && last.partition === partition) return last.text;
  const text = `${idPrefixes[kind]}_${encode(timeMs, 10)}${encode(partition, 3)}${encode(high, 11)}`;
  heads[kind].last = { timeMs, partition, high, text };
  return text;
}

type Head = { timeMs: number; partition: number; high: number; text: string };
const heads: Record<'event' | 'delivery', { last: Head | null }> = { event: { last: null }, delivery: { last: null } };

function encode(value: number, length: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < length; i++) {
    text = alphabet[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function decode(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 32 + (values[text.charCodeAt(i)] ?? Number.NaN);
  return value;
}
