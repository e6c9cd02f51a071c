import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { parseDcsGif, parseInfinity } from '../../src/intake/formats/infinity.ts';
import { packRequest } from '../../src/journal/sqlite/accept-codec.ts';
import { leastUs } from '../../test/support/processor-time.ts';

type Random = () => number;

const wireMax = 65_536;
const bodyMax = 1_048_576;
const queryMax = 16_000;
/** What docs/security.md promises for what arrives as 64 KiB or less. */
const promisedMs = 40;
const keptMax = 12;

export type BodyFuzz = {
  /** Processor time of the main thread for events as senders write them, to compare with. */
  usual: { bytes: number; ms: number };
  /** The bodies that took longest, as sent in 64 KiB or less. */
  worst: { ms: number; bytes: number; wireBytes: number; result: string; shape: string }[];
  faults: string[];
};

/**
 * Searches for small requests of senders that keep the main thread busy: shapes are generated, and those that take
 * longest are changed further.
 */
export async function fuzzBodies({ count, seed }: { count: number; seed: number }): Promise<BodyFuzz> {
  const random = seededRandom(seed);
  let kept: (BodyFuzz['worst'][number] & { genes: Shape })[] = [];
  for (let i = 0; i < count; i++) {
    const parent = kept[Math.floor(random() * kept.length)];
    const genes = parent === undefined || random() < 0.4 ? anyShape(random) : changed(parent.genes, random);
    const found = measure(genes);
    if (found === null) continue;
    const shape = JSON.stringify(genes);
    if (kept.some((one) => one.shape === shape)) continue;
    kept.push({ ...found, shape, genes });
    kept = kept.sort((a, b) => b.ms - a.ms).slice(0, keptMax);
  }
  // Measured again, since the first figure may have had a collection of garbage.
  const worst = kept.flatMap(({ genes, shape }) => {
    const again = measure(genes, 5);
    return again === null ? [] : [{ ...again, shape }];
  });
  const faults = worst.filter(({ ms }) => ms > promisedMs).map(({ ms, shape }) => `${ms} ms: ${shape}`);
  return { usual: measureUsual(), worst: worst.sort((a, b) => b.ms - a.ms), faults };
}

/** `member`s are repeated in each event until the body is full; `limit` is a number of repetitions. */
type Shape = {
  as: 'body' | 'query';
  events: number;
  limit: number;
  nameKind: number;
  value: Value;
  statics: number;
  staticValue: Value;
  extra: string;
};
type Value = { atom: number; list: number; depth: number; keys: number };

const atoms = [
  ...['""', '"a"', '1', '-0', '1.50', '1e-300', '0.0000001', '1234567890123456789', 'null', 'true', '[]', '{}'],
  ...['"\\u0041"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\n\\"\\\\"', '"é"', '"😀"', '" 1.50 "', '{"a":1}', '[[1]]'],
  ...[`"${'a'.repeat(300)}"`, `"${'\\"'.repeat(3_000)}"`, `"${'\\u0001'.repeat(9_000)}"`, `${'1'.repeat(3_000)}`],
  ...[`"${'2026-01-01T00:00:00'}"`, `"${'1700000000'}"`, `"${'%41+'.repeat(50)}"`, ' 1 ', `0.${'1'.repeat(2_000)}`],
];
const nameKinds: ((member: number, event: number) => string)[] = [
  (member) => `k${member.toString(36)}`,
  (member, event) => `${event.toString(36)}.${member.toString(36)}`,
  (member) => String(member * 65_537),
  (member, event) => `${'n'.repeat(100)}${member}${event}`,
  () => 'same',
  (member) => `\\u0061${member}`,
  (member) => `\\ud800${member}`,
  (member) => ['wt.ets', 'dcsdat', 'wt.ev', 'wt.dcsvid', 'messageId', '__proto__'][member % 6] ?? '',
  (member) => `é${member}`,
];
const extras = ['', ',"static":null', `,"else":[${'[],'.repeat(20_000)}1]`, ' '.repeat(500_000), ',"else":-0'];

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T; // not empty
const upTo = (most: number, random: Random) => Math.floor(most ** random());

const anyValue = (random: Random): Value => ({
  atom: Math.floor(random() * atoms.length),
  list: random() < 0.5 ? 0 : upTo(20_000, random),
  depth: random() < 0.7 ? 0 : upTo(31, random),
  keys: random() < 0.7 ? 0 : upTo(500, random),
});

