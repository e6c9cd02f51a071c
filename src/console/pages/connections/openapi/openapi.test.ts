import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from '../../../../template/testing/render-in-vm.testing.ts';
import { readOpenapi } from './openapi-document.ts';
import { offersOf, startOf } from './openapi-start.ts';

const api = {
  openapi: '3.0.3',
  info: { title: 'Shop' },
  servers: [{ url: 'https://{region}.example:8443/v2/', variables: { region: { default: 'eu' } } }],
  paths: {
    '/orders/{id}': {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      put: {
        summary: 'Put an order',
        security: [{ key: [], app: ['orders:write'] }],
        parameters: [
          { name: 'dry', in: 'query', required: true },
          { name: 'page', in: 'query' },
          { name: 'X-Shop', in: 'header', required: true },
        ],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
      },
      delete: { summary: 'Delete it' },
    },
    '/files': { post: { deprecated: true, requestBody: { content: { 'multipart/form-data': {} } } } },
    '/events': { get: { operationId: 'listEvents', servers: [{ url: '/relative' }] } },
  },
  components: {
    parameters: { Id: { name: 'id', in: 'path', required: true } },
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      app: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://eu.example/token', scopes: {} } } },
    },
    schemas: {
      Base: { properties: { source: { const: 'web' }, at: { type: 'string', readOnly: true } }, required: ['source'] },
      Order: {
        allOf: [{ $ref: '#/components/schemas/Base' }],
        type: 'object',
        required: ['total', 'buyer', 'lines', 'tags'],
        properties: {
          total: { type: 'number', description: 'In }} euros.\nGross.' },
          buyer: { type: 'object', required: ['e-mail'], properties: { 'e-mail': { type: 'string' } } },
          lines: { type: 'array', items: { type: 'object', properties: { sku: { enum: ['a', 'b'] } } } },
          tags: { type: 'array', items: { type: 'string' } },
          shipping: { type: 'object', properties: { city: {} } },
          parent: { $ref: '#/components/schemas/Order' },
        },
      },
    },
  },
};

function documentOf(value: unknown) {
  const read = readOpenapi(JSON.stringify(value));
  assert.ok(read.ok);
  return read.document;
}

test('an operation becomes a destination with its path, parameters and a template of its schema', () => {
  const document = documentOf(api);
  const { offers, other } = offersOf(document);
  assert.deepEqual(
    [offers.map(({ id }) => id), other],
    [['PUT /orders/{id}', 'GET /events', 'POST /files'], 1],
    'writes first, deprecated ones last, methods that are not sent counted',
  );
  const { start, leftOut } = startOf(document, offers.slice(0, 1));
  const { name, baseUrl, port, authType, accessTokenUrl, scope, headers } = start.draft;
  assert.deepEqual(
    {
      name,
      baseUrl,
      port,
      authType,
      accessTokenUrl,
      scope,
      headers: headers.map(({ name, isSecret }) => [name, isSecret]),
    },
    {
      name: 'Shop',
      baseUrl: 'https://eu.example/v2',
      port: '8443',
      authType: 'oauth2',
      accessTokenUrl: 'https://eu.example/token',
      scope: 'orders:write',
      headers: [['X-Key', true]],
    },
  );
  assert.deepEqual(leftOut, []);
  const { template, ...rest } = start.destinations[0] ?? { name: '' };
  assert.deepEqual(rest, {
    name: 'Put an order',
    description: '',
    method: 'PUT',
    path: '/orders/{{ it.data[0].id }}?dry={{ it.data[0].dry }}',
    status: 'disabled',
    contentType: 'application/json',
    settings: { headers: [{ name: 'X-Shop', value: '{{ it.data[0]["X-Shop"] }}', secret: false }] },
  });
  assert.equal(
    template,
    `{{!
  const record = it.data[0];
  const number = (value) => (value === undefined || value === null ? undefined : Number(value));
  return JSON.stringify({
    source: "web", // required; string
    total: number(record.total), // required; number; In } } euros. Gross.
    buyer: {
      "e-mail": record["buyer.e-mail"], // required; string
    }, // required; object
    lines: [{
      sku: record["lines.sku"], // a, b
    }], // required; array
    tags: [record.tags].flat(), // required; array
    shipping: record.shipping, // object
    parent: record.parent, // object
  });
}}`,
  );
});

