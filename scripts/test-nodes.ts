import { spawnSync } from 'node:child_process';
import { ofOneNode, ofProgram } from './repeated-tests.ts';

// Tests of the whole program again, on two nodes of one process that share a database (test/support/nodes.ts). A program that
// a test starts in a process of its own stays embedded. On PostgreSQL: npm run test:postgres -- --nodes.

const given = process.argv.slice(2);
const files = given.length > 0 ? given : ofProgram(ofOneNode);
const { status } = spawnSync(process.execPath, ['scripts/test.ts', ...files], {
  stdio: 'inherit',
  env: { ...process.env, MILLRACE_TEST_NODES: '2' },
});
process.exitCode = status ?? 1;
