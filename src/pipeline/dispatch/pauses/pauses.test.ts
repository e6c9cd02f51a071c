import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../../test/support/rig.ts';
import type { FakeAnswer } from '../../../egress/fake/fake-egress.testing.ts';
import type { Pause } from './pause-stores.ts';
import { createPauses } from './pauses.ts';

const hour = 3_600_000;

/** A connection whose system asked for a pause of an hour; `answer` is what it responds with next. */
async function setUp(status: number) {
  const system: { answer: FakeAnswer } = { answer: { status, headers: [['retry-after', '3600']] } };
  const rig = await startRig({ handler: () => system.answer });
  const writes: string[] = [];
  const { hot } = rig.journal;
  const { savePause, removePause } = hot;
  hot.savePause = (lease, pause) => {
    writes.push(`writes ${pause.scopeId.slice(0, 3)}`);
    return savePause(lease, pause);
  };
  hot.removePause = (lease, scopeId) => {
    writes.push(`removes ${scopeId.slice(0, 3)}`);
    return removePause(lease, scopeId);
  };
  const { connectionId } = await wire(rig);
  const [destinationId = ''] = rig.pipeline.configuration.snapshot.documents.destination.keys();
  await rig.send(...Array.from({ length: 8 }, () => ({})));
  await settled();
  const sent = rig.egress.requests.length;
  assert.ok(sent > 0);
  const more = async () => {
    await rig.send({});
    await rig.clock.advance(1_000);
    return rig.egress.requests.length - sent;
  };
  return { rig, system, writes, connectionId, destinationId, more };
}

for (const [status, scope] of [
  [429, 'con'],
  [503, 'dst'],
] as const)
  test(`a pause that ${status} asks for is written once, however many responses ask for it, and survives a crash`, async () => {
    const { rig, system, writes, more } = await setUp(status);
    await using _ = rig;
    assert.deepEqual(writes, [`writes ${scope}`]);
    await rig.restart();
    system.answer = { status: 200 };
    assert.equal(await more(), 0);
    const { reason, detail, nextAttemptAt } = (await rig.deliveries()).at(-1) ?? assert.fail();
    const of = scope === 'con' ? 'connection' : 'destination';
    assert.equal(reason, 'budget');
    assert.match(String(detail), new RegExp(`^The system asked for a pause of its ${of}: waits for about 35\\d\\d s`));
    assert.ok(Date.parse(String(nextAttemptAt)) - rig.clock.now() > hour - 10_000);
    await rig.clock.advance(hour);
    assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
    await rig.restart();
    await rig.clock.advance(10_000);
    assert.deepEqual(writes, [`writes ${scope}`, `removes ${scope}`], 'the start removes a pause that is over');
  });

test('a used up quota is waited for after a crash, and one that is left is not stored', async () => {
  for (const [remaining, waits] of [
    [0, true],
    [50, false],
  ] as const) {
    const headers: [string, string][] = [['ratelimit', `limit=100, remaining=${remaining}, reset=3600`]];
    await using rig = await startRig({ handler: () => ({ status: 200, headers }) });
    const { connectionId } = await wire(rig);
    await rig.send({});
    await settled();
    await rig.restart();
    assert.equal((await rig.pipeline.queueStatus.health(connectionId)).waitsUntil !== null, waits);
    await rig.send({});
    await rig.clock.advance(1_000);
    assert.equal(rig.egress.requests.length, waits ? 1 : 2);
    await rig.clock.advance(hour);
    assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
  }
});

test('a stored pause does not apply to another origin, and ends on time when the clock was set back', async () => {
  const { rig, system, connectionId, more } = await setUp(429);
  await using _ = rig;
  await rig.clock.advance(-10 * hour);
  await rig.restart();
  const { waitsUntil } = await rig.pipeline.queueStatus.health(connectionId);
  assert.equal(Date.parse(String(waitsUntil)) - rig.clock.now(), hour);
  system.answer = { status: 200 };
  assert.equal(await more(), 0);
  await rig.put('connection', { name: 'CRM', baseUrl: 'https://new.example' }, connectionId);
  await rig.clock.advance(0);
  assert.ok((await more()) > 0);
  await rig.restart();
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).waitsUntil, null);
});

test('a person ends a pause by resuming the connection or the destination, and it does not come back at a restart', async () => {
  for (const [status, kind] of [
    [429, 'connection'],
    [503, 'destination'],
  ] as const) {
    const { rig, system, writes, connectionId, destinationId, more } = await setUp(status);
    await using _ = rig;
    system.answer = { status: 200 };
    const { [kind]: documents } = rig.pipeline.configuration.snapshot.documents;
    const id = kind === 'connection' ? connectionId : destinationId;
    const { body } = documents.get(id) ?? assert.fail();
    await rig.put(kind, { ...body, description: 'other' }, id);
    assert.equal(await more(), 0, 'another change of it ends nothing');
    await rig.put(kind, { ...body, status: 'paused' }, id);
    await rig.put(kind, { ...body, status: 'enabled' }, id);
    assert.ok((await more()) > 0);
    assert.equal(writes.at(-1), `removes ${kind === 'connection' ? 'con' : 'dst'}`);
    const before = rig.egress.requests.length;
    await rig.restart();
    await more();
    assert.ok(rig.egress.requests.length > before);
  }
});

test('of two readings of what other nodes have stored, the newer one counts, whichever answer comes first', async () => {
  const origin = 'https://crm.example';
  let stored: (Pause & { id: string })[] = [];
  const answers: (() => void)[] = [];
  const clock = fakeClock();
  const creating = createPauses({
    store: {
      async list() {
        const found = stored;
        await new Promise<void>((resolve) => answers.push(resolve));
        return found;
      },
      save: async () => true,
    },
    clock,
    failed: assert.fail,
  });
  answers.shift()?.();
  const pauses = await creating;
  stored = [{ id: 'con_1', since: clock.now(), until: clock.now() + hour, origin }];
  const older = pauses.follow(() => false);
  await settled();
  stored = [];
  const both = [older, pauses.follow(() => false)];
  for (let count = 0; count < both.length; count++) {
    await settled();
    answers.pop()?.();
  }
  await Promise.all(both);
  assert.equal(pauses.untilOf('con_1', origin), 0);
});