const anyShape = (random: Random): Shape => ({
  as: random() < 0.9 ? 'body' : 'query',
  events: upTo(1_000, random),
  limit: upTo(500, random),
  nameKind: Math.floor(random() * nameKinds.length),
  value: anyValue(random),
  statics: random() < 0.5 ? 0 : upTo(500, random),
  staticValue: anyValue(random),
  extra: random() < 0.7 ? '' : pick(extras, random),
});

function changed(shape: Shape, random: Random): Shape {
  const other = anyShape(random);
  const key = pick(Object.keys(shape) as (keyof Shape)[], random); // the keys of a shape
  if (random() < 0.3) {
    const factor = 0.5 + random();
    return {
      ...shape,
      events: Math.max(1, Math.min(1_000, Math.round(shape.events * factor))),
      limit: Math.max(1, Math.min(500, Math.round(shape.limit / factor))),
    };
  }
  return { ...shape, [key]: other[key] };
}

function valueText({ atom, list, depth, keys }: Value): string {
  let text = atoms[atom] ?? '""';
  if (keys > 0) text = `{${Array.from({ length: keys }, (_, i) => `"${i.toString(36)}":${text}`).join(',')}}`;
  if (list > 0) text = `[${`${text},`.repeat(Math.min(list, Math.floor(bodyMax / text.length))).slice(0, -1)}]`;
  return `${'{"d":'.repeat(depth)}${text}${'}'.repeat(depth)}`;
}

function members(count: number, value: Value, nameOf: (member: number) => string, most: number): string {
  const text = valueText(value);
  const all: string[] = [];
  for (let i = 0, length = 0; i < count && length < most; i++) {
    const member = `"${nameOf(i)}":${text}`;
    length += member.length + 1;
    if (length < most) all.push(member);
  }
  return `{${all.join(',')}}`;
}

function bodyOf({ events, limit, nameKind, value, statics, staticValue, extra }: Shape): string {
  const nameOf = nameKinds[nameKind] ?? nameKinds[0];
  const shared = statics === 0 ? '' : `,"static":${members(statics, staticValue, (i) => `s${i}`, bodyMax / 2)}`;
  const all: string[] = [];
  let length = shared.length + extra.length + 20;
  for (let event = 0; event < events && length < bodyMax; event++) {
    const text = members(limit, value, (member) => nameOf?.(member, event) ?? '', bodyMax - length);
    length += Buffer.byteLength(text) + 1;
    if (length < bodyMax && text !== '{}') all.push(text);
  }
  return `{"events":[${all.join(',')}]${shared}${extra}}`;
}

function queryOf({ limit, nameKind, value }: Shape): string {
  const text = encodeURIComponent(valueText(value).slice(0, 2_000));
  let query = '';
  for (let i = 0; i < limit && query.length + text.length < queryMax; i++) {
    query += `&${encodeURIComponent(nameKinds[nameKind]?.(i, 0) ?? '')}=${text}`;
  }
  return query.slice(0, queryMax);
}

const reception = { receivedAt: new Date(0), collectorId: 'col_1' };

/** Processor time of the main thread for a shape; null: it does not fit into 64 KiB on the wire. */
function measure(shape: Shape, runs = 2): Omit<BodyFuzz['worst'][number], 'shape'> | null {
  if (shape.as === 'query') {
    const query = queryOf(shape);
    return { ...timed(() => parseDcsGif(query, reception), runs), bytes: query.length, wireBytes: query.length };
  }
  const body = Buffer.from(bodyOf(shape));
  if (body.length > bodyMax) return null;
  const wireBytes = Math.min(body.length, gzipSync(body, { level: 9 }).length);
  if (wireBytes > wireMax) return null;
  return { ...timed(() => parseInfinity(body, reception), runs), bytes: body.length, wireBytes };
}

function timed(parse: () => ReturnType<typeof parseInfinity>, runs: number): { ms: number; result: string } {
  let result = '';
  const us = leastUs(
    () => {
      const parsed = parse();
      result = parsed.ok ? `${parsed.events.length} events` : parsed.code;
      if (parsed.ok) packRequest({ partition: 0, collectorId: 'col_1', receivedAt: 0, events: parsed.events });
    },
    { runs },
  );
  return { ms: Math.round(us / 100) / 10, result };
}

function measureUsual(): BodyFuzz['usual'] {
  const event = (n: number) => ({
    'wt.ev': '$Purchase',
    'wt.dcsvid': `visitor-${n}`,
    'wt.es': 'shop.example/checkout',
    messageId: `m${n}`,
    ...Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`wt.p${i}`, `value ${i} of ${n}`])),
  });
  const body = Buffer.from(JSON.stringify({ events: Array.from({ length: 1_000 }, (_, n) => event(n)) }));
  return { bytes: body.length, ms: timed(() => parseInfinity(body, reception), 5).ms };
}
