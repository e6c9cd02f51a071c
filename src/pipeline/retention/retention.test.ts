import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { auditSample } from '../../audit/audit.samples.ts';
import { canonicalJson } from '../../audit/canonical-json.ts';
import { verifyChain } from '../../audit/chain.ts';

test('only what is held expires: what waits for a slow peer is sent, however old', async () => {
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
      [busy, 'retrying', null],
      [busy, 'pending', 'budget'],
    ],
  );
});

test('what may be held for a second is not held for a minute', async () => {
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

test('audit entries that are too old go by whole days, and what is left is a chain', async () => {
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
  assert.deepEqual(await numbers(), left, 'once, however often it was looked at');
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
