import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDemandSandbox } from './on-demand.ts';
import type { Sandbox, SandboxHealth } from './sandbox.ts';

const job = { program: { key: 'k', source: '' }, input: '', seed: '', nowMs: 0 };

function counted() {
  const seen = { opened: 0, closed: 0 };
  const sandbox: Sandbox & SandboxHealth = {
    problem: () => null,
    render: async (jobs) => jobs.map(() => ({ kind: 'returned', output: 'x' })),
    stats: { renders: 7, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
    async [Symbol.asyncDispose]() {
      seen.closed += 1;
    },
  };
  const open = async () => {
    seen.opened += 1;
    return sandbox;
  };
  return { seen, open };
}

test('it starts once, with the first of many renders, and is closed with its owner', async () => {
  const { seen, open } = counted();
  const sandbox = onDemandSandbox(open);
  assert.equal(seen.opened, 0);
  assert.equal(sandbox.stats.renders, 0);
  await Promise.all([sandbox.render([job]), sandbox.render([job]), sandbox.start()]);
  assert.equal(sandbox.stats.renders, 7);
  await sandbox[Symbol.asyncDispose]();
  assert.deepEqual(seen, { opened: 1, closed: 1 });
});

test('a sandbox that was never needed was never started', async () => {
  const { seen, open } = counted();
  const sandbox = onDemandSandbox(open);
  await sandbox[Symbol.asyncDispose]();
  assert.deepEqual(seen, { opened: 0, closed: 0 });
  await assert.rejects(sandbox.render([job]), /closed/);
});

test('a start that fails is a problem until one succeeds, and is repeated after 1, 2 and then more seconds', async () => {
  const { seen, open } = counted();
  let now = 0;
  let tries = 0;
  const sandbox = onDemandSandbox(
    async () => {
      tries += 1;
      if (tries <= 2) throw new Error('no memory');
      return open();
    },
    () => now,
  );
  await assert.rejects(sandbox.start(), { code: 'unavailable', cause: new Error('no memory') });
  assert.match(sandbox.problem() ?? '', /can.t be started/);
  for (const [at, starts] of [
    [999, 1],
    [1_000, 2],
    [2_999, 2],
  ] as const) {
    now = at;
    await assert.rejects(sandbox.render([job]), { code: 'unavailable' });
    assert.equal(tries, starts);
  }
  now = 3_000;
  assert.deepEqual(await sandbox.render([job]), [{ kind: 'returned', output: 'x' }]);
  assert.equal(sandbox.problem(), null);
  assert.equal(seen.opened, 1);
});
