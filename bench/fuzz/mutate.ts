import fc from 'fast-check';

type Json = unknown;

/** Values that schemas rarely anticipate. */
const hostile: readonly Json[] = [
  null,
  true,
  -1,
  0,
  -0,
  1.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'é'.normalize('NFD'),
  '\u202e',
  'x'.repeat(5_000),
  '__proto__',
  'constructor',
  "'; DROP TABLE event;--",
  '{{',
  '../../etc/passwd',
  'a\r\nX-Injected: yes',
  '1e999',
  [],
  [[]],
  [null],
  {},
  { $ref: '#' },
  { set: true },
  { set: true, updatedAt: '2026-01-01T00:00:00.000Z' },
  { ref: 'env:PATH' },
  { toString: 1 },
  { length: 1e9 },
  Array.from({ length: 300 }, () => 1),
  nested(40),
];

const names = [
  '__proto__',
  'constructor',
  'id',
  'version',
  'name',
  'isAdmin',
  'rights',
  'then',
  'toJSON',
  '',
  'é',
  '$where',
];

/** One change to a value at some place inside. */
export type Mutation = { seat: number; how: number; with: Json; name: string };

export const mutations: fc.Arbitrary<Mutation> = fc.record({
  seat: fc.nat(1_000),
  how: fc.nat(5),
  with: fc.constantFrom(...hostile),
  name: fc.constantFrom(...names),
});

/** The value with one place replaced, removed, wrapped, duplicated, renamed or extended by an unknown member. */
export function mutated(value: Json, { seat, how, with: other, name }: Mutation): Json {
  const seats = [...placesOf(value)];
  const path = seats[seat % seats.length] ?? [];
  return changed(value, path, (old) => {
    if (how === 1) return [old];
    if (how === 2) return Array.isArray(old) ? [...old, ...old] : JSON.stringify(old);
    if (how === 3 && isObject(old)) return Object.fromEntries([...Object.entries(old), [name, other]]);
    if (how === 4 && isObject(old)) return Object.fromEntries(Object.entries(old).slice(1));
    if (how === 5 && isObject(old))
      return Object.fromEntries(Object.entries(old).map(([key, one], i) => [i === seat % 3 ? name : key, one]));
    return other;
  });
}

/** Every place of a value, outermost first. */
function* placesOf(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* placesOf(child, [...path, key]);
}

function changed(value: Json, [key, ...rest]: readonly string[], change: (old: Json) => Json): Json {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one, i) => (String(i) === key ? changed(one, rest, change) : one));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === key ? changed(one, rest, change) : one]),
  );
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nested(levels: number): Json {
  return levels === 0 ? 1 : { all: [nested(levels - 1)] };
}
