import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig } from '../../../test/support/rig.ts';
import type { Clock } from '../../async/clock.ts';
import { AppError } from '../../contract/errors.ts';
import { erasureEntry } from '../../journal/conformance/journal-samples.testing.ts';
import { Jobs } from '../jobs.ts';
import { startEraser } from './erasure.ts';
import { forgottenByNodes } from './forgotten.ts';

/** What an eraser needs besides its node. It tells what it removes from memory. */
const partsOf = (rig: Rig, clock: Clock, told: string[]) => ({
  configuration: rig.pipeline.configuration,
  notes: rig.notes,
  clock,
  newId: () => 'era_1',
  parameters: { forget: async () => {}, forgetUnstored: async () => void told.push('unstored') },
  sending: () => [],
  cancelled: () => {},
  failed: (error: unknown) => assert.fail(String(error)),
});

test('an erasure that continues after a restart first removes its text from all memory', async () => {
  await using rig = await startRig();
  const { journal } = rig;
  const begun = { id: 'era_1', code: 'x', sought: { visitorId: 'canary' }, now: rig.clock.now() };
  await journal.housekeeping.erasures.begin(begun, erasureEntry);
  const order: string[] = [];
  const { step } = journal.housekeeping.erasures;
  const erasures: typeof journal.housekeeping.erasures = Object.assign(Object.create(journal.housekeeping.erasures), {
    step(...args: Parameters<typeof step>) {
      order.push('step');
      return step(...args);
    },
  });
  const jobs = new Jobs(1);
  await jobs.acquired({ partition: 0, owner: 'a', epoch: 1 });
  await using eraser = startEraser({
    jobs,
    erasures,
    configuration: rig.pipeline.configuration,
    notes: rig.notes,
    clock: fakeClock(),
    newId: () => assert.fail('none is new'),
    parameters: { forget: async () => {}, forgetUnstored: async () => {} },
    sending: () => [],
    cancelled: () => {},
    failed: (error) => assert.fail(String(error)),
  });
  await settled();
  eraser.watch((text) => void order.push(text));
  await eraser.resume();
  await settled();
  assert.deepEqual(order.slice(0, 2), ['canary', 'step']);
});

const forgetful = { confirm: async () => {}, isByOthers: async () => true, keep: async () => {} };

test('an erasure that is asked for at one node runs at the node that does the jobs, then at the next, and leaves the memory of both', async () => {
  await using rig = await startRig();
  const { erasures } = rig.journal.housekeeping;
  const clock = fakeClock();
  const lease = { partition: 0, owner: 'a', epoch: 1 };
  const start = async (name: string) => {
    const jobs = new Jobs(1);
    const told: string[] = [];
    const stepped: string[] = [];
    const eraser = startEraser({
      jobs,
      shared: { pollMs: 500, forgotten: forgetful },
      erasures: Object.assign(Object.create(erasures), {
        async step(...args: Parameters<typeof erasures.step>) {
          const result = await erasures.step(...args);
          stepped.push(result.state);
          // The first node dies in the midst of it.
          if (name === 'a') await jobs.ended(lease);
          return result;
        },
      }),
      ...partsOf(rig, clock, told),
    });
    eraser.watch((text) => void told.push(text));
    return { jobs, told, stepped, eraser };
  };
  const [a, b] = [await start('a'), await start('b')];
  await a.jobs.acquired(lease);
  for (const { eraser, told } of [a, b]) {
    await eraser.resume();
    assert.deepEqual(told.splice(0), ['unstored']);
  }
  await b.eraser.begin({ visitorId: 'canary' }, () => erasureEntry);
  assert.deepEqual(b.told.splice(0), ['unstored', 'canary']);
  await clock.advance(1_000);
  assert.deepEqual([a.told.splice(0), a.stepped, b.stepped], [['canary', 'unstored', 'canary'], ['running'], []]);
  await b.jobs.acquired({ ...lease, owner: 'b', epoch: 2 });
  await clock.advance(60_000);
  assert.equal(b.stepped.at(-1), 'done');
  assert.deepEqual(a.told, ['unstored', 'canary'], 'again, when the search is over');
  assert.deepEqual(
    (await b.eraser.list()).map(({ state }) => state),
    ['done'],
  );
  for (const { eraser } of [a, b]) await eraser[Symbol.asyncDispose]();
});

