import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { openStorage } from '../../../test/support/storage.ts';
import { auditSample } from '../../audit/audit-samples.testing.ts';
import { canonicalJson } from '../../audit/canonical-json.ts';
import { verifyChain } from '../../audit/chain.ts';
import { bodyRetention } from './retention.ts';

test('only held deliveries expire; those that wait for a slow peer are sent, however old', async () => {
  await using rig = await startRig({
    handler: ({ url }) => (url.includes('busy') ? { status: 429, headers: [['retry-after', '600']] } : { status: 200 }),
  });
  const settings = { heldMaxAgeMs: 60_000 };
  const { destinationId } = await wire(rig, { connection: { settings }, destination: { status: 'paused' } });
  const connectionId = await rig.put('connection', { name: 'Busy', baseUrl: 'https://busy.example', settings });
  const busy = await rig.put('destination', { connectionId, name: 'Busy', status: 'enabled' });
  await rig.put('action', { name: 'B', description: 'b', status: 'enabled', destinations: [{ destinationId: busy }] });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1);
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(200_000);
  const shown = (await rig.deliveries()).map((one) => [one.destinationId, one.status, one.reason]);
  assert.deepEqual(
    shown.filter(([id]) => id === destinationId),
    [
      [destinationId, 'failed', 'expired'],
      [destinationId, 'failed', 'expired'],
    ],
  );
  assert.deepEqual(
    shown.filter(([id]) => id === busy),
    [
      [busy, 'retrying', 'budget'],
      [busy, 'pending', 'budget'],
    ],
  );
});

test('a delivery in flight as a probe does not expire, and is recorded as delivered when the probe succeeds', async () => {
  const probe = Promise.withResolvers<void>();
  await using rig = await startRig({
    handler: async (_, index) => {
      if (index < 5) return { status: 500 };
      await probe.promise;
      return { status: 200 };
    },
  });
  await wire(rig, { connection: { settings: { heldMaxAgeMs: 35_000, timeoutMs: 60_000, breaker: { minimum: 5 } } } });
  for (let n = 0; n < 5; n++) await rig.send({ data: { n: String(n) } });
  await rig.clock.advance(1);
  await rig.clock.advance(30_000);
  assert.equal(rig.egress.requests.length, 6, 'the probe was sent');
  await rig.clock.advance(10_000);
  probe.resolve();
  await rig.clock.advance(1);
  assert.deepEqual((await rig.deliveries()).map(({ status, reason }) => reason ?? status).sort(), [
    'delivered',
    'expired',
    'expired',
    'expired',
    'expired',
  ]);
});

test('a failing step of retention does not prevent the other steps', async () => {
  await using rig = await startRig();
  const { housekeeping, log } = rig.journal;
  const { retain } = housekeeping;
  let retained = 0;
  housekeeping.retain = (limits) => {
    retained += 1;
    return retain(limits);
  };
  const broken = () => Promise.reject(new Error('not now'));
  Object.assign(housekeeping, { forgetBodies: broken });
  Object.assign(log, { expire: broken });
  await wire(rig, { connection: { settings: { heldMaxAgeMs: 60_000 } }, destination: { status: 'paused' } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(600_000);
  assert.ok(retained > 0);
});

test('a delivery that may be held for a second is not held for a minute', async () => {
  await using rig = await startRig();
  const settings = { heldMaxAgeMs: 1_000 };
  await wire(rig, { connection: { settings }, destination: { status: 'paused' } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(900);
  assert.equal((await rig.deliveries())[0]?.status, 'held');
  await rig.clock.advance(1_200);
  const [shown] = await rig.deliveries();
  assert.deepEqual([shown?.status, shown?.reason], ['failed', 'expired']);
});

test('old audit entries are removed by whole days, and the rest is a chain', async () => {
  const minute = 60_000;
  const hour = 60 * minute;
  await using rig = await startRig({ clock: fakeClock(Date.UTC(2026, 0, 1, 23, 55)) });
  const oldest = Date.UTC(2025, 0, 1);
  const created = (at: number) => auditSample({ createdAt: new Date(at).toISOString() });
  await rig.audit.append([created(oldest - 30 * hour), created(oldest - hour), created(oldest + hour)]);
  await rig.clock.advance(3 * minute);
  const numbers = async () => (await rig.audit.entries({ limit: 9 })).map(({ number, act }) => [number, act]);
  const left = [
    [4, 'prune'],
    [3, 'change'],
  ];
  assert.deepEqual(await numbers(), left, 'once, however often retention runs');
  await rig.clock.advance(3 * minute);
  assert.deepEqual(await numbers(), [
    [5, 'prune'],
    [4, 'prune'],
  ]);
  const rows = (await rig.audit.entries({ limit: 9 })).map(({ hash, ...entry }) => ({
    number: entry.number,
    body: canonicalJson(entry),
    hash,
  }));
  assert.equal(verifyChain(rows.reverse()).ok, true);
});

test('finished deliveries get the present time of bodies also where another node has given them another one since', async () => {
  await using storage = await openStorage();
  let bodiesMs = 1;
  let given: number | null = null;
  const node = () =>
    bodyRetention({
      configuration: { snapshot: { documents: { destination: new Map([['dst_1', { id: 'dst_1' }]]) } } } as never, // what it reads
      housekeeping: {
        async keepBodies(_, ms) {
          given = ms;
          return 0;
        },
        forgetBodies: async () => 0,
      },
      notes: storage.notes,
      redaction: (() => ({ bodiesMs })) as never, // what it reads
    });
  const [a, b] = [node(), node()];
  await a(0);
  bodiesMs = 30;
  await b(0);
  bodiesMs = 1;
  await a(0);
  assert.equal(given, 1);
});

test('a deleted document is kept for 30 days, and then removed with its versions', async () => {
  await using rig = await startRig();
  const by = { principal: 'admin', principalId: null, address: null, requestId: null };
  const dayMs = 86_400_000;
  const deletedDaysAgo = async (name: string, days: number) => {
    const id = await rig.put('connection', { name, baseUrl: 'https://crm.example' });
    const updatedAt = new Date(rig.clock.now() - days * dayMs).toISOString();
    await rig.pipeline.configuration.change(by, ({ documents }) => {
      const document = documents.connection.get(id) ?? assert.fail();
      return [{ op: 'delete', document: { ...document, updatedAt } }];
    });
    return id;
  };
  const young = await deletedDaysAgo('CRM', 29);
  const old = await deletedDaysAgo('Shop', 30);
  await rig.clock.advance(5 * 60_000);
  const versions = async (id: string) => (await rig.catalog.versions({ kind: 'connection', id, limit: 9 })).length;
  assert.deepEqual([await versions(young), await versions(old)], [1, 0]);
});
