import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { startRig } from '../../../test/support/rig.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import { Jobs } from '../jobs.ts';
import { startEraser } from './erasure.ts';

test('an erasure that continues after a restart first removes its text from all memory', async () => {
  await using rig = await startRig();
  const { journal } = rig;
  const entry = { principal: 'test', act: 'erase', kind: 'erasure', id: 'era_1', name: null, changes: [] };
  const begun = { id: 'era_1', code: 'x', sought: { visitorId: 'canary' }, now: rig.clock.now() };
  await journal.housekeeping.erasures.begin(begun, entry as unknown as NewAuditEntry); // what this test does not read is left out
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
    pollMs: null,
    erasures,
    configuration: rig.pipeline.configuration,
    clock: fakeClock(),
    newId: () => assert.fail('none is new'),
    parameters: { forget: async () => {}, forgetUnstored() {} },
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
      pollMs: 500,
      erasures: Object.assign(Object.create(erasures), {
        async step(...args: Parameters<typeof erasures.step>) {
          const result = await erasures.step(...args);
          stepped.push(result.state);
          // The first node dies in the midst of it.
          if (name === 'a') await jobs.ended(lease);
          return result;
        },
      }),
      configuration: rig.pipeline.configuration,
      clock,
      newId: () => 'era_1',
      parameters: { forget: async () => {}, forgetUnstored: () => void told.push('unstored') },
      sending: () => [],
      cancelled: () => {},
      failed: (error) => assert.fail(String(error)),
    });
    eraser.watch((text) => void told.push(text));
    return { jobs, told, stepped, eraser };
  };
  const [a, b] = [await start('a'), await start('b')];
  await a.jobs.acquired(lease);
  for (const { eraser } of [a, b]) await eraser.resume();
  const entry = { principal: 'test', act: 'erase', kind: 'erasure', id: 'era_1', name: null, changes: [] };
  await b.eraser.begin({ visitorId: 'canary' }, () => entry as unknown as NewAuditEntry); // likewise
  assert.deepEqual(b.told.splice(0), ['unstored', 'canary']);
  await clock.advance(1_000);
  assert.deepEqual([a.told.splice(0), a.stepped, b.stepped], [['canary'], ['running'], []]);
  await b.jobs.acquired({ ...lease, owner: 'b', epoch: 2 });
  await clock.advance(60_000);
  assert.equal(b.stepped.at(-1), 'done');
  assert.deepEqual(a.told, ['unstored', 'canary'], 'again, after it has left the database');
  assert.deepEqual(
    (await b.eraser.list()).map(({ state }) => state),
    ['done'],
  );
  for (const { eraser } of [a, b]) await eraser[Symbol.asyncDispose]();
});