test('braces of a description become fields or text, and no tags of a template', () => {
  const k = '}}';
  const operation = {
    parameters: [
      { name: 'q{{z}}', in: 'query', required: true },
      { name: 'X-{{', in: 'header', required: true },
    ],
    requestBody: {
      content: {
        'application/json': {
          schema: { required: [k, 'c'], properties: { [k]: { description: 'a }} b' }, c: { const: 'x}}y{{!' } } },
        },
      },
    },
  };
  const paths = {
    '/a/{{ id }}': { post: operation },
    '/b/{{! return 1; }}/{x': { post: {} },
    '/c/{{d': { post: {} },
    '/e/{f}}/{g}{h}': { post: {} },
  };
  const document = documentOf({ ...api, paths });
  const { destinations } = startOf(document, offersOf(document).offers).start;
  assert.deepEqual(
    destinations.map(({ path }) => path),
    [
      '/a/{{ it.data[0].id }}?q%7B%7Bz%7D%7D={{ it.data[0]["q{{z}}"] }}',
      '/b/{{ it.data[0]["! return 1;"] }}/%7Bx',
      '/c/%7B%7Bd',
      '/e/{{ it.data[0].f }}/{{ it.data[0].g }}{{ it.data[0].h }}',
    ],
  );
  const [{ path = '', template = '', settings } = assert.fail()] = destinations;
  const [header] = settings?.headers ?? [];
  const record = { id: 7, 'q{{z}}': 8, 'X-{{': 9, [k]: 'in' };
  assert.equal(bodyOf(path, [record]), '/a/7?q%7B%7Bz%7D%7D=8');
  assert.equal(bodyOf(String(header?.value), [record]), '9');
  assert.deepEqual(JSON.parse(bodyOf(template, [record])), { [k]: 'in', c: 'x}}y{{!' });
});

test('what can not be taken from a description is named', () => {
  const document = documentOf({
    ...api,
    security: [{ login: [] }],
    components: { ...api.components, securitySchemes: { login: { type: 'openIdConnect' } } },
  });
  const { offers } = offersOf(document);
  const { leftOut, start } = startOf(
    document,
    offers.filter(({ id }) => id === 'POST /files'),
  );
  assert.deepEqual(leftOut, [
    { kind: 'sign_in', text: 'login' },
    { kind: 'body', text: 'POST /files: multipart/form-data' },
  ]);
  assert.equal(start.draft.authType, 'none');
  const relative = startOf(
    document,
    offers.filter(({ id }) => id === 'GET /events'),
  );
  assert.equal(relative.start.draft.baseUrl, '');
});

test('a text that is no description, and a hostile one, are refused or bounded', () => {
  const problemOf = (text: string) => {
    const read = readOpenapi(text);
    return read.ok ? null : read.problem;
  };
  assert.equal(problemOf('a: [1'), 'unreadable');
  assert.equal(problemOf('[1]'), 'not_openapi');
  assert.equal(problemOf('openapi: 3.1.0\npaths: {}'), 'empty');
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...['b', 'c', 'd', 'e', 'f'].map((name, n) => `${name}: &${name} [${`*${'abcde'[n]},`.repeat(9)}]`),
  ];
  assert.equal(problemOf(`openapi: 3.1.0\npaths: {}\n${bomb.join('\n')}`), 'unreadable');
  const loop = { $ref: '#/components/schemas/Loop' };
  const document = documentOf({
    openapi: '3.1.0',
    paths: { '/x': { post: { requestBody: { content: { 'application/json': { schema: loop } } } } } },
    components: {
      schemas: { Loop: { required: ['next'], properties: { next: loop, ['__proto__']: { type: 'string' } } } },
    },
  });
  const { start } = startOf(document, offersOf(document).offers);
  const wide = (depth: number): object => ({
    allOf: [{ $ref: '#/components/schemas/Wide' }],
    required: Array.from({ length: 40 }, (_, n) => `m${n}`),
    properties:
      depth === 0
        ? {}
        : Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, { $ref: '#/components/schemas/Wide' }])),
  });
  const many = documentOf({
    openapi: '3.1.0',
    paths: { '/x': { post: { requestBody: { content: { 'application/json': { schema: wide(1) } } } } } },
    components: { schemas: { Wide: wide(1) } },
  });
  const wideStart = startOf(many, offersOf(many).offers);
  assert.ok((wideStart.start.destinations[0]?.template ?? '').length < 100_000);
  assert.ok((start.destinations[0]?.template ?? '').length < 5_000);
});
