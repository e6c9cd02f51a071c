import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { nodeOf, startRig, wire } from '../../../test/support/rig.ts';
import type { Clock } from '../../async/clock.ts';
import { auditSample } from '../../audit/audit-samples.testing.ts';
import { placeOf } from '../../contract/ids.ts';
import { replayInput } from '../../contract/records/replay.ts';
import type { NodeParts } from '../pipeline-parts.ts';

const second = 1_000;
const id = `rpl_${'1'.padStart(26, '0')}`;

/**
 * Two nodes on one database with two partitions, with a connection and `count` failed deliveries in each. The node that runs
 * the replay is the second one; `kill` ends its timers, as kill -9 would.
 */
async function startNodes(count: number, given: Partial<NodeParts> = {}, connection: Record<string, unknown> = {}) {
  const clock = fakeClock();
  const state = { isBroken: true, isDead: false };
  const times: number[] = [];
  const handler = () => {
    times.push(clock.now());
    return { status: state.isBroken ? 422 : 200 };
  };
  const node = (name: string) => ({ ...nodeOf(name, 2, clock), pollMs: 200, ...given });
  const rig = await startRig({ clock, handler, node: node('a') });
  await wire(rig, { connection });
  await wire(rig, { connection: { name: 'Shop', ...connection }, action: { name: 'Shop' } });
  await rig.send(...Array.from({ length: count }, (_, n) => ({ data: { n: String(n) } })));
  await clock.advance(60 * second);
  assert.deepEqual(await rig.statuses(), Array(2 * count).fill('failed'));
  state.isBroken = false;
  const own: Clock = {
    now: clock.now,
    after: (ms, call) => clock.after(ms, () => (state.isDead ? undefined : call())),
  };
  const other = await rig.start(node('b'), own);
  await clock.advance(30 * second);
  const before = rig.egress.requests.length;
  const run = (given: Record<string, unknown> = {}) => {
    const input = replayInput.parse({ of: 'deliveries', filter: {}, only: 'failed', ...given });
    return other.replays.run(input, { id, startedBy: 'ops' }, auditSample());
  };
  const stored = async () => (await rig.journal.log.replays.replay(id)) ?? assert.fail();
  return {
    rig,
    other,
    clock,
    run,
    stored,
    sent: () => rig.egress.requests.length - before,
    /** The most requests of the replay in any period of this length. */
    mostIn(ms: number): number {
      const own = times.slice(before);
      return Math.max(...own.map((from) => own.filter((at) => at >= from && at < from + ms).length));
    },
    kill() {
      state.isDead = true;
    },
    async [Symbol.asyncDispose]() {
      const ended = other[Symbol.asyncDispose]();
      await clock.advance(60 * second);
      await ended;
      await rig[Symbol.asyncDispose]();
    },
  };
}

test('a replay sends each delivery once, in the partition of its connection, whatever node runs it', async () => {
  await using nodes = await startNodes(6);
  const { rig, clock, run, stored, sent } = nodes;
  await run();
  assert.equal((await stored()).partition, 1);
  await clock.advance(30 * second);
  assert.equal((await stored()).state, 'done');
  assert.deepEqual([sent(), (await stored()).outcome?.delivered, (await stored()).made], [12, 12, 12]);
  const all = await rig.journal.log.deliveries({ limit: 99, closed: [], now: clock.now(), replayId: id });
  const partitions = all.map((one) => [one.connectionId, placeOf('delivery', one.id)?.partition]);
  const { partitions: byConnection } = rig.pipeline.configuration.snapshot;
  assert.deepEqual([...new Set(byConnection.values())].sort(), [0, 1]);
  for (const [connectionId, partition] of partitions) assert.equal(partition, byConnection.get(String(connectionId)));
  assert.deepEqual(rig.failures, []);
});

