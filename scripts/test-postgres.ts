import { spawnSync } from 'node:child_process';
import { ofNoDatabase, ofOneNode, ofOnePipeline, ofOwnJournal, ofProgram, ofSqlite } from './repeated-tests.ts';

// Tests of the pipeline and of the whole program again, each on a PostgreSQL database of its own (test/support/database.ts). A
// pipeline is a node of four partitions, as each process on PostgreSQL is one. With --nodes those of the whole program alone, on
// two nodes (test/support/nodes.ts).

const skipped = Object.keys(ofSqlite).map((name) => `--test-skip-pattern=${name}`);

function run(files: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const { status } = spawnSync(process.execPath, ['scripts/test.ts', ...skipped, ...files], {
    stdio: 'inherit',
    // Simulations take longer than on SQLite in memory.
    env: { MILLRACE_SIMULATIONS: '8', ...process.env, ...env, MILLRACE_TEST_DATABASE: 'postgres' },
  });
  return status === 0;
}

const given = process.argv.slice(2);
const onNodes = given.includes('--nodes');
const files = given.filter((word) => word !== '--nodes');
if (onNodes) {
  const all = ofProgram({ ...ofNoDatabase, ...ofOneNode });
  process.exitCode = run(files.length > 0 ? files : all, { MILLRACE_TEST_NODES: '2' }) ? 0 : 1;
} else if (files.length > 0) process.exitCode = run(files) ? 0 : 1;
else {
  const onPartitions = run(ofOnePipeline, { MILLRACE_TEST_PARTITIONS: '4' });
  process.exitCode = run([...ofOwnJournal, ...ofProgram(ofNoDatabase)]) && onPartitions ? 0 : 1;
}
