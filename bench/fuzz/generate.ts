import fc from 'fast-check';
import { type Description, parametersOf } from '../../src/contract/openapi/openapi-document.ts';
import type { Method, Route } from '../../src/contract/route.ts';
import type { RouteId } from '../../src/contract/routes.ts';
import { present, sometimes, valuesOf, words } from './from-schema.ts';
import { type Mutation, mutated, mutations } from './mutate.ts';

/** A generated request; `@con` and the like in it are replaced by the id of an existing object. */
export type Generated = {
  route: Route & { id: RouteId };
  method: Method | 'HEAD';
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
};

const segments = [
  'x',
  '%00',
  '%2e%2e',
  '..',
  '%f0%9f%98%80',
  '__proto__',
  'con_none',
  '@act',
  '@dst',
  '@evt',
  'test',
  '%25',
  "'",
];

const queryTexts = fc.oneof(
  fc.constantFrom(...words, '%', 'true', '0', '-1', '201', 'NaN', '\u0000', 'é'),
  fc.string({ maxLength: 20 }),
);

const headerChanges = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Record<string, string>>({}) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'if-match': '"1"' },
      { 'if-match': '*' },
      { 'if-match': 'W/"99", x' },
      { 'if-none-match': '"1"' },
      { 'if-none-match': '*' },
      { 'idempotency-key': 'k1' },
      { 'idempotency-key': 'a b' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-encoding': 'gzip' },
      { authorization: 'Bearer nobody' },
      { authorization: 'Basic YTpi' },
      { accept: 'text/html' },
      { 'accept-encoding': '*;q=0' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'x-forwarded-for': '10.0.0.1', 'x-http-method-override': 'DELETE' },
      { cookie: 'millrace=x; __Host-millrace=y' },
      { range: 'bytes=0-1' },
    ),
  },
);

/** Requests to one route: about half are valid, the others have up to three errors. */
export function requestsOf(route: Route & { id: RouteId }, description: Description): fc.Arbitrary<Generated> {
  const operation = description.paths[route.path]?.[route.method.toLowerCase()];
  if (operation === undefined) throw new Error(`${route.id} is not described`);
  const { schemas } = description.components;
  const content = operation.requestBody?.content ?? {};
  // The members of a patch are all optional: that of the whole makes more that the server accepts.
  const whole = description.paths[route.path.replace('/by-name/{name}', '/{id}')]?.['put'] ?? operation;
  const schema = (whole.requestBody?.content ?? content)['application/json']?.schema;
  const isPatch = route.method === 'PATCH';
  const body =
    schema === undefined
      ? fc.constant(undefined)
      : bodiesOf(route.path.includes('/by-name/') ? nameless(valuesOf(schema, schemas)) : valuesOf(schema, schemas));
  const query = fc.record(
    Object.fromEntries(
      parametersOf(operation, description)
        .filter((one) => one.in === 'query')
        .map((one) => {
          const good = valuesOf(one.schema, schemas, one.name).map(String);
          const text = fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: queryTexts });
          return [one.name, one.required === true ? text : sometimes(text)];
        }),
    ),
  );
  const parameters = [...route.path.matchAll(/\{\w+\}/g)].map(() =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(ownId(route)) },
      { weight: 1, arbitrary: fc.constantFrom(...segments) },
    ),
  );
  return fc
    .record({
      parameters: fc.tuple(...parameters),
      query,
      body,
      headers: headerChanges,
      extra: fc.oneof(
        { weight: 15, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.tuple(fc.constantFrom('x', '__proto__', 'limit', 'cursor'), queryTexts) },
      ),
      isHead: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    })
    .map((made) => {
      const pairs = Object.entries(present(made.query)).map(([name, value]): [string, string] => [name, String(value)]);
      if (made.extra !== null) pairs.push(made.extra);
      const search = pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
      const rest = [...made.parameters];
      const path = route.path.replaceAll(/\{\w+\}/g, () => rest.shift() ?? 'x');
      const type: Record<string, string> =
        made.body === undefined
          ? {}
          : { 'content-type': isPatch ? 'application/merge-patch+json' : 'application/json' };
      return {
        route,
        method: made.isHead && route.method === 'GET' ? 'HEAD' : route.method,
        target: search === '' ? path : `${path}?${search}`,
        headers: { ...type, ...made.headers },
        body: made.body,
      };
    });
}

/** The body without its name, which is in the URL. */
function nameless(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return values.map((value) => (typeof value === 'object' ? { ...value, name: undefined } : value));
}

function bodiesOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const wrong = fc.array(mutations, { minLength: 0, maxLength: 3 });
  const whole = fc
    .tuple(values, fc.boolean(), wrong)
    .map(([value, isGood, changes]) => textOf(value, isGood ? [] : changes));
  const cut = fc
    .tuple(whole, fc.nat(200), fc.constantFrom('', '}', '"', '\u0000', ',', '\ufeff'))
    .map(([text, at, more]) => text.slice(0, at) + more);
  return fc.oneof({ weight: 14, arbitrary: whole }, { weight: 1, arbitrary: cut });
}

function textOf(value: unknown, changes: readonly Mutation[]): string {
  return JSON.stringify(changes.reduce(mutated, value)) ?? 'null';
}

/** The id placeholder for a path parameter: the kind that the path names before it. */
function ownId({ path }: Route): string {
  const kind = /\/(\w+)\/(?:by-name\/|rules\/)?\{\w+\}/.exec(path)?.[1] ?? '';
  if (path.includes('/by-name/')) return kind === 'destinations' ? 'n%20m%2FD' : 'n%20m';
  return idsByWord[kind] ?? 'a';
}

const idsByWord: Record<string, string> = {
  connections: '@con',
  destinations: '@dst',
  actions: '@act',
  behaviors: '@beh',
  collectors: '@col',
  events: '@evt',
  deliveries: '@dlv',
  users: '@usr',
  roles: '@rol',
  tokens: '@tok',
  sessions: '@ses',
  traces: '@trc',
};

/** Encodes a text for a URL; `@con` stays, to be replaced by an id. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%40', '@');
}
