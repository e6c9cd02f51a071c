import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './openapi.ts';
import { type Json, rules } from './openapi-rules.testing.ts';

const document = JSON.parse(JSON.stringify(openApi({ version: '1.2.3', url: null })));

for (const { name, find } of rules)
  test(`in the OpenAPI document ${name}`, () => {
    assert.deepEqual(find(document), []);
  });

/** A document with these schemas, and an operation whose body is the first of them. */
function withSchemas(schemas: Json, operation: Json = {}): Json {
  const [name] = Object.keys(schemas);
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
  const post = { operationId: 'makeThing', requestBody: { content }, ...operation };
  return { ...document, paths: { '/things': { post } }, components: { schemas } };
}
const text = { type: 'string' };
const object = (properties: Json) => ({ type: 'object', properties });
const things = { a: { ...text, maxLength: 100 }, b: { ...text, maxLength: 100 }, c: { ...text, maxLength: 100 } };

/** What breaks each rule. */
const broken: { [rule: string]: Json } = {
  'tuples are lists with a length': withSchemas({ Pair: { type: 'array', prefixItems: [text, text], items: false } }),
  'no list as type, but with null': withSchemas({ Value: { type: ['string', 'number'] } }),
  'a request has no defaults': withSchemas({ Input: object({ auth: { type: 'object', default: {} } }) }),
  'a union has a name, is flat, and its objects have a discriminator': withSchemas({
    Thing: { oneOf: [{ $ref: '#/components/schemas/One' }, { $ref: '#/components/schemas/Two' }] },
    One: object({ a: text }),
    Two: object({ b: text }),
  }),
  'references lead to components with a name of the contract': withSchemas({ Event__schema0: object({ a: text }) }),
  'a thing has one name': withSchemas({ One: object(things), Two: object(things) }),
  'a number has a format that holds it': withSchemas({ Size: { type: 'integer', format: 'int32' } }),
  'null is a type': withSchemas({ Text: { anyOf: [text, { type: 'null' }] } }),
  'null is in a union itself, and not beside a reference to it': withSchemas({
    Input: object({ secret: { oneOf: [{ $ref: '#/components/schemas/Secret' }, { type: 'null' }] } }),
    Secret: { oneOf: [text, { type: 'number', format: 'double' }] },
  }),
  'a member that classes have already is no plain value': withSchemas({ When: object({ equals: {} }) }),
  'constants are texts': withSchemas({ Header: object({ secret: { type: 'boolean', const: true } }) }),
  'a body has one media type, without parameters, and members': withSchemas(
    { Thing: object({ a: text }) },
    { requestBody: { content: { 'application/json': {}, 'application/merge-patch+json': {} } } },
  ),
  'errors are described by 4XX and 5XX': withSchemas({ Thing: text }, { responses: { default: {} } }),
  'responses describe their headers': withSchemas(
    { Thing: object({ id: text, version: { type: 'integer', format: 'int64' } }) },
    { responses: { 201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } } },
  ),
  'the document has servers, a contact, and its tags with a description': { ...document, servers: [], tags: [] },
  'an operation says whether it needs credentials': { ...document, security: [] },
  'senders find intake': { ...document, paths: {} },
  'the parameters of an operation differ by letters and digits': withSchemas(
    { Thing: text },
    { parameters: [{ name: 'millrace-trace' }, { name: 'millraceTrace' }] },
  ),
  'no schema is named as the constructor of another': withSchemas({ Token: text, NewToken: text }),
  'a pattern can be read outside of JavaScript': withSchemas({ Text: { ...text, pattern: '^(?!a)\\p{Cc}$' } }),
  'headers, cursors and passwords have their bounds': withSchemas(
    { UserInput: object({ password: text }) },
    { parameters: [{ name: 'Idempotency-Key', in: 'header', schema: text }] },
  ),
  'at most one schema in twenty is named after its operation': withSchemas({ MakeThingBody: text }),
  'the document has at most 310 kB': { ...document, more: 'x'.repeat(310_000) },
};

test('each of these rules finds a document that breaks it', () => {
  assert.deepEqual(
    Object.keys(broken),
    rules.map(({ name }) => name),
  );
  const unfound = rules.filter(({ name, find }) => find(broken[name] ?? {}).length === 0).map(({ name }) => name);
  assert.deepEqual(unfound, []);
});
