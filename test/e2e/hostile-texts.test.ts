import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { requestsOf } from '../../bench/fuzz/generate.ts';
import { isObject } from '../../src/contract/json.ts';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { type RouteId, routes } from '../../src/contract/routes.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { startTestApp, wire } from '../support/app.ts';
import { nodeDatabase } from '../support/node-database.ts';
import { startReceiver } from '../support/receiver.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());
const seed = 20_261_202;

/** PostgreSQL stores no NUL and no lone surrogate; U+0001 marks texts that are stored in another form. */
const parts = ['\0', '\u0001', '\u0001"', '\\u0000', '\ud800', '\udfff', '\ufffd', '%', '_', "'", '\\', 'a', '{', '😀'];
const places = ['', 'con_', 'dlv_01hzzzzzzz', 'evt_01hzzzzzzz01', 'trc_', '<', 'a@b.example'];
const texts = fc
  .tuple(fc.constantFrom(...places), fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }))
  .map(([place, some]) => place + some.join(''));

/** Left out: a stream never ends, and these acts end the credentials of the test. */
const left: ReadonlySet<RouteId> = new Set<RouteId>(['streamEvents', 'deleteMyTokens', 'signOut']);
const operations = routes.filter(({ id }) => !left.has(id));

test('no text in a path, a query, a header or a body makes a response of 5xx on PostgreSQL', async () => {
  await using app = await startTestApp({ ...(await nodeDatabase(server, 'texts')), MILLRACE_INBOX: 'on' });
  await using receiver = await startReceiver();
  const { collector, connection, destination, action } = await wire(app, receiver);
  const ids: Record<string, string> = { con: connection.id, dst: destination.id, act: action.id, col: collector.id };
  const known = (text: string) => text.replaceAll(/@(con|dst|act|col)/g, (_, kind) => ids[kind] ?? '');
  const failed = new Set<string>();
  const description = openApi({ version: '0', url: null });
  const requests = fc.record({
    generated: fc.oneof(...operations.map((route) => requestsOf(route, description))),
    text: texts,
    at: fc.nat(),
    where: fc.constantFrom('path', 'query', 'body', 'header'),
  });
  for (const { generated, text, at, where } of fc.sample(requests, { numRuns: 1_500, seed })) {
    const { route, method } = generated;
    const encoded = encodeURIComponent(text.toWellFormed());
    let target = known(generated.target);
    if (where === 'path') target = route.path.replaceAll(/\{\w+\}/g, encoded);
    if (where === 'query') target = withText(target, encoded, at);
    const body = generated.body === undefined ? null : known(generated.body);
    const latin = Buffer.from(text.replaceAll('\0', '')).toString('latin1').trim();
    const headers = {
      ...generated.headers,
      ...(where === 'header' && { 'idempotency-key': latin, 'if-match': latin }),
    };
    const sent = body !== null && where === 'body' ? textInBody(body, text, at) : body;
    const response = await app.fetch(target, { method, headers, body: sent }).catch(() => null);
    if ((response?.status ?? 0) >= 500) failed.add(`${method} ${target} ${sent}: ${await response?.text()}`);
  }
  assert.deepEqual([...failed], []);
});

test('an id with NUL is unknown on PostgreSQL as on SQLite, whatever it is of', async () => {
  await using app = await startTestApp(await nodeDatabase(server, 'unknown'));
  await using other = await startTestApp();
  for (const { method, path, body } of operations) {
    if (!path.includes('{')) continue;
    const target = path.replaceAll(/\{\w+\}/g, 'con_%00');
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const init = { method, ...(body !== null && { headers: { 'content-type': type }, body: '{}' }) };
    const [status, otherStatus] = await Promise.all(
      [app, other].map(async (one) => (await one.fetch(target, init)).status),
    );
    assert.equal(status, otherStatus, target);
    assert.ok(Number(status) < 500, target);
  }
});

test('events with any text in their names and values are stored, found and delivered on PostgreSQL', async () => {
  await using app = await startTestApp(await nodeDatabase(server, 'events'));
  await using receiver = await startReceiver();
  const { send, deliver } = await wire(app, receiver);
  for (const [name, value] of fc.sample(fc.tuple(texts, texts), { numRuns: 40, seed })) {
    const [id = ''] = await send({ [name]: value, 'wt.dcsvid': value, 'wt.identity': value });
    const found = await app.client.call('getEvent', { params: { id } });
    assert.equal(found.id, id);
    for (const query of [{ visitorId: value }, { collectorId: value }, { parameter: name, value }])
      assert.ok((await app.fetch(`/api/v1/events?${new URLSearchParams(query)}`)).status < 500);
  }
  await deliver({});
});

/** One value of the query is the text. */
function withText(target: string, encoded: string, at: number): string {
  const [path = '', search = ''] = target.split('?');
  const pairs = search.split('&');
  const index = at % pairs.length;
  return `${path}?${pairs.map((pair, n) => (n === index ? `${pair.split('=')[0]}=${encoded}` : pair)).join('&')}`;
}

/** One of the texts in a body is this one. */
function textInBody(body: string, text: string, at: number): string {
  let count = 0;
  const replaced = (value: unknown, index: number): unknown => {
    if (typeof value === 'string') return count++ === index ? text : value;
    if (Array.isArray(value)) return value.map((one) => replaced(one, index));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, index)]));
  };
  try {
    const json: unknown = JSON.parse(body);
    replaced(json, -1);
    const index = at % Math.max(count, 1);
    count = 0;
    return JSON.stringify(replaced(json, index));
  } catch {
    return body;
  }
}