test('an erasure is done when every other node that lives has removed the text from its memory', async () => {
  await using rig = await startRig();
  const { erasures } = rig.journal.housekeeping;
  const clock = fakeClock();
  const lease = { partition: 0, owner: 'a', epoch: 1 };
  const living = [
    { name: 'a', isLeaving: false },
    { name: 'b', isLeaving: false },
    { name: 'c', isLeaving: false },
  ];
  const start = async (node: string) => {
    const state = { isCut: false, told: [] as string[] };
    const jobs = new Jobs(1);
    const eraser = startEraser({
      jobs,
      shared: {
        pollMs: 500,
        forgotten: forgottenByNodes({
          notes: rig.notes,
          node,
          roster: () => ({ nodes: living, partitions: [] }),
        }),
      },
      erasures: Object.assign(Object.create(erasures), {
        list: () => (state.isCut ? Promise.reject(new Error('cut')) : erasures.list()),
      }),
      configuration: rig.pipeline.configuration,
      notes: rig.notes,
      clock,
      newId: () => 'era_1',
      parameters: { forget: async () => {}, forgetUnstored: async () => {} },
      sending: () => [],
      cancelled: () => {},
      failed: (error) => assert.equal(String(error), 'Error: cut'),
    });
    eraser.watch((text) => void state.told.push(text));
    await eraser.resume();
    return { eraser, jobs, state };
  };
  const [a, b] = [await start('a'), await start('b')];
  await a.jobs.acquired(lease);
  const stateOf = async () => (await erasures.list()).map(({ state }) => state);
  await a.eraser.begin({ visitorId: 'canary' }, () => erasureEntry);
  b.state.isCut = true;
  await clock.advance(60_000);
  const isSought = async () => (await erasures.list()).map(({ sought }) => sought !== null);
  assert.deepEqual([await isSought(), b.state.told], [[true], []], 'the second node has not heard of it');
  b.state.isCut = false;
  await clock.advance(31_000);
  assert.deepEqual([await isSought(), b.state.told.splice(0)], [[true], ['canary']], 'nor has the third one');
  living.pop();
  b.state.isCut = true;
  await clock.advance(60_000);
  assert.deepEqual([await isSought(), await stateOf()], [[true], ['running']], 'it may know the text again');
  b.state.isCut = false;
  await clock.advance(60_000);
  assert.deepEqual([await stateOf(), b.state.told], [['done'], ['canary']]);
  assert.deepEqual(await rig.notes.list('forgotten/'), []);
  for (const { eraser } of [a, b]) await eraser[Symbol.asyncDispose]();
});

test('a node that begins to live when the search ends removes the text that it has read before', async () => {
  await using rig = await startRig();
  const { erasures } = rig.journal.housekeeping;
  const clock = fakeClock();
  const lease = { partition: 0, owner: 'a', epoch: 1 };
  const living = [{ name: 'a', isLeaving: false }];
  // As of the last heartbeat of the first node.
  let roster = { nodes: [...living], partitions: [] };
  const beat = () => {
    roster = { nodes: [...living], partitions: [] };
    clock.after(250, beat);
  };
  beat();
  const start = (node: string) => {
    const told: string[] = [];
    const jobs = new Jobs(1);
    const eraser = startEraser({
      jobs,
      shared: { pollMs: 500, forgotten: forgottenByNodes({ notes: rig.notes, node, roster: () => roster }) },
      erasures: Object.assign(Object.create(erasures), {
        async step(...args: Parameters<typeof erasures.step>) {
          const result = await erasures.step(...args);
          if (result.state === 'searched') living.push({ name: 'b', isLeaving: false });
          return result;
        },
      }),
      ...partsOf(rig, clock, told),
    });
    eraser.watch((text) => void told.push(text));
    return { eraser, jobs, told };
  };
  const a = start('a');
  await a.jobs.acquired(lease);
  await a.eraser.resume();
  await a.eraser.begin({ visitorId: 'canary' }, () => erasureEntry);
  await clock.advance(60_000);
  const [waiting] = await erasures.list();
  assert.deepEqual([waiting?.state, waiting?.sought], ['running', { visitorId: 'canary' }]);
  const b = start('b');
  await b.eraser.resume();
  assert.deepEqual(b.told, ['unstored', 'unstored', 'canary']);
  await clock.advance(60_000);
  assert.deepEqual(
    (await erasures.list()).map(({ state, sought }) => [state, sought]),
    [['done', null]],
  );
  for (const { eraser } of [a, b]) await eraser[Symbol.asyncDispose]();
});

