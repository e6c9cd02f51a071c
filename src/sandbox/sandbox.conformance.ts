import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RenderJob, Sandbox } from './sandbox.ts';

export type SandboxLimits = { timeoutMs?: number; memoryBytes?: number; outputBytes?: number };

/** Registers the tests that every sandbox must pass. */
export function sandboxConformance(name: string, make: (options?: SandboxLimits) => Promise<Sandbox>): void {
  test(`${name}: renders in the order of the jobs`, async () => {
    await using sandbox = await make();
    const jobs = Array.from({ length: 200 }, (_, i) => job('(s) => s', String(i)));
    const outcomes = await sandbox.render(jobs);
    assert.deepEqual(
      outcomes,
      jobs.map(({ input }) => ({ kind: 'returned', output: input })),
    );
  });
}

function job(render: string, input = ''): RenderJob {
  const source = `globalThis.__render = ${render}`;
  return { program: { key: source, source }, input, seed: 'seed', nowMs: 0 };
}
