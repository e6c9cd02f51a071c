import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { breakingChanges, unannounced } from './breaking-changes.ts';

type Json = { [key: string]: Json };

/** A document with one operation for a document `Order`, which contains `Line`. */
function document(): Json {
  const line = {
    type: 'object',
    properties: { text: { type: 'string', maxLength: 10 }, count: { type: 'integer', format: 'int32' } },
    required: ['text'],
    additionalProperties: false,
  };
  const kinds = { plain: '#/components/schemas/Plain', gift: '#/components/schemas/Gift' };
  const schemas = {
    Order: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        state: { type: 'string', enum: ['open', 'paid'] },
        note: { type: ['string', 'null'] },
        line: { $ref: '#/components/schemas/Line' },
        kind: { $ref: '#/components/schemas/Kind' },
        value: { oneOf: [{ type: 'string' }, { type: 'number', format: 'double' }] },
        tags: { type: 'object', additionalProperties: { type: 'string' } },
        pair: {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          'x-forms': [['a'], ['b']],
        },
        any: {},
      },
      required: ['id', 'state'],
    },
    Line: line,
    Kind: {
      oneOf: [{ $ref: kinds.plain }, { $ref: kinds.gift }],
      discriminator: { propertyName: 'type', mapping: kinds },
    },
    Plain: { type: 'object', properties: { type: { type: 'string', const: 'plain' } }, required: ['type'] },
    Gift: { type: 'object', properties: { type: { type: 'string', const: 'gift' } }, required: ['type'] },
  };
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } };
  const response = { description: 'OK', headers: { ETag: { schema: { type: 'string' } } }, content };
  const query = {
    name: 'limit',
    in: 'query',
    required: false,
    schema: { type: 'integer', format: 'int32', maximum: 200 },
  };
  return JSON.parse(
    JSON.stringify({
      paths: {
        '/orders': {
          post: {
            operationId: 'createOrder',
            'x-right': ['orders:edit'],
            security: [],
            requestBody: { required: false, content },
            responses: { 204: { description: 'Done' } },
          },
          get: { operationId: 'getOrder', security: [], parameters: [query], responses: { 200: response } },
        },
      },
      components: { schemas },
    }),
  );
}

/** The object at a path of the document: its keys by points. */
function at(root: Json, path: string): Json {
  const found = path.split(' ').reduce<Json | undefined>((one, key) => one?.[key], root);
  assert.ok(found !== undefined, path);
  return found;
}

const schemas = 'components schemas';
const order = `${schemas} Order properties`;
const post = 'paths /orders post';
const get = 'paths /orders get';

/** What is changed where (undefined: removed), and what that breaks. */
const cases: [name: string, path: string, change: { [key: string]: unknown }, breaks: string[]][] = [
  ['a removed path', 'paths', { '/orders': undefined }, ['GET /orders: is removed', 'POST /orders: is removed']],
  ['a removed operation', 'paths /orders', { get: undefined }, ['GET /orders: is removed']],
  ['another name of an operation', get, { operationId: 'readOrder' }, ['GET /orders: is named readOrder']],
  ['another right', post, { 'x-right': ['orders:all'] }, ['POST /orders: needs the right orders:all']],
  ['credentials', get, { security: [{ bearer: [] }] }, ['GET /orders: needs credentials']],
  ['a removed parameter', get, { parameters: [] }, ['GET /orders: the query parameter limit is removed']],
  [
    'a required parameter',
    `${get} parameters 0`,
    { required: true },
    ['GET /orders: the query parameter limit is required'],
  ],
  [
    'a required header',
    get,
    { parameters: [{ name: 'X-A', in: 'header', required: true }] },
    ['GET /orders: the header parameter X-A is required', 'GET /orders: the query parameter limit is removed'],
  ],
  [
    'a narrower parameter',
    `${get} parameters 0 schema`,
    { maximum: 100 },
    ['GET /orders the query parameter limit: maximum is 100 instead of 200'],
  ],
  ['a required body', `${post} requestBody`, { required: true }, ['POST /orders: a body is required']],
  ['another media type', `${post} requestBody`, { content: {} }, ['POST /orders request: application/json is removed']],
  ['a removed status', `${get} responses`, { 200: undefined }, ['GET /orders: the response 200 is removed']],
  [
    'a removed header',
    `${get} responses 200`,
    { headers: {} },
    ['GET /orders: the header ETag of the response 200 is removed'],
  ],
  ['a removed member', order, { id: undefined }, ['Order/id: is removed']],
  [
    'another type of a member',
    `${order} id`,
    { type: 'boolean' },
    ['Order/id: can be boolean', 'Order/id: string is refused'],
  ],
  ['a member that can be missing', `${schemas} Order`, { required: ['id'] }, ['Order/state: can be missing']],
  ['a required member', `${schemas} Order`, { required: ['id', 'state', 'note'] }, ['Order/note: is required']],
  ['a member inside another', `${schemas} Line properties`, { text: undefined }, ['Line/text: is removed']],
  ['a removed constant', `${order} state`, { enum: ['open'] }, ['Order/state: "paid" is refused']],
  ['no constants', `${order} state`, { enum: undefined }, ['Order/state: can be any value']],
  ['constants only', `${order} id`, { enum: ['a'] }, ['Order/id: only some values are accepted']],
  ['null refused', `${order} note`, { type: 'string' }, ['Order/note: null is refused']],
  ['a null', `${order} id`, { type: ['string', 'null'] }, ['Order/id: can be null']],
  ['a shorter text', `${schemas} Line properties text`, { maxLength: 9 }, ['Line/text: maxLength is 9 instead of 10']],
  [
    'a least length',
    `${schemas} Line properties text`,
    { minLength: 1 },
    ['Line/text: minLength is 1 instead of none'],
  ],
  ['a pattern', `${order} id`, { pattern: '^a' }, ['Order/id: pattern is ^a instead of none']],
  [
    'larger numbers',
    `${schemas} Line properties count`,
    { format: 'int64' },
    ['Line/count: the format is int64 instead of int32'],
  ],
  ['a removed alternative', `${order} value`, { oneOf: [{ type: 'string' }] }, ['Order/value: number is refused']],
  [
    'another alternative',
    `${order} value`,
    { oneOf: [{ type: 'string' }, { type: 'number', format: 'double' }, { type: 'boolean' }] },
    ['Order/value: can be boolean'],
  ],
  [
    'a removed object of a union',
    `${schemas} Kind discriminator`,
    { mapping: { plain: '#/components/schemas/Plain' } },
    ['Kind: gift is refused'],
  ],
  [
    'other values of a map',
    `${order} tags additionalProperties`,
    { maxLength: 5 },
    ['Order/tags/additionalProperties: maxLength is 5 instead of none'],
  ],
  ['no other members', `${order} tags`, { additionalProperties: false }, ['Order/tags: other members are refused']],
  ['a removed form', `${order} pair`, { 'x-forms': [['a']] }, ['Order/pair: the form of b is refused']],
  ['a type where any value was', `${order} any`, { type: 'string' }, ['Order/any: any value is refused']],
  ['any value where a type was', `${order} id`, { type: undefined }, ['Order/id: can be any value']],
];

