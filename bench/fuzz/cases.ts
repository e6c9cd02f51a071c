import fc from 'fast-check';
import { type Components, resolved, type Schema } from './json-schema.ts';

/** A value that tries one keyword at one place of a schema. Whether it fits, the schema says. */
export type Case = {
  keyword: string;
  at: string;
  /** The component that the place is in, and where: the same for all operations that have it. */
  seat: string;
  value: unknown;
};

export type Examples = {
  /** Values of a component, by its name, that the server takes. */
  components: Readonly<Record<string, readonly unknown[]>>;
  /** A text with a meaning, by the name of its member. */
  texts: Readonly<Record<string, string>>;
};

type Walk = { components: Components; examples: Examples };
type Put = (value: unknown) => unknown;

/** A value that fits a schema, with the members that it must have alone. */
export function exampleOf(schema: Schema, walk: Walk, name = ''): unknown {
  const known = walk.examples.components[componentOf(schema) ?? ''];
  if (known !== undefined) return known[0];
  const whole = resolved(schema, walk.components);
  const [branch] = branchesOf(whole);
  if (branch !== undefined) return exampleOf(branch, walk, name);
  if ('const' in whole) return whole['const'];
  if (Array.isArray(whole['enum'])) return whole['enum'][0];
  const [type] = [whole['type']].flat();
  if (type === 'string') return textOf(whole, walk, name);
  if (type === 'integer' || type === 'number') return whole['minimum'] ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array')
    return Array.from({ length: numberOf(whole['minItems'], 0) }, () => exampleOf(schemaOf(whole['items']), walk));
  if (type !== 'object') return 'text';
  if (numberOf(whole['minProperties'], 0) > 0) return { member: 'a' };
  const [form = []] = formsOf(whole);
  const names = new Set([...listOf(whole['required']), ...form]);
  const properties = Object.entries(schemaOf(whole['properties'])).filter(([key]) => names.has(key));
  return Object.fromEntries(properties.map(([key, one]) => [key, exampleOf(schemaOf(one), walk, key)]));
}

/** Every keyword of a schema and of those inside it, at its bounds and just beyond them, one at a time. */
export function* casesOf(schema: Schema, walk: Walk, name = ''): Generator<Case> {
  yield* inside({ schema, walk, name, at: '', seat: name, put: (value) => value, open: new Set() });
}

type Place = {
  schema: Schema;
  walk: Walk;
  name: string;
  at: string;
  seat: string;
  put: Put;
  /** The components around this place: a recursive one is entered once. */
  open: ReadonlySet<string>;
};

function* inside(place: Place): Generator<Case> {
  const { schema, walk, at, put } = place;
  const component = componentOf(schema);
  if (component !== null && place.open.has(component)) return;
  const open = component === null ? place.open : new Set([...place.open, component]);
  const seat = component ?? place.seat;
  const whole = resolved(schema, walk.components);
  const known = walk.examples.components[component ?? ''] ?? [exampleOf(schema, walk, place.name)];
  for (const example of known) yield { keyword: 'example', at, seat, value: put(example) };
  for (const branch of branchesOf(whole)) yield* inside({ ...place, schema: branch, seat, open });
  for (const value of [null, true, 7, 7.5, -1, 2 ** 53, 'text', '', [], {}])
    yield { keyword: 'type', at, seat, value: put(value) };
  for (const [keyword, wanted] of Object.entries(whole))
    for (const value of plainCases(keyword, wanted, whole, place)) yield { keyword, at, seat, value: put(value) };
  const items = whole['items'];
  if (items !== undefined) {
    const least = listOf(known[0]).slice(1);
    yield* inside({
      ...place,
      schema: schemaOf(items),
      at: `${at}/0`,
      seat: `${seat}/0`,
      put: (one) => put([one, ...least]),
      open,
    });
  }
  // A member is tried in the first example that has it: it may belong to one form alone.
  const objects = known.filter(isObject);
  const tried = new Set<string>();
  for (const [index, example] of objects.entries()) {
    const own = Object.keys(example).filter((key) => !tried.has(key));
    const others = Object.keys(schemaOf(whole['properties'])).filter((key) => !objects.some((one) => key in one));
    const names = index === 0 ? [...own, ...others] : own;
    for (const key of names) tried.add(key);
    yield* insideObject({ ...place, seat, open }, whole, { example, names });
  }
}

type Tried = { example: Schema; names: readonly string[] };

