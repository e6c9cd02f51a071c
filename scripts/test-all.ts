import { spawnSync } from 'node:child_process';

// The tests of the pipeline again, each pipeline as a node that owns four partitions (test/support/rig.ts). Other files can be
// given. The tests of two nodes on one database are src/pipeline/nodes.test.ts, which npm test runs too.

const given = process.argv.slice(2);
const files = given.length > 0 ? given : ['test/together/pipeline.ts'];
const { status } = spawnSync(process.execPath, ['scripts/test.ts', ...files], {
  stdio: 'inherit',
  env: { ...process.env, MILLRACE_TEST_PARTITIONS: '4' },
});
process.exitCode = status ?? 1;
