import { globSync, readFileSync } from 'node:fs';

// Tests that npm test runs, and other commands again: on partitions, on two nodes, on PostgreSQL.

const ofPipeline = globSync('src/pipeline/**/*.test.ts')
  .sort()
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const bringsNodes = (text: string) => text.includes('nodeOf(');

/** Those of one pipeline, which is a node by MILLRACE_TEST_PARTITIONS (test/support/rig.ts). */
export const ofOnePipeline = ofPipeline
  .filter(({ text }) => text.includes('startRig(') && !bringsNodes(text))
  .map(({ path }) => path);

/** Those of the pipeline that bring nodes, or open a journal without a rig: by themselves, in a simulated process or in simulated nodes. */
export const ofOwnJournal = ofPipeline
  .filter(({ text }) => bringsNodes(text) || /openEngine\(|openWorld\(|liveNodes\(/.test(text))
  .map(({ path }) => path);

/** Those of the whole program, by what keeps them from running in another way. */
export const ofProgram = (exceptions: Readonly<Record<string, string>>): string[] =>
  globSync('test/e2e/*.test.ts')
    .filter((path) => !Object.hasOwn(exceptions, path.replace(/^.*\/|\.test\.ts$/g, '')))
    .sort();

/** The files of test/e2e that two nodes don't pass for certain, and what is still of one process. */
export const ofOneNode: Readonly<Record<string, string>> = {
  bundle: 'needs a build, and starts no program in this process',
  demo: 'starts no program in this process',
  'document-blocks': 'makes a new secret key at one node, which the other one does not read',
  inbox: 'each node has an Inbox of its own',
};

/** The files of test/e2e that PostgreSQL changes nothing for. */
export const ofNoDatabase: Readonly<Record<string, string>> = {
  bundle: 'is about the built files',
  demo: 'the demo has a data folder of its own',
  move: 'brings a PostgreSQL of its own, in npm test',
  postgres: 'brings a PostgreSQL of its own, in npm test',
};

/** Tests of SQLite or of a data folder, by the beginnings of their names. */
export const ofSqlite: Readonly<Record<string, string>> = {
  'every route that changes or sends something leaves exactly one entry': 'rotates the key in the data folder',
  'a refresh token renews, is kept sealed over a restart and a rotation of keys': 'rotates the key in the data folder',
  'restore --hold: what was open at the time of the backup':
    'PostgreSQL is backed up and restored with pg_dump and pg_restore',
  'what docs/commands.md 1 shows works': 'rotates the key in the data folder',
  'what docs/secrets.md 2 shows works': 'rotates the key in the data folder',
  'a secret in a file is sent while it can be read': 'searches the file of the database for the secret',
};