function* insideObject(place: Place, whole: Schema, { example, names: tried }: Tried): Generator<Case> {
  const { walk, at, seat, put } = place;
  for (const name of listOf(whole['required']))
    yield {
      keyword: 'required',
      at: `${at}/${name}`,
      seat: `${seat}/${name}`,
      value: put(without(example, String(name))),
    };
  const forms = formsOf(whole);
  const common = Object.fromEntries(Object.entries(example).filter(([key]) => !forms.flat().includes(key)));
  // The members of each form, and those of two forms together.
  for (const members of [...forms, ...forms.slice(1).map((form, i) => [...form, ...(forms[i] ?? [])])]) {
    const own = Object.entries(schemaOf(whole['properties'])).filter(([key]) => members.includes(key));
    const made = own.map(([key, one]) => [key, exampleOf(schemaOf(one), walk, key)]);
    yield { keyword: 'x-forms', at, seat, value: put({ ...common, ...Object.fromEntries(made) }) };
  }
  for (const [key, one] of Object.entries(schemaOf(whole['properties']))) {
    if (!tried.includes(key)) continue;
    const within: Put = (value) => put({ ...example, [key]: value });
    yield* inside({
      ...place,
      schema: schemaOf(one),
      name: key,
      at: `${at}/${key}`,
      seat: `${seat}/${key}`,
      put: within,
    });
    yield { keyword: 'properties', at: `${at}/${key}`, seat: `${seat}/${key}`, value: put(without(example, key)) };
  }
  const [others, names] = [whole['additionalProperties'], whole['propertyNames']];
  yield { keyword: 'additionalProperties', at, seat, value: put({ ...example, unknownMember: 1 }) };
  if (isObject(others)) {
    const key = names === undefined ? 'member' : String(exampleOf(schemaOf(names), walk));
    const within: Put = (value) => put({ ...example, [key]: value });
    yield* inside({ ...place, schema: others, name: key, at: `${at}/*`, seat: `${seat}/*`, put: within });
  }
  if (names !== undefined) {
    const value = exampleOf(schemaOf(others), walk);
    const within: Put = (key) => put({ ...example, [String(key)]: value });
    for (const one of inside({
      ...place,
      schema: { type: 'string', ...schemaOf(names) },
      at: `${at}/#`,
      seat: `${seat}/#`,
      put: within,
    }))
      if (one.keyword !== 'type') yield { ...one, keyword: 'propertyNames' };
  }
}

/** Values about a keyword that depend on nothing inside. */
function plainCases(keyword: string, wanted: unknown, whole: Schema, { walk, name }: Place): unknown[] {
  const bound = Number(wanted);
  switch (keyword) {
    case 'enum':
      return [...listOf(wanted), 'none of these'];
    case 'const':
      return [wanted, 'none of these'];
    case 'minLength':
      return [bound, bound - 1].filter((size) => size >= 0).map((size) => textOfSize(size, whole, walk, name));
    case 'maxLength':
      return [bound, bound + 1].map((size) => textOfSize(size, whole, walk, name));
    case 'pattern':
      return [...matches(String(wanted), whole), ...oddTexts];
    case 'format':
      return wanted === 'date-time' ? times : [];
    case 'minimum':
      return [bound, bound - 1];
    case 'maximum':
      return [bound, bound + 1];
    case 'minItems':
    case 'maxItems': {
      const item = exampleOf(schemaOf(whole['items']), walk, name);
      return [bound - 1, bound, bound + 1].filter((size) => size >= 0).map((length) => Array(length).fill(item));
    }
    default:
      return [];
  }
}

const times = [
  '2026-01-01T00:00:00Z',
  '2099-02-28T23:59:59.999+02:00',
  '2026-01-01',
  '2026-02-30T00:00:00Z',
  'yesterday',
  '2026-01-01T00:00:00',
];

const oddTexts = ['\u0000', ' ', 'é', 'a\nb', ' a ', 'a\u2028b', '😀', '-', '/', 'a@b', '$', '[]'];

/** A text that fits: one with a meaning where there is one. */
function textOf(whole: Schema, { examples }: Walk, name: string): string {
  if (whole['format'] === 'date-time') return '2099-01-01T00:00:00Z';
  const known = examples.texts[name];
  if (known !== undefined && fitsPattern(known, whole)) return known;
  const plain = 'a'.repeat(Math.max(1, numberOf(whole['minLength'], 1)));
  return fitsPattern(plain, whole) ? plain : (matches(String(whole['pattern']), whole)[0] ?? plain);
}

/** A text with so many characters; it fits the pattern when that is easy. */
function textOfSize(size: number, whole: Schema, walk: Walk, name: string): string {
  const example = textOf(whole, walk, name);
  const padding = 'a'.repeat(Math.max(0, size - example.length));
  const made = [example + padding, padding + example, 'a'.repeat(size)].filter((text) => text.length === size);
  return made.find((text) => fitsPattern(text, whole)) ?? made[0] ?? example.slice(0, size);
}

function fitsPattern(text: string, { pattern }: Schema): boolean {
  return pattern === undefined || new RegExp(String(pattern), 'u').test(text);
}

const matching = new Map<string, string[]>();

function matches(pattern: string, { maxLength }: Schema): string[] {
  const known = matching.get(pattern);
  const texts =
    known ?? fc.sample(fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' }), { numRuns: 4, seed: 1 });
  matching.set(pattern, texts);
  return texts.filter((text) => [...text].length <= numberOf(maxLength, Number.POSITIVE_INFINITY));
}

function without(object: Schema, name: string): Schema {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaOf = (value: unknown): Schema => (isObject(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown, other: number) => (typeof value === 'number' ? value : other);
const branchesOf = ({ oneOf, anyOf }: Schema) => [...listOf(oneOf), ...listOf(anyOf)].map(schemaOf);
const formsOf = (whole: Schema) => listOf(whole['x-forms']).map((form) => listOf(form).map(String));
const componentOf = ({ $ref }: Schema) => (typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : null);
