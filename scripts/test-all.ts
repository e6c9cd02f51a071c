import { spawnSync } from 'node:child_process';
import { ofOnePipeline } from './repeated-tests.ts';

// Tests of the pipeline again, each pipeline as a node that owns four partitions (test/support/rig.ts): all that start one and bring
// no nodes of their own, which npm test runs. Then those of the whole program on two nodes, and both on PostgreSQL.

/** Deliveries that are passed have no plan that is confirmed late. */
const exception = 'src/pipeline/dispatch/late-plans.test.ts';

const files = ofOnePipeline.filter((file) => file !== exception);
const given = process.argv.slice(2);
const run = (script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean =>
  spawnSync(process.execPath, [script, ...args], { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
const onPartitions = run('scripts/test.ts', given.length > 0 ? given : files, { MILLRACE_TEST_PARTITIONS: '4' });
const onNodes = given.length > 0 || run('scripts/test-nodes.ts', []);
const onPostgres = given.length > 0 || run('scripts/test-postgres.ts', []);
process.exitCode = onPartitions && onNodes && onPostgres ? 0 : 1;
