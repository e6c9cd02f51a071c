import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Stats, StatsKind } from '../../src/contract/records/stats.ts';
import { deliveryOf, reaches, sendEvents, startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

async function stats(app: TestApp, query: { kind?: StatsKind; id?: string; range?: Stats['range'] } = {}) {
  return app.client.call('getStats', { query });
}

/** The counts that are not 0. */
function some(counts: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => typeof value === 'number' && value !== 0));
}

/** Waits until the counts are these. */
async function reach(read: () => Promise<Record<string, unknown>>, counts: Record<string, number>): Promise<void> {
  let last: unknown;
  const isReached = async () => {
    last = await read();
    return isDeepStrictEqual(last, counts);
  };
  await eventually(JSON.stringify(counts), isReached, { state: () => last });
}

test('statistics tell exactly what happened, to everything and to each thing, and survive a restart', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  receiver.answer('/flaky', { status: 500 }, {});
  const good = await wire(app, receiver, {
    destination: { template: '{{! if (it.data[0].v === "0") skip("nothing to tell"); return it.data[0].v; }}' },
  });
  const flaky = await wire(app, receiver, {
    connection: { settings: { retry: { scheduleMs: [0, 50], jitter: 0 } } },
    destination: { path: '/flaky' },
  });
  receiver.answer('/refusing', { status: 404 });
  const refusing = await wire(app, receiver, { destination: { path: '/refusing' } });
  const paused = await wire(app, receiver);
  await app.client.call('changeDestination', { params: { id: paused.destination.id }, body: { status: 'paused' } });

  await good.deliver({ v: '1' });
  await good.deliver({ v: '2' });
  await good.deliver({ v: '0' }, 'skipped');
  await flaky.deliver({ v: '1' });
  await refusing.deliver({ v: '1' }, 'failed');
  const held = await paused.deliver({ v: '1' }, 'held');
  const cancelled = await paused.deliver({ v: '2' }, 'held');
  await app.client.call('cancelDelivery', { params: { id: cancelled.id } });
  await sendEvents(app, good.collector.key, { nobody: 'cares' }, { eventId: 'twice' }, { eventId: 'twice' });
  await app.client.call('testDestination', { params: { id: good.destination.id }, body: { data: [{ v: '3' }] } });
  const post = (key: string, body: string) => fetch(`${app.url}/v3/${key}`, { method: 'POST', body });
  assert.equal((await post('nobody', '{}')).status, 404);
  assert.equal((await post(good.collector.key, '{}')).status, 400);

  const everything = {
    received: 9,
    matched: 7,
    unmatched: 2,
    created: 7,
    reopened: 0,
    delivered: 3,
    failed: 1,
    held: 2,
    skipped: 1,
    cancelled: 1,
    retried: 1,
    rejected: 2,
  };
  // Another node stores its counts every 5 s, in pieces.
  await reach(async () => (await stats(app)).totals, everything);
  const all = await stats(app);
  const reasons = all.reasons.map(({ outcome, reason, count }) => `${outcome} ${reason} ${count}`);
  assert.deepEqual(reasons.sort(), [
    'failed http_4xx 1',
    'held destination_paused 2',
    'rejected invalid_events 1',
    'rejected unknown_collector 1',
    'skipped template_skipped 1',
  ]);
  assert.equal(all.oldestWaitingAt, held.createdAt);
  const { p50Ms = -1, p95Ms = -1, p99Ms = -1 } = all.latency ?? {};
  assert.ok(0 <= p50Ms && p50Ms <= p95Ms && p95Ms <= p99Ms && p99Ms < 60_000);
  assert.equal(all.series.length, 96);

  const reachTotals = (kind: StatsKind, id: string, counts: Record<string, number>) =>
    reach(async () => some((await stats(app, { kind, id })).totals), counts);
  const sent = { created: 3, delivered: 2, skipped: 1 };
  await reachTotals('action', good.action.id, { matched: 3, ...sent });
  await reachTotals('destination', good.destination.id, sent);
  await reachTotals('connection', good.connection.id, sent);
  const taken = { received: 5, matched: 3, unmatched: 2, rejected: 1 };
  await reachTotals('collector', good.collector.id, taken);
  await reachTotals('connection', flaky.connection.id, { created: 1, delivered: 1, retried: 1 });
  await reachTotals('destination', paused.destination.id, { created: 2, held: 2, cancelled: 1 });

  const { items } = await stats(app, { kind: 'destination' });
  const itemOf = ({ destination }: typeof good) => items.find((one) => one.id === destination.id);
  assert.equal(items.length, 4);
  assert.deepEqual(
    [good, flaky, refusing, paused].map((one) => itemOf(one)?.lastStatus),
    [200, 200, 404, null],
  );
  assert.equal(itemOf(refusing)?.lastDeliveredAt, null);
  assert.ok(itemOf(good)?.lastDeliveredAt);

  await app.restart();
  for (const range of ['15m', '1h', '24h', '7d'] as const)
    assert.deepEqual((await stats(app, { range })).totals, everything, range);
  await app.client.call('changeDestination', { params: { id: paused.destination.id }, body: { status: 'enabled' } });
  await reaches(app, held.id, 'delivered');
  const after = await eventually('the released one to be counted', async () => {
    const found = await stats(app);
    return found.totals.delivered === 4 ? found : null;
  });
  assert.deepEqual([after.totals.held, after.oldestWaitingAt], [2, null]);
  assert.equal((await deliveryOf(app, held.eventId ?? '')).status, 'delivered');
});

test('an id without its kind, and a range that is none, are refused', async () => {
  await using app = await startTestApp();
  for (const query of ['id=act_1', 'range=2h', 'kind=visitor']) {
    const answer = await app.fetch(`/api/v1/stats?${query}`);
    assert.equal(answer.status, 422, query);
  }
});