test('a stop does not wait for the time after which an erasure that failed continues', async () => {
  await using rig = await startRig();
  const { erasures } = rig.journal.housekeeping;
  await erasures.begin({ id: 'era_1', code: 'x', sought: { visitorId: 'canary' }, now: rig.clock.now() }, erasureEntry);
  const jobs = new Jobs(1);
  await jobs.acquired({ partition: 0, owner: 'a', epoch: 1 });
  const failures: unknown[] = [];
  const eraser = startEraser({
    jobs,
    erasures: Object.assign(Object.create(erasures), { step: () => Promise.reject(new Error('not now')) }),
    configuration: rig.pipeline.configuration,
    notes: rig.notes,
    clock: fakeClock(),
    newId: () => assert.fail('none is new'),
    parameters: { forget: async () => {}, forgetUnstored: async () => {} },
    sending: () => [],
    cancelled: () => {},
    failed: (error) => failures.push(error),
  });
  await eraser.resume();
  await settled();
  let isEnded = false;
  const ended = eraser[Symbol.asyncDispose]().then(() => (isEnded = true));
  await settled();
  assert.ok(isEnded);
  await ended;
  assert.equal(failures.length, 1);
});

test('an erasure shows what it waits for, and that a step of it failed, until it goes on', async () => {
  await using rig = await startRig();
  const { erasures } = rig.journal.housekeeping;
  const clock = fakeClock();
  const jobs = new Jobs(1);
  await jobs.acquired({ partition: 0, owner: 'a', epoch: 1 });
  let does: 'wait' | 'fail' | 'refuse' | 'go on' = 'wait';
  await using eraser = startEraser({
    jobs,
    erasures: Object.assign(Object.create(erasures), {
      async step(...args: Parameters<typeof erasures.step>) {
        if (does === 'wait') return { state: 'waiting', waitsFor: 'readers', events: [], cancelled: [] };
        if (does === 'fail') throw new Error('the row of canary');
        if (does === 'refuse') throw new AppError('unavailable', 'The database took too long.');
        return erasures.step(...args);
      },
    }),
    configuration: rig.pipeline.configuration,
    notes: rig.notes,
    clock,
    newId: () => 'era_1',
    parameters: { forget: async () => {}, forgetUnstored: async () => {} },
    sending: () => [],
    cancelled: () => {},
    failed: () => {},
  });
  const begun = await eraser.begin({ visitorId: 'canary' }, () => erasureEntry);
  const shown = async () => (await eraser.list())[0]?.waitsFor;
  assert.deepEqual([begun.waitsFor, await shown()], [null, null]);
  await clock.advance(60_000);
  assert.match((await shown()) ?? '', /^Waits for a reader of the database/);
  does = 'fail';
  await clock.advance(60_000);
  assert.equal(await shown(), 'Its last step failed and is tried again: see the log of the server.');
  does = 'refuse';
  await clock.advance(300_000);
  assert.equal(await shown(), 'Its last step failed and is tried again: The database took too long.');
  does = 'go on';
  await clock.advance(300_000);
  assert.deepEqual(
    (await eraser.list()).map(({ state, waitsFor }) => [state, waitsFor]),
    [['done', null]],
  );
  assert.deepEqual(await rig.notes.list('erasure_wait/'), []);
});
