import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { openStorage } from '../../test/support/storage.ts';
import type { Clock } from '../async/clock.ts';
import { byItself } from '../contract/by-itself.ts';
import { idSource } from '../contract/ids.ts';
import { fakeEgress } from '../egress/fake/fake-egress.testing.ts';
import { Jobs } from '../pipeline/jobs.ts';
import { loadConfiguration } from '../pipeline/snapshot/snapshot.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { notice, webhookAlert } from './notifier.testing.ts';
import type { Notifier } from './notifier.ts';
import { sharedAlerts } from './shared-alerts.ts';

const second = 1_000;
const ttlMs = 10 * second;
const alertId = 'alr_1';

/** Two nodes whose alerts have one receiver. The lease of a node is that of the one partition. */
async function startNodes() {
  const clock = fakeClock();
  const storage = await openStorage();
  const egress = fakeEgress({ handler: () => ({ status: 200 }) });
  const { leases } = storage.journal.hot;
  const failures: unknown[] = [];
  const configuration = await loadConfiguration(storage.catalog, { scrub: (text) => text, learn() {} }, assert.ifError);
  const at = new Date(clock.now()).toISOString();
  const document = { kind: 'alert' as const, id: alertId, body: webhookAlert(), version: 1 };
  await configuration.change(byItself, () => [
    { op: 'put', document: { ...document, createdAt: at, updatedAt: at, updatedBy: 'test' } },
  ]);

  async function start(name: string) {
    const state = { isStopped: false, isLeaving: false, actsUntil: 0, take: null as Notifier['take'] | null };
    const own: Clock = { ...clock, after: (ms, call) => clock.after(ms, () => state.isStopped || call()) };
    const jobs = new Jobs(1);
    const alerts = sharedAlerts({
      ...{ configuration, egress, notes: storage.notes },
      clock: own,
      newId: idSource(clock.now, randomBytes),
      telemetry: { ...silentTelemetry(), failed: (error) => failures.push(error) },
      baseUrl: () => 'https://millrace.example',
      scrub: (text) => text,
      isOpen: () => true,
      isHttpAllowed: () => false,
      isMailAllowed: () => false,
      mayAct: () => clock.now() < state.actsUntil,
      sendNotices(take) {
        state.take = take;
      },
    });
    const job = await jobs.add(alerts.begin);
    /** Takes the lease if no node that lives has it. */
    async function turn() {
      own.after(second, () => void turn());
      if (state.isLeaving) return;
      state.actsUntil = clock.now() + ttlMs;
      await leases.beat({ node: name, ttlMs, isLeaving: false, now: clock.now() });
      if (jobs.lease() === null)
        for (const lease of await leases.take({ node: name, partitions: [0], now: clock.now() }))
          await jobs.acquired(lease);
    }
    await turn();
    return { state, alerts, jobs, job };
  }

  const [a, b] = [await start('a'), await start('b')];
  const sent = () =>
    egress.requests.map(({ headers }) => headers.find(([header]) => header === 'webhook-id')?.[1] ?? '');
  return {
    ...{ a, b, clock, leases, sent, failures },
    async [Symbol.asyncDispose]() {
      for (const { state, job } of [a, b]) {
        state.isStopped = false;
        await job[Symbol.asyncDispose]();
      }
      await storage[Symbol.asyncDispose]();
    },
  };
}

test('one of two nodes sends the alerts; when it leaves, the other one sends what waits, and nothing twice', async () => {
  await using nodes = await startNodes();
  const { a, b, clock, leases, sent } = nodes;
  assert.equal(b.state.take, null, 'notices are taken at one node');
  await a.state.take?.(notice('iss_1', 'opened', clock));
  await clock.advance(6 * second);
  await a.state.take?.(notice('iss_2', 'opened', clock));
  const lease = a.jobs.lease();
  assert.ok(lease !== null);
  a.state.isLeaving = true;
  await a.jobs.ended(lease);
  await leases.release(lease);
  await clock.advance(second);
  assert.equal(a.state.take, null);
  await clock.advance(120 * second);
  assert.deepEqual([sent().length, new Set(sent()).size], [2, 2]);
  const messages = await a.alerts.messages({ alertId, limit: 9 });
  assert.deepEqual(
    messages.map(({ status }) => status),
    ['sent', 'sent'],
  );
  assert.deepEqual(await a.alerts.health(alertId), await b.alerts.health(alertId));
  assert.deepEqual(nodes.failures, []);
});

test('when the node that sends alerts stops, the other one takes over; the first one sends and records nothing when it goes on', async () => {
  await using nodes = await startNodes();
  const { a, b, clock, sent } = nodes;
  await a.state.take?.(notice('iss_1', 'opened', clock));
  a.state.isStopped = true;
  await clock.advance(ttlMs + 8 * second);
  assert.equal(sent().length, 1, 'the other one sends what the first one left');
  // It does not know yet that it has lost the lease.
  a.state.isStopped = false;
  await assert.rejects(async () => a.state.take?.(notice('iss_2', 'opened', clock)), /Another node sends the alerts/);
  await clock.advance(120 * second);
  assert.equal(sent().length, 1);
  await b.state.take?.(notice('iss_2', 'opened', clock));
  await clock.advance(120 * second);
  assert.equal(sent().length, 2);
  assert.ok(nodes.failures.length > 0);
});

test('a node that does not send alerts sends a test message, which every node shows', async () => {
  await using nodes = await startNodes();
  const { a, b } = nodes;
  const document = { id: alertId, body: webhookAlert(), version: 1 };
  const tested = await b.alerts.test({ ...document, kind: 'alert', createdAt: '', updatedAt: '', updatedBy: '' });
  assert.equal(tested.sent.ok, true);
  for (const { alerts } of [a, b])
    assert.deepEqual(
      (await alerts.messages({ alertId, limit: 9 })).map(({ id, about }) => [id, about]),
      [[tested.message.id, 'test']],
    );
});
