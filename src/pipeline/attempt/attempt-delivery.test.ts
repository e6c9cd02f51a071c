import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { byItself } from '../../contract/by-itself.ts';
import { Secret, UnresolvedSecret } from '../../contract/secret.ts';

const onlyName = [{ field: 'name', parameter: 'name' }];
const orders = { name: 'Orders', path: '/orders' };

test('a held delivery keeps the mapping it was planned with when its action drops the destination', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig, {
    destination: { status: 'paused' },
    action: { status: 'disabled' },
  });
  const action = { name: 'Few', description: 'one field', status: 'enabled' };
  const actionId = await rig.put('action', { ...action, destinations: [{ destinationId, mapping: onlyName }] });
  await rig.send({ data: { name: 'a', email: 'a@example.com' } });
  await settled();
  await rig.put('action', { ...action, destinations: [] }, actionId);
  await rig.put('destination', { connectionId, ...orders, status: 'enabled' }, destinationId);
  await rig.clock.advance(1);
  assert.deepEqual(
    rig.egress.requests.map(({ body }) => body),
    ['{"name":"a"}'],
  );
});

test('a delivery without the version of its action is not sent, since its mapping is not known', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId, actionId } = await wire(rig, { destination: { status: 'paused' } });
  await rig.send({ data: { email: 'a@example.com' } });
  await settled();
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values()].map((document) => ({ op: 'delete', document })),
  );
  const [waiting] = await rig.deliveries();
  await rig.retry(waiting?.id ?? '', { actionVersion: null, destinationVersion: 1 });
  await rig.put('destination', { connectionId, ...orders, status: 'enabled' }, destinationId);
  await rig.clock.advance(1);
  assert.deepEqual(
    (await rig.deliveries()).map(({ status, actionId: id, detail }) => [status, id, /its action/.test(detail ?? '')]),
    [['cancelled', actionId, true]],
  );
  assert.equal(rig.egress.requests.length, 0);
});

test('a delivery that is retried after its versions were removed is sent as before, but never without a mapping', async () => {
  const connection = { settings: { retry: { scheduleMs: [0, 60_000], jitter: 0 } } };
  for (const keepsMapping of [true, false]) {
    await using rig = await startRig({ handler: (_, index) => ({ status: index === 0 ? 500 : 200 }) });
    const { connectionId, destinationId } = await wire(rig, {
      connection,
      destination: orders,
      action: { status: 'disabled' },
    });
    const action = { name: 'Few', description: 'one field', status: 'enabled' };
    const actionId = await rig.put('action', { ...action, destinations: [{ destinationId, mapping: onlyName }] });
    await rig.send({ data: { name: 'a', email: 'a@example.com' } });
    await settled();
    for (const version of [2, 3]) {
      const destinations = keepsMapping || version === 3 ? [{ destinationId, mapping: onlyName }] : [];
      await rig.put('action', { ...action, description: `version ${version}`, destinations }, actionId);
      const path = `/version-${version}`;
      await rig.put('destination', { connectionId, ...orders, path, status: 'enabled' }, destinationId);
    }
    const load = rig.catalog.versions;
    rig.catalog.versions = (query) => load({ ...query, after: Math.max(query.after ?? 0, 1) });
    await rig.clock.advance(60_000);
    const sent = rig.egress.requests.slice(1).map(({ url, body }) => [new URL(url).pathname, body]);
    assert.deepEqual(sent, keepsMapping ? [['/v2/orders', '{"name":"a"}']] : []);
    assert.deepEqual(await rig.statuses(), [keepsMapping ? 'delivered' : 'cancelled']);
  }
});

