import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig } from '../../../test/support/rig.ts';
import { seededRandom } from '../../cli/demo/random.ts';
import { erasureEntry } from '../../journal/conformance/journal-samples.testing.ts';
import { connectionFigures } from './connection-metrics.ts';

const histories = 50;
const steps = 10;

test('lists, counts, health, metrics and the state agree after each step of random histories', async () => {
  for (let seed = 1; seed <= histories; seed++) await randomHistory(seed);
  assert.deepEqual([...met].sort(), ['failed', 'held', 'pending', 'sending'], 'the histories meet every state');
});

/** The states that were met. */
const met = new Set<string>();

async function randomHistory(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const answers = new Map<string, number>();
  const clock = fakeClock();
  async function handler({ url }: { url: string }) {
    if (random() < 0.3) await new Promise<void>((resolve) => clock.after(random() * 9_000, resolve));
    return { status: answers.get(new URL(url).pathname) ?? 200 };
  }
  await using rig = await startRig({ clock, handler });
  const retry = { scheduleMs: [0, 5_000] };
  const connections: { id: string; body: Record<string, unknown> }[] = [];
  const destinations: string[] = [];
  for (const name of ['A', 'B']) {
    const body = { name, baseUrl: 'https://crm.example', settings: { retry } };
    const id = await rig.put('connection', body);
    connections.push({ id, body });
    for (const path of [`/${name}1`, `/${name}2`])
      destinations.push(await rig.put('destination', { connectionId: id, name: path, path, status: 'enabled' }));
  }
  const action = { name: 'All', description: 'Every event', status: 'enabled' };
  await rig.put('action', { ...action, destinations: destinations.map((destinationId) => ({ destinationId })) });
  let made = 0;
  const moves = [
    () => rig.send({ data: { n: '1' } }, { data: { n: '2' } }),
    async () => void answers.set(pick(['/A1', '/A2', '/B1', '/B2']) ?? '', pick([200, 200, 422, 500]) ?? 200),
    async () => {
      const { id, body } = pick(connections) ?? { id: '', body: {} };
      await rig.put('connection', { ...body, status: pick(['enabled', 'paused']) }, id);
    },
    async () => {
      const id = `rpl_${String(++made).padStart(26, '0')}`;
      const shared = {
        keepIdempotencyKey: true,
        reason: '',
        ratePerSecond: null,
        order: 'oldest',
        plan: false,
      } as const;
      const selection = { of: 'deliveries', filter: {}, only: pick(['failed', 'all'] as const) ?? 'failed' } as const;
      const input = { ...selection, ...shared, to: null, body: 'original' } as const;
      await rig.pipeline.replays.run(
        input,
        { id, startedBy: 'test' },
        { ...erasureEntry, act: 'create', kind: 'replay', changes: [] },
      );
    },
    async () => {
      const one = pick((await rig.deliveries()).filter(({ status }) => status === 'failed' || status === 'held'));
      if (one === undefined) return;
      if (random() < 0.5) await rig.cancel(one.id);
      else await rig.retry(one.id);
      rig.pipeline.queueStatus.wake([one.destinationId], one.replayId);
    },
  ];
  for (let step = 0; step < steps; step++) {
    await pick(moves)?.();
    await rig.clock.advance(Math.floor(random() * 8_000));
    await compare(rig, connections, destinations, `seed ${seed}, step ${step}`);
  }
  assert.deepEqual(rig.failures, [], `seed ${seed}`);
}

/** The state, as the rows of the list give it, and everything else that shows a part of it. */
async function compare(rig: Rig, connections: { id: string }[], destinations: string[], where: string): Promise<void> {
  const { queueStatus } = rig.pipeline;
  const now = rig.clock.now();
  const rows = await rig.deliveries();
  assert.ok(rows.length < 200, 'the rig lists all deliveries');
  const last = (family: string) => rows.findLast(({ id, replayOf }) => (replayOf ?? id) === family)?.id;
  const isRecovered = (family: string) =>
    rows.some(({ id, replayOf, status }) => (replayOf ?? id) === family && status === 'delivered');
  const unresolved = rows.filter(
    ({ id, replayOf, status }) => status === 'failed' && last(replayOf ?? id) === id && !isRecovered(replayOf ?? id),
  );
  const closed = [...queueStatus.holds().keys()];
  const isPending = ({ status }: (typeof rows)[number]) => status === 'pending' || status === 'retrying';
  const mayBeOldest = (one: (typeof rows)[number]) =>
    isPending(one) || (one.status === 'sending' && !closed.includes(one.destinationId));
  const oldest = (of: typeof rows) =>
    [...Map.groupBy(of, ({ destinationId, replayId }) => `${destinationId} ${replayId}`).values()]
      .filter((queue) => queue.some(isPending))
      .flatMap((queue) => queue.find(mayBeOldest)?.createdAt ?? [])
      .sort()[0] ?? null;
  const expected = (of: typeof rows) => ({
    held: of.filter(({ status }) => status === 'held').length,
    failed: of.filter((one) => unresolved.includes(one)).length,
    pending: of.filter(isPending).length,
    sending: of.filter(({ status }) => status === 'sending').length,
    oldestPendingAt: oldest(of),
  });
  const state = await queueStatus.state();
  const { connections: ofConnections, destinations: ofDestinations, ...all } = state;
  assert.deepEqual(all, expected(rows), where);
  for (const [name, count] of Object.entries(all)) if (typeof count === 'number' && count > 0) met.add(name);
  const metrics = connectionFigures(rig.pipeline);
  const [heldMetric, failedMetric] = await Promise.all([metrics.held(), metrics.failed()]);
  for (const { id } of connections) {
    const counts = expected(rows.filter(({ connectionId }) => connectionId === id));
    const { id: _, ...own } = ofConnections.find((one) => one.id === id) ?? { id, ...empty };
    assert.deepEqual(own, counts, where);
    assert.equal((await queueStatus.health(id)).held, counts.held, where);
    assert.deepEqual([heldMetric[id] ?? 0, failedMetric[id] ?? 0], [counts.held, counts.failed], where);
  }
  for (const id of destinations) {
    const counts = expected(rows.filter(({ destinationId }) => destinationId === id));
    const {
      id: _,
      connectionId: __,
      ...own
    } = ofDestinations.find((one) => one.id === id) ?? { id, connectionId: '', ...empty };
    assert.deepEqual(own, counts, where);
    assert.equal((await queueStatus.healthAt(id)).held, counts.held, where);
  }
  const query = { closed, now, limit: 200, forMs: 10_000 };
  const found = await rig.journal.log.searchDeliveries({ ...query, status: 'failed', unresolved: true });
  assert.deepEqual(
    found.deliveries.map(({ id }) => id).reverse(),
    unresolved.map(({ id }) => id),
    where,
  );
  const { counts } = await rig.journal.log.histogram({ ...query, edges: [0] });
  // The histogram counts those in flight by what they are in the journal.
  const probes = rows.filter(({ status, destinationId }) => status === 'sending' && closed.includes(destinationId));
  assert.equal(counts[0]?.held, all.held + probes.length, where);
}

const empty = { held: 0, failed: 0, pending: 0, sending: 0, oldestPendingAt: null };
