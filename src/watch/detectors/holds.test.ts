import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';
import { startWatched } from '../watch.testing.ts';

test('rejected credentials are a critical issue of the connection until they are corrected', async () => {
  let answer: FakeAnswer = { status: 401 };
  const auth = { type: 'bearer', token: 'expired' };
  await using watched = await startWatched({ handler: () => answer, given: { connection: { auth } } });
  await watched.send(1);
  assert.deepEqual(watched.issues(), ['open: CRM rejects the credentials']);
  const [issue] = watched.registry.all();
  assert.deepEqual(
    [issue?.severity, issue?.connectionId, issue?.samples.length],
    ['critical', watched.connectionId, 1],
  );
  assert.match(issue?.detail ?? '', /^HTTP 401: credentials rejected\. Deliveries are held/);
  answer = { status: 200 };
  await watched.rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example', auth }, watched.connectionId);
  await watched.clock.advance(1_000);
  assert.deepEqual(watched.issues(), ['resolved: CRM rejects the credentials']);
  assert.deepEqual(watched.told(), ['opened: CRM rejects the credentials', 'resolved: CRM rejects the credentials']);
});

test('a connection with an open circuit breaker is an issue that includes its failures, and is critical at once', async () => {
  let isDown = true;
  const handler = (): FakeAnswer => (isDown ? { error: { kind: 'connect', message: 'refused' } } : { status: 200 });
  await using watched = await startWatched({ handler });
  await watched.send(5);
  await watched.clock.advance(60_000);
  assert.deepEqual(watched.issues(), ['open: CRM suspended: too many errors']);
  const [issue] = watched.registry.all();
  assert.ok((issue?.count ?? 0) > 1 && issue?.severity === 'critical', JSON.stringify(issue));
  isDown = false;
  await watched.clock.advance(10 * 60_000);
  assert.deepEqual(watched.told(), [
    'opened: CRM suspended: too many errors',
    'resolved: CRM suspended: too many errors',
  ]);
});

test('a destination with an open circuit breaker is an issue of its own, until the whole connection is held', async () => {
  let isDown = false;
  const handler = ({ url }: { url: string }): FakeAnswer => {
    if (isDown) return { error: { kind: 'connect', message: 'refused' } };
    return { status: url.includes('orders') ? 503 : 200 };
  };
  await using watched = await startWatched({ handler });
  const { connectionId, destinationId, rig } = watched;
  const neighbour = await rig.put('destination', { connectionId, name: 'Well', path: '/well', status: 'enabled' });
  const destinations = [{ destinationId: neighbour }];
  await rig.put('action', { name: 'Well', description: 'the other', status: 'enabled', destinations });
  await watched.send(4);
  await watched.send(8);
  const opened = watched.issues().filter((one) => one.startsWith('open'));
  assert.ok(opened.includes('open: CRM › Orders suspended: too many errors'), opened.join());
  const [issue] = Array.from(watched.registry.all()).filter(({ kind }) => kind === 'tripped');
  assert.deepEqual(
    [issue?.connectionId, issue?.destinationId, issue?.severity],
    [connectionId, destinationId, 'critical'],
  );
  isDown = true;
  await watched.send(6);
  const tripped = () => watched.issues().filter((one) => one.endsWith('suspended: too many errors'));
  assert.deepEqual(tripped(), [
    'resolved: CRM › Orders suspended: too many errors',
    'open: CRM suspended: too many errors',
  ]);
  isDown = false;
  await watched.clock.advance(20_000);
  assert.deepEqual(tripped(), [
    'open: CRM › Orders suspended: too many errors',
    'resolved: CRM suspended: too many errors',
  ]);
});