test('a delivery that was in flight at a crash is repeated as it was sent, although its destination changed during a hold', async () => {
  let isHanging = true;
  await using rig = await startRig({ handler: () => (isHanging ? new Promise(() => {}) : { status: 200 }) });
  const { connectionId, destinationId } = await wire(rig, { destination: orders });
  await rig.send({ data: { name: 'a' } });
  // The in-flight marker is on disk.
  await rig.clock.advance(100);
  await rig.put('destination', { connectionId, ...orders, status: 'paused' }, destinationId);
  isHanging = false;
  await rig.restart();
  await rig.put('destination', { connectionId, name: 'Orders', path: '/changed', status: 'enabled' }, destinationId);
  await rig.clock.advance(1_000);
  assert.deepEqual(
    rig.egress.requests.map(({ url }) => new URL(url).pathname),
    ['/v2/orders', '/v2/orders'],
  );
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('a delivery that was sent in a batch keeps its version when it is sent alone after a hold', async () => {
  let status = 500;
  await using rig = await startRig({ handler: () => ({ status }) });
  const batched = { ...orders, settings: { batch: { records: 2, waitMs: 1_000 } } };
  const { connectionId, destinationId } = await wire(rig, { destination: batched });
  await rig.send({ data: { name: 'a' } }, { data: { name: 'b' } });
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 1);
  await rig.put('destination', { connectionId, ...batched, status: 'paused' }, destinationId);
  const [first] = await rig.deliveries();
  await rig.cancel(first?.id ?? '');
  status = 200;
  await rig.clock.advance(600_000);
  await rig.put('destination', { connectionId, ...batched, path: '/changed', status: 'enabled' }, destinationId);
  await rig.clock.advance(600_000);
  assert.deepEqual(
    rig.egress.requests.map(({ url }) => new URL(url).pathname),
    ['/v2/orders', '/v2/orders'],
  );
});

test('a secret of a destination that can not be read delays its own deliveries, and not those of its siblings', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig, { destination: orders });
  const read = () => {
    throw new UnresolvedSecret('env:KEY is not set.');
  };
  const headers = [{ name: 'X-Key', value: new Secret({ ref: 'env:KEY', read }, ''), secret: true as const }];
  await rig.pipeline.configuration.change(byItself, ({ documents }) => {
    const before = documents.destination.get(destinationId);
    assert.ok(before);
    const body = { ...before.body, settings: { ...before.body.settings, headers } };
    return [{ op: 'put', document: { ...before, version: before.version + 1, body } }];
  });
  const sibling = await rig.put('destination', { connectionId, name: 'Sibling', path: '/sibling', status: 'enabled' });
  await rig.put('action', {
    name: 'Both',
    description: 'x',
    status: 'enabled',
    destinations: [{ destinationId: sibling }],
  });
  for (const name of ['a', 'b', 'c']) {
    await rig.send({ data: { name } });
    await rig.clock.advance(100);
  }
  const found = await rig.deliveries();
  const statusesOf = (id: string) =>
    new Set(found.filter((one) => one.destinationId === id).map(({ status }) => status));
  assert.deepEqual([statusesOf(destinationId), statusesOf(sibling)], [new Set(['retrying']), new Set(['delivered'])]);
  assert.match(found.find((one) => one.destinationId === destinationId)?.detail ?? '', /env:KEY is not set/);
});

test('what was held before its first attempt is sent in the versions of the release, also after a restart', async () => {
  await using rig = await startRig();
  const rate = { limit: 1, perMs: 60_000 };
  const { connectionId, destinationId } = await wire(rig, {
    connection: { settings: { rate } },
    destination: { ...orders, status: 'paused' },
  });
  await rig.send({ data: { name: 'a' } }, { data: { name: 'b' } });
  await settled();
  await rig.put('destination', { connectionId, ...orders, path: '/changed', status: 'enabled' }, destinationId);
  await rig.clock.advance(1_000);
  await rig.pipeline[Symbol.asyncDispose]();
  await rig.restart();
  await rig.clock.advance(120_000);
  assert.deepEqual(
    rig.egress.requests.map(({ url }) => new URL(url).pathname),
    ['/v2/changed', '/v2/changed'],
  );
});