test('pausing, continuing and cancelling a replay at any node reaches the one that runs it and those that send it', async () => {
  await using nodes = await startNodes(20);
  const { rig, clock, run, stored, sent } = nodes;
  const { replays } = rig.pipeline;
  await run({ ratePerSecond: 1 });
  await clock.advance(8 * second);
  assert.equal(await replays.pause(id, auditSample()), true);
  await clock.advance(6 * second);
  const paused = sent();
  assert.ok(paused > 0 && paused < 40, String(paused));
  await clock.advance(60 * second);
  assert.equal(sent(), paused);

  assert.equal(await replays.resume(id, auditSample()), true);
  await clock.advance(8 * second);
  assert.equal((await stored()).state, 'running');
  assert.ok(sent() > paused);

  assert.equal(await replays.cancel(id, auditSample()), true);
  await clock.advance(6 * second);
  const cancelled = sent();
  await clock.advance(60 * second);
  assert.deepEqual([sent(), cancelled < 40], [cancelled, true]);
  const { state, outcome } = await stored();
  assert.deepEqual([state, outcome?.delivered, outcome?.cancelled], ['cancelled', cancelled, 40 - cancelled]);
});

test('the rate of a replay is that of all nodes together, whose partitions share it, and the replay ends', async () => {
  await using nodes = await startNodes(30);
  const { clock, run, stored, sent, mostIn } = nodes;
  await run({ ratePerSecond: 4 });
  await clock.advance(10 * second);
  assert.ok(sent() > 20, `${sent()} in 10 s`);
  await clock.advance(60 * second);
  assert.deepEqual([(await stored()).state, sent()], ['done', 60]);
  assert.equal(mostIn(second), 4);
});

test('a replay continues at another node when the one that runs it dies, and sends nothing twice that was recorded', async () => {
  await using nodes = await startNodes(20);
  const { rig, clock, run, stored, sent, kill } = nodes;
  await run({ ratePerSecond: 2 });
  await clock.advance(5 * second);
  assert.ok(sent() > 0 && sent() < 40, String(sent()));
  kill();
  await clock.advance(90 * second);
  assert.deepEqual([(await stored()).state, (await stored()).outcome?.delivered], ['done', 40]);
  const keys = rig.egress.requests.slice(-sent()).map(({ headers }) => new Map(headers).get('Idempotency-Key'));
  assert.equal(new Set(keys).size, 40);
});

test('a test is made by the node that owns the partition of its connection, and stored there', async () => {
  await using nodes = await startNodes(1);
  const { rig, other } = nodes;
  for (const { id: destinationId, body } of rig.pipeline.configuration.snapshot.documents.destination.values()) {
    const partition = rig.pipeline.configuration.snapshot.partitions.get(body.connectionId);
    const [owner, another] = partition === 1 ? [other, rig.pipeline] : [rig.pipeline, other];
    const input = { event: { data: { n: '1' } } };
    const made = await owner.preview.testSend(destinationId, input, null);
    assert.deepEqual([made.status, placeOf('delivery', made.id)?.partition], ['delivered', partition]);
    await assert.rejects(another.preview.testSend(destinationId, input, null), { code: 'unavailable' });
  }
});

/** The rhythm of app.ts. */
const rhythm = { ttlMs: 1_500, everyMs: 250, pollMs: 100, followMs: 500, statusMs: 1_000 };

for (const afterMs of [0, 150, 250, 350, 450]) {
  test(`a node sends nothing of a replay that it has not heard of, and then within the rate: ${afterMs} ms after it looked`, async () => {
    await using nodes = await startNodes(30, rhythm);
    const { clock, run, sent, mostIn } = nodes;
    await clock.advance(afterMs);
    await run({ ratePerSecond: 10 });
    await clock.advance(10 * second);
    assert.ok(sent() >= 40, `${sent()} sent`);
    assert.ok(mostIn(second) <= 10, `${mostIn(second)} in a second`);
  });

  test(`a replay that is cancelled before a node has heard of it is sent by that node no further: ${afterMs} ms after it looked`, async () => {
    await using nodes = await startNodes(30, rhythm, { settings: { rate: { limit: 1, perMs: second } } });
    const { clock, other, run, sent, stored } = nodes;
    await clock.advance(afterMs);
    await run();
    await clock.advance(120);
    await other.replays.cancel(id, auditSample());
    const before = sent();
    await clock.advance(60 * second);
    assert.ok(sent() - before <= 2, `${sent() - before} sent after the end`);
    const { outcome } = await stored();
    assert.deepEqual([outcome?.pending, outcome?.retrying, outcome?.held], [0, 0, 0]);
  });
}
