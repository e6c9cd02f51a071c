import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const app = await startTestApp();
after(() => app[Symbol.asyncDispose]());
const { client } = app;

const healthOf = async (id: string) => (await client.call('getConnection', { params: { id } })).health;
const healthAt = async (id: string) => (await client.call('getDestination', { params: { id } })).health;

test('a failing endpoint holds its own deliveries alone: its neighbour gets each event, and the API says which is held', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/fails', { status: 503 });
  const { connection, destination, action, send } = await wire(app, receiver, { destination: { path: '/fails' } });
  const well = await client.call('createDestination', {
    params: { id: connection.id },
    body: { name: 'Well', path: '/well', status: 'enabled' },
  });
  const destinations = [destination, well].map(({ id }) => ({ destinationId: id }));
  await client.call('changeAction', { params: { id: action.id }, body: { destinations } });
  for (let n = 1; n <= 30; n++) {
    await send({ n });
    await eventually(`the neighbour to get event ${n}`, () => receiver.at('/well').length === n);
    assert.equal((await healthOf(connection.id)).state, 'ok');
  }
  const failing = await eventually('its breaker to be told', async () => {
    const health = await healthAt(destination.id);
    return health.state === 'tripped' && health;
  });
  assert.equal(failing.reason, 'breaker_open');
  assert.match(failing.detail ?? '', /^\d+ of the last \d+ requests failed\.$/);
  assert.ok(failing.nextProbeAt !== null && failing.since !== null);
  const fine = await healthAt(well.id);
  assert.deepEqual([fine.state, fine.held], ['ok', 0]);
});

test('after an outage the first probe that succeeds sends all held deliveries', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 503 });
  const { connection, send } = await wire(app, receiver);
  await send(...Array.from({ length: 50 }, (_, n) => ({ n })));
  const { since, nextProbeAt } = await eventually('the breaker to open', async () => {
    const health = await healthOf(connection.id);
    return health.state === 'tripped' ? health : null;
  });
  const openMs = Date.now() - Date.parse(since ?? '');
  const waitMs = Date.parse(nextProbeAt ?? '') - Date.parse(since ?? '');
  assert.ok(waitMs <= 1.25 * openMs + 1_000, 'the wait is in proportion to the outage');
  const failed = receiver.at('/in').length;
  await eventually('two probes', () => receiver.at('/in').length >= failed + 2);
  receiver.answer('/in', {});
  const bodies = () => new Set(receiver.at('/in').map(({ body }) => body)).size;
  await eventually('all deliveries', async () => bodies() === 50 && (await healthOf(connection.id)).state === 'ok');
});

test('a restart of the receiver with eight requests in flight opens no breaker', async () => {
  let inFlight = 0;
  let delivered = 0;
  const hanging = await listen((request) => {
    request.resume();
    inFlight += 1;
  });
  const { port } = hanging.address() as AddressInfo; // a listening TCP server has one
  const url = `http://127.0.0.1:${port}`;
  const retry = { scheduleMs: [0, ...Array(8).fill(500)], jitter: 0 };
  const { connection, destination, send } = await wire(app, { url }, { connection: { settings: { retry } } });
  const ids = await send(...Array.from({ length: 8 }, (_, n) => ({ n })));
  await eventually('eight requests in flight', () => inFlight === 8);
  hanging.closeAllConnections();
  await new Promise((resolve) => hanging.close(resolve));
  await using stack = new AsyncDisposableStack();
  const again = await listen((request, response) => {
    request.resume();
    delivered += 1;
    response.end();
  }, port);
  stack.defer(async () => {
    again.closeAllConnections();
    await new Promise((resolve) => again.close(resolve));
  });
  await eventually('all deliveries', () => delivered >= 8);
  assert.deepEqual([(await healthOf(connection.id)).state, (await healthAt(destination.id)).state], ['ok', 'ok']);
  for (const eventId of ids) {
    const [delivery] = (await client.call('listDeliveries', { query: { eventId } })).data;
    assert.notEqual(delivery?.reason, 'breaker_open');
  }
});

async function listen(handler: Parameters<typeof createServer>[1], port = 0): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
