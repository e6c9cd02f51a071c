import fc from 'fast-check';
import { type Components, resolved, type Schema } from './json-schema.ts';

const levelsMax = 5;

/** Values that mostly fit a schema. Facts that only the server knows (existing names, what compiles) are guessed. */
export function valuesOf(schema: Schema, components: Components, name = '', level = 0): fc.Arbitrary<unknown> {
  const whole = resolved(schema, components);
  const inner = (one: unknown, key = name) => valuesOf(one as Schema, components, key, level + 1); // parts are schemas
  const branches = whole['anyOf'] ?? whole['oneOf'];
  if (Array.isArray(branches)) {
    return fc.oneof(...branches.map((one) => inner(one)));
  }
  if ('const' in whole) return fc.constant(whole['const']);
  if (Array.isArray(whole['enum'])) return fc.constantFrom<unknown>(...whole['enum']);
  const type = Array.isArray(whole['type']) ? whole['type'][0] : whole['type'];
  switch (type) {
    case 'string':
      return texts(whole, name);
    case 'integer':
      if (name === 'version') return fc.constantFrom(1, 1, 1, 2, 999);
      return fc.integer(range(whole, 2 ** 31 - 1));
    case 'number':
      return fc.double({ ...range(whole, 1e9), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const least = Number(whole['minItems'] ?? 0);
      const size = { minLength: least, maxLength: Math.max(least, level < levelsMax ? 3 : 0) };
      if (Array.isArray(whole['prefixItems'])) return fc.tuple(...whole['prefixItems'].map((one) => inner(one)));
      return fc.array(inner(whole['items'] ?? {}), size);
    }
    case 'object':
      return objects(whole, inner, level);
    default:
      if (textsByName[name] !== undefined) return texts(whole, name);
      if (whole['description'] === 'One of: a text, a list.')
        return fc.oneof(texts(whole, name), fc.array(texts(whole, name), { minLength: 1, maxLength: 2 }));
      return fc.oneof(fc.constantFrom<unknown>(null, true, 7, 'text', [], {}), fc.jsonValue({ maxDepth: 2 }));
  }
}

function objects(
  whole: Schema,
  inner: (one: unknown, key?: string) => fc.Arbitrary<unknown>,
  level: number,
): fc.Arbitrary<Record<string, unknown>> {
  const forms = whole['x-forms'];
  if (Array.isArray(forms)) {
    const flat = forms.filter((form) => level < levelsMax || !form.some((one: string) => nesting.includes(one)));
    return fc.oneof(...flat.map((form) => objects(ofForm(whole, form), inner, level)));
  }
  const properties = Object.entries((whole['properties'] ?? {}) as Schema); // names to schemas
  const required = new Set(Array.isArray(whole['required']) ? whole['required'] : []);
  const kept = properties.filter(([name]) => level < levelsMax || required.has(name));
  if (kept.length === 0 && properties.length === 0) {
    const of = whole['additionalProperties'];
    return fc.dictionary(fc.constantFrom(...words), inner(typeof of === 'object' ? of : {}), { maxKeys: 3 });
  }
  const model = Object.fromEntries(
    kept.map(([name, one]) => [name, required.has(name) ? inner(one, name) : sometimes(inner(one, name))]),
  );
  return fc.record(model).map(present);
}

/** A schema with the members of one of its forms alone, all of them required. */
function ofForm(whole: Schema, form: readonly string[]): Schema {
  const others = [whole['x-forms']].flat(2).filter((name) => typeof name === 'string' && !form.includes(name));
  const kept = Object.entries(Object(whole['properties'])).filter(([name]) => !others.includes(name));
  const required = Array.isArray(whole['required']) ? whole['required'] : [];
  return { type: 'object', properties: Object.fromEntries(kept), required: [...required, ...form] };
}

/** Left out more often than not, so that a request does not depend on every member being valid. */
export function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

/** The members that are not left out. */
export function present(made: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
}

/** Conditions contain conditions: at the depth limit only those without inner ones are made. */
const nesting = ['all', 'any', 'not'];

function range(whole: Schema, most: number): { min: number; max: number } {
  const min = Number(whole['minimum'] ?? whole['exclusiveMinimum'] ?? -most);
  const max = Number(whole['maximum'] ?? whole['exclusiveMaximum'] ?? most);
  return { min: Math.max(min, -most), max: Math.max(Math.min(max, most), min) };
}

function texts(whole: Schema, name: string): fc.Arbitrary<unknown> {
  const known = textsByName[name];
  if (known !== undefined)
    return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: anyText(whole) });
  return anyText(whole);
}

function anyText(whole: Schema): fc.Arbitrary<unknown> {
  if (whole['format'] === 'date-time') return fc.constantFrom('2026-01-01T00:00:00Z', '2030-02-28T23:59:59.999+02:00');
  if (typeof whole['pattern'] === 'string')
    return fc.stringMatching(new RegExp(whole['pattern'], 'u'), { size: 'small' });
  const minLength = Math.min(Number(whole['minLength'] ?? 0), 50);
  const maxLength = Math.min(Number(whole['maxLength'] ?? 30), 30);
  return fc.oneof(
    fc.constantFrom(...words),
    fc.string({ minLength, maxLength: Math.max(minLength, maxLength), unit: 'grapheme' }),
  );
}

/** Texts with a meaning somewhere. `@con` and the like are replaced by the id of an existing object. */
export const words = [
  'a',
  'wt.ev',
  'wt.es',
  'buy',
  'name',
  'X-A',
  'GB',
  '1',
  '',
  '@con',
  '@dst',
  '@act',
  '@beh',
  '@evt',
  '@dlv',
];

const addresses = [
  'http://127.0.0.1:59999/x',
  'https://127.0.0.1:59999',
  'http://[::1]:59999/a/b',
  'https://10.0.0.1/',
  'http://169.254.169.254',
];

const textsByName: Record<string, readonly string[]> = {
  baseUrl: addresses,
  accessTokenUrl: addresses,
  url: addresses,
  template: [
    '{{! return JSON.stringify(it.data[0]); }}',
    '{{it.a}}',
    'text',
    '{{! if (it.data.length > 1) fail("x"); }}',
    '{{',
  ],
  path: ['/a', '/a/{{it.a}}', '', 'a?b=c', '//x', '/../..'],
  contentType: ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense'],
  expression: ["Number(it['a'])", 'it.a', '1 +'],
  behavior: ['@beh'],
  destinationId: ['@dst', 'dst_none'],
  destination: ['@dst', 'C/D'],
  connectionId: ['@con'],
  actionId: ['@act'],
  eventId: ['@evt', 'evt_none'],
  parameter: ['a', 'wt.ev', 'ext.geo.country', 'session.id'],
  email: ['a@example.com', 'b@example.com', 'not an address'],
  password: ['a long enough password', 'short'],
  roleIds: ['@rol'],
  limit: ['1', '50', '200'],
  ids: ['@evt', '@dlv', '@evt,@evt'],
  cursor: ['WyJvbGRlciIsIngiXQ', 'x'],
};
