import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { routes } from '../../contract/routes.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
const bodies: (string | Buffer)[] = [
  'null',
  'true',
  '0',
  '"text"',
  '[]',
  '{}',
  '[[]]',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"name":{"toString":null}}',
  '{"name":"\\u0000"}',
  '{"name":"\\ud800"}',
  '{"name":"a","name":"b"}',
  '{"name":1e999}',
  '{"name":"x","baseUrl":"http://["}',
  '{"name":"x","baseUrl":"javascript:alert(1)"}',
  '{"name":"x","baseUrl":"https://x.example","auth":{"type":"oauth2"}}',
  '{"name":"x","baseUrl":"https://x.example","auth":{"type":"__proto__"}}',
  '{"name":"x","baseUrl":"https://x.example","auth":[]}',
  '{"name":"x","baseUrl":"https://x.example","settings":{"tls":{"cert":"x","key":"y"}}}',
  '{"name":"x","baseUrl":"https://x.example","settings":{"headers":[null,[],{"secret":"yes"}]}}',
  '{"name":"x","description":"x","rules":{"all":[{"all":[{"behavior":"__proto__"}]}]}}',
  '{"name":"x","description":"x","rules":{"parameter":"a","operator":"constructor"}}',
  '{"name":"x","condition":{"parameter":"a","operator":"regex","value":"(a+)+$"}}',
  '{"name":"x","template":"{{","contentType":"\\r\\nx: y"}',
  '{"template":"{{! while(true){} }}","data":[]}',
  '{"template":"{{","data":[]}',
  '{"draft":{"template":"{{","__proto__":1},"data":[{}]}',
  '{"draft":null,"data":[null]}',
  '{"event":{"data":{"__proto__":"x"}},"condition":{"all":[]}}',
  '{"version":-1}',
  '{"version":9007199254740993}',
  '{"destinations":[{"destinationId":"__proto__"},{"destination":{}},null]}',
  nested('[', ']', 100_000),
  nested('{"a":', '}', 5_000).replace('}', '1}'),
  `{"rules":${nested('{"not":', '}', 60).replace('}', '{"all":[]}}')}}`,
  `{"name":"${'é'.repeat(300_000)}"}`,
  '{"a":',
  '﻿﻿{}',
  "{'a':1}",
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.alloc(64),
];

async function targets(server: TestServer) {
  const connection = await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example' });
  const destination = await server.make(`/connections/${connection['id']}/destinations`, { name: 'D' });
  const action = await server.make('/actions', { name: 'A', description: 'x' });
  const behavior = await server.make('/behaviors', { name: 'B', condition: { all: [] } });
  const collector = await server.make('/collectors', { name: 'C' });
  const ids = new Map<string, unknown>(
    Object.entries({
      connections: connection,
      destinations: destination,
      actions: action,
      behaviors: behavior,
      collectors: collector,
    }).map(([kind, one]) => [kind, one['id']]),
  );
  const urls = routes
    .filter((route) => route.body !== null)
    .map(({ method, path, tag }) => {
      const kind = path.includes('/connections/{id}/') ? 'connections' : tag;
      const url = path.replace('{id}', String(ids.get(kind) ?? 'none')).replace('{name}', 'a%2Fb');
      return { method, url };
    });
  return [...urls, { method: 'POST' as const, url: `/v3/${collector['key']}` }];
}

test('no hostile body causes an internal error or changes prototypes', async () => {
  await using server = await startTestServer();
  const all = await targets(server);
  // The fake behind a test send always refuses, whatever the body.
  for (const { method, url } of all.filter(({ url }) => !/destinations\/\w+\/test$/.test(url)))
    for (const body of bodies) {
      const { statusCode } = await server.call(method, url, body);
      assert.ok(statusCode < 500, `${method} ${url} ${String(body).slice(0, 80)} → ${statusCode}`);
    }
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.deepEqual(server.failures, []);
});

test('no hostile URL, query or header causes an internal error', async () => {
  await using server = await startTestServer();
  const words = [
    '%',
    '%00',
    '%2F',
    '%ff',
    '..',
    '//',
    '?',
    '#',
    '&',
    '=',
    '\\',
    '[]',
    '{}',
    '__proto__',
    'constructor',
    ';',
    '😀',
    ' ',
    '\t',
    "'",
    '"',
  ];
  const text = fc.array(fc.constantFrom(...words), { maxLength: 5 }).map((parts) => parts.join(''));
  const paths = routes
    .filter((route) => route.method === 'GET' && route.produces === 'application/json')
    .map((route) => route.path);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), text, text, async (path, name, query) => {
      const url = `${path.replaceAll(/\{\w+\}/g, encodeURI(name) || 'x')}?cursor=${encodeURI(query)}&${encodeURI(query)}`;
      const { statusCode } = await server.call('GET', url, undefined, {
        'if-none-match': `"${name.replaceAll(/[^ -~]/g, '')}`,
      });
      assert.ok(statusCode < 500, `${url} → ${statusCode}`);
    }),
    { numRuns: 300, seed: 7 },
  );
  assert.deepEqual(server.failures, []);
});
