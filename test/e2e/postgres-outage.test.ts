import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startProxy } from '../../src/postgres/testing/proxy.testing.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

test('while PostgreSQL is gone or silent, intake and /readyz respond 503, and what had a 200 is delivered', async () => {
  await using proxy = await startProxy(server.url('postgres'));
  await using receiver = await startReceiver();
  await using app = await startTestApp({
    MILLRACE_DATABASE_URL: proxy.url,
    MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    MILLRACE_PARTITIONS: '2',
    MILLRACE_NODE_NAME: 'a',
  });
  const { collector, action } = await wire(app, receiver);
  const acknowledged: number[] = [];
  let sent = 0;

  async function send(): Promise<Response> {
    const n = ++sent;
    const response = await fetch(`${app.url}/v3/${collector.key}`, {
      method: 'POST',
      body: JSON.stringify({ events: [{ wire: action.name, n }] }),
    });
    if (response.status === 200) acknowledged.push(n);
    return response;
  }
  const statusOf = async (path: string) => (await fetch(`${app.url}${path}`)).status;
  const isReady = () => eventually('the node to be ready', async () => (await statusOf('/readyz')) === 200);
  const isUnready = () => eventually('the node to be unready', async () => (await statusOf('/readyz')) === 503);
  async function isRefused() {
    const refused = await eventually('a refusal', async () => {
      const response = await send();
      return response.status === 503 ? response : null;
    });
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  }

  await isReady();
  const before = Array.from({ length: 20 }, send);
  await Promise.race(before);
  await server.kill();
  await isRefused();
  await isUnready();
  for (const { status } of await Promise.all(before)) assert.ok(status === 200 || status === 503);
  await server.start();
  await isReady();
  await eventually('an event to be accepted', async () => (await send()).status === 200);

  proxy.hold();
  const held = send();
  await isUnready();
  await isRefused();
  assert.equal(await statusOf('/livez'), 200);
  proxy.resume();
  await held;
  await isReady();
  await eventually('an event to be accepted', async () => (await send()).status === 200);

  const arrived = () => new Set(receiver.requests.map(({ body }) => Number(JSON.parse(body).n)));
  const missing = () => acknowledged.filter((n) => !arrived().has(n));
  await eventually('all acknowledged events', () => missing().length === 0, { state: missing });
});