for (const [name, path, change, breaks] of cases)
  test(`${name} breaks clients, and is named with its place`, () => {
    const [before, after] = [document(), document()];
    Object.assign(at(after, path), change);
    const changed: Json = JSON.parse(JSON.stringify(after));
    assert.deepEqual(
      breakingChanges(before, changed).map(({ at, says }) => `${at}: ${says}`),
      breaks,
    );
  });

const harmless: [name: string, path: string, change: { [key: string]: unknown }][] = [
  ['another path', 'paths', { '/more': { get: { operationId: 'more', responses: {} } } }],
  ['another member that is not required', order, { more: { type: 'string' } }],
  ['another constant', `${order} state`, { enum: ['open', 'paid', 'sent'] }],
  ['a longer text', `${schemas} Line properties text`, { maxLength: 20 }],
  ['another object of a discriminator', `${schemas} Kind discriminator mapping`, { more: '#/components/schemas/Gift' }],
  ['another description', `${order} id`, { description: 'The id' }],
  ['a right less', post, { 'x-right': [] }],
];

for (const [name, path, change] of harmless)
  test(`${name} breaks no client`, () => {
    const [before, after] = [document(), document()];
    Object.assign(at(after, path), change);
    assert.deepEqual(breakingChanges(before, JSON.parse(JSON.stringify(after))), []);
  });

test('credentials that the document asks for count for the operations without their own', () => {
  const before = document();
  Object.assign(at(before, get), { security: undefined });
  const after = { ...before, security: [{ bearer: [] }] };
  const found = breakingChanges(before, after).map(({ at, says }) => `${at}: ${says}`);
  assert.ok(found.includes('GET /orders: needs credentials'), String(found));
  assert.deepEqual(breakingChanges(after, after), []);
});

test('a removed schema is named with the operations that have it', () => {
  const [before, after] = [document(), document()];
  Object.assign(at(after, order), { line: at(after, `${schemas} Line`) });
  Object.assign(at(after, schemas), { Line: undefined });
  assert.deepEqual(breakingChanges(before, JSON.parse(JSON.stringify(after))), [
    { at: 'Line', says: 'is no longer the name of a schema', operations: ['getOrder', 'createOrder'] },
  ]);
});

test('a break is announced by a line of the unreleased section that names its component or its operations', () => {
  const changes = [
    { at: 'Line/text', says: 'is removed', operations: ['createOrder', 'getOrder'] },
    { at: 'GET /orders', says: 'is removed', operations: ['getOrder'] },
  ];
  const open = (text: string) => unannounced(changes, text).map(({ at }) => at);
  assert.deepEqual(open('# Changelog\n\n## Unreleased\n\n- `getOrder`\n'), ['Line/text', 'GET /orders']);
  assert.deepEqual(open('## Unreleased\n- Breaking: `getOrder` is gone.'), ['Line/text']);
  assert.deepEqual(open('## Unreleased\n- Breaking: `getOrder` is gone; `createOrder` too.'), []);
  assert.deepEqual(open('## Unreleased\n- Breaking: `Line` and `getOrder` changed.'), []);
  assert.deepEqual(open('## Unreleased\n\n## 1.0\n- Breaking: `Line`, `getOrder`'), ['Line/text', 'GET /orders']);
});

test('each member that the real document loses is named', () => {
  const text = JSON.stringify(openApi({ version: '1.2.3', url: null }));
  const before: Json = JSON.parse(text);
  assert.deepEqual(breakingChanges(before, before), []);
  const places = Object.entries(at(before, schemas)).flatMap(([name, { properties }]) =>
    Object.keys(properties ?? {}).map((member) => ({ name, member })),
  );
  for (const { name, member } of places.filter((_, n) => n % 100 === 0)) {
    const after: Json = JSON.parse(text);
    delete at(after, `${schemas} ${name} properties`)[member];
    const found = breakingChanges(before, after).map((one) => `${one.at}: ${one.says}`);
    assert.ok(found.includes(`${name}/${member}: is removed`), `${name}/${member}: ${found}`);
  }
});
