import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { nodeOf, type Rig, startRig, wire } from '../../../test/support/rig.ts';
import type { Clock } from '../../async/clock.ts';
import { replayInput } from '../../contract/records/replay.ts';
import type { NodeParts } from '../pipeline-parts.ts';
import type { Rate } from './rate-limiter.ts';

/** A process that can die: then its timers call nothing more. */
function mortal(clock: ReturnType<typeof fakeClock>) {
  let isDead = false;
  const own: Clock = { now: clock.now, after: (ms, call) => clock.after(ms, () => isDead || call()) };
  return {
    own,
    kill() {
      isDead = true;
    },
  };
}

/** The most times in any interval of the period. */
function mostOf(times: readonly number[], perMs: number): number {
  let from = 0;
  let most = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[from] ?? time) >= perMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

async function send(rig: Rig, count: number) {
  for (let left = count; left > 0; left -= 100)
    await rig.send(...Array.from({ length: Math.min(100, left) }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
}

/** A receiver with a rate of its connection or its destination, and the times at which requests are written to it. */
async function receiver(of: 'connection' | 'destination', rate: Rate, clock = fakeClock(), node?: NodeParts) {
  const written: number[] = [];
  const rig = await startRig({
    clock,
    handler() {
      written.push(clock.now());
      return { status: 200 };
    },
    ...(node !== undefined && { node }),
  });
  await wire(rig, { [of]: { settings: { rate } } });
  return { rig, clock, written };
}

for (const [what, rate] of [
  ['second', { limit: 40, perMs: 1_000 }],
  ['ten seconds', { limit: 100, perMs: 10_000 }],
  ['minute', { limit: 300, perMs: 60_000 }],
] as const)
  for (const end of ['stop', 'kill -9'] as const)
    test(`a rate of ${rate.limit} per ${what} is exceeded in no interval over a ${end}, and used up`, async () => {
      for (const scope of ['connection', 'destination'] as const) {
        const { rig, clock, written } = await receiver(scope, rate);
        await using _ = rig;
        await rig.pipeline[Symbol.asyncDispose]();
        const process = mortal(clock);
        rig.pipeline = await rig.start(undefined, process.own);
        await send(rig, rate.limit * 2 + 2);
        await clock.advance(rate.perMs / 10);
        assert.equal(written.length, rate.limit);
        if (end === 'stop') await rig.pipeline[Symbol.asyncDispose]();
        process.kill();
        await rig.restart();
        await clock.advance(rate.perMs / 2);
        assert.equal(written.length, rate.limit, 'soon after the restart');
        await clock.advance(rate.perMs * 2);
        const most = mostOf(written, rate.perMs);
        assert.ok(most <= rate.limit, `${most} of ${rate.limit} within ${rate.perMs} ms`);
        assert.equal(written.length, rate.limit * 2 + 2);
        assert.deepEqual(rig.failures, []);
      }
    });

for (const how of ['leaves', 'dies'] as const)
  test(`the next owner of a connection exceeds its rate in no interval when a node ${how}`, async () => {
    const rate = { limit: 100, perMs: 10_000 };
    const clock = fakeClock();
    const { rig, written } = await receiver('connection', rate, clock, nodeOf('a', 2, clock));
    await using _ = rig;
    const process = mortal(clock);
    const other = await rig.start(nodeOf('b', 2, clock), process.own);
    await clock.advance(30_000);
    const [connectionId = ''] = rig.pipeline.configuration.snapshot.documents.connection.keys();
    assert.equal(other.ownsConnection(connectionId), true);
    await send(rig, 300);
    await clock.advance(7_000);
    assert.equal(written.length, 100);
    if (how === 'leaves') {
      const ended = other[Symbol.asyncDispose]();
      await clock.advance(5_000);
      await ended;
    }
    process.kill();
    await clock.advance(60_000);
    assert.equal(rig.pipeline.ownsConnection(connectionId), true);
    const most = mostOf(written, rate.perMs);
    assert.ok(most <= rate.limit, `${most} of ${rate.limit}`);
    assert.equal(written.length, 300);
  });

test("a replay's rate is not exceeded over a kill -9", async () => {
  const clock = fakeClock();
  const { rig, written } = await receiver('connection', { limit: 1_000, perMs: 1_000 }, clock);
  await using _ = rig;
  await send(rig, 20);
  await clock.advance(1_000);
  assert.equal(written.splice(0).length, 20);
  await rig.pipeline[Symbol.asyncDispose]();
  const process = mortal(clock);
  rig.pipeline = await rig.start(undefined, process.own);
  const input = replayInput.parse({ of: 'deliveries', filter: {}, only: 'all', ratePerSecond: 2 });
  const by = { principal: 'ops', principalId: null, address: null, requestId: null } as const;
  const entry = { ...by, createdAt: '', act: 'create', kind: 'replay', id: null, name: null, result: 'done' } as const;
  const id = 'rpl_00000000000000000000000001';
  await rig.pipeline.replays.run(input, { id, startedBy: 'ops' }, { ...entry, code: null, changes: [] });
  await clock.advance(1_200);
  assert.ok(written.length > 0);
  process.kill();
  await rig.restart();
  await clock.advance(20_000);
  assert.equal(written.length, 20);
  assert.ok(mostOf(written, 1_000) <= 2, String(written.map((at) => at - (written[0] ?? 0))));
});

test('a stop does not wait for the time after which a rate that could not be written is written again', async () => {
  const { rig, written } = await receiver('connection', { limit: 10, perMs: 1_000 });
  await using _ = rig;
  const { hot } = rig.journal;
  const { saveRates } = hot;
  hot.saveRates = () => Promise.reject(new Error('not now'));
  await send(rig, 2);
  let isEnded = false;
  const ended = rig.pipeline[Symbol.asyncDispose]().then(() => (isEnded = true));
  await settled();
  assert.ok(isEnded);
  await ended;
  const before = written.length;
  hot.saveRates = saveRates;
  rig.pipeline = await rig.start();
  await rig.clock.advance(1_000);
  assert.deepEqual([before, written.length], [1, 2]);
});
