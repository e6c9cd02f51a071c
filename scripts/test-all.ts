import { spawnSync } from 'node:child_process';

// Tests of the pipeline again, each pipeline as a node that owns four partitions (test/support/rig.ts). The other files of the
// pipeline are not here yet: some ask the journal for partition 0, some count the readings of one dispatcher
// (docs/decisions/ownership.md). The tests of several nodes on one database bring their own, and npm test runs them.

const files = [
  'src/pipeline/matcher.test.ts',
  'src/pipeline/pipeline.test.ts',
  'src/pipeline/attempt/attempt-delivery.test.ts',
  'src/pipeline/dispatch/batches.test.ts',
  'src/pipeline/dispatch/clock-changes.test.ts',
  'src/pipeline/dispatch/holds.test.ts',
  'src/pipeline/dispatch/order.test.ts',
  'src/pipeline/dispatch/rates.test.ts',
  'src/pipeline/replay/replay-runner.test.ts',
];
const given = process.argv.slice(2);
const { status } = spawnSync(process.execPath, ['scripts/test.ts', ...(given.length > 0 ? given : files)], {
  stdio: 'inherit',
  env: { ...process.env, MILLRACE_TEST_PARTITIONS: '4' },
});
process.exitCode = status ?? 1;
