import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

// Tests of the whole program again, on two nodes of one process that share a database (test/support/nodes.ts). A program that
// a test starts in a process of its own stays embedded.

/** The files of test/e2e that two nodes don't pass for certain, and what is still of one process. */
const ofOneNode: Readonly<Record<string, string>> = {
  bundle: 'needs a build, and starts no program in this process',
  demo: 'starts no program in this process',
  'document-blocks': 'makes a new secret key at one node, which the other one does not read',
  inbox: 'each node has an Inbox of its own',
};

const given = process.argv.slice(2);
const shared = globSync('test/e2e/*.test.ts')
  .filter((path) => !Object.hasOwn(ofOneNode, path.replace(/^.*\/|\.test\.ts$/g, '')))
  .sort();
const { status } = spawnSync(process.execPath, ['scripts/test.ts', ...(given.length > 0 ? given : shared)], {
  stdio: 'inherit',
  env: { ...process.env, MILLRACE_TEST_NODES: '2' },
});
process.exitCode = status ?? 1;
