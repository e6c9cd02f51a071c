import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

// Tests of the whole program and of the pipeline again, each on a PostgreSQL database of its own (test/support/database.ts).

/** The files of test/e2e that PostgreSQL changes nothing for. */
const ofNoDatabase: Readonly<Record<string, string>> = {
  bundle: 'is about the built files',
  demo: 'the demo has a data folder of its own',
  move: 'brings a PostgreSQL of its own, in npm test',
  postgres: 'brings a PostgreSQL of its own, in npm test',
};

/** Tests of SQLite or of a data folder, by the beginnings of their names. */
const ofSqlite: Readonly<Record<string, string>> = {
  'every route that changes or sends something leaves exactly one entry': 'rotates the key in the data folder',
  'a refresh token renews, is kept sealed over a restart and a rotation of keys': 'rotates the key in the data folder',
  'restore --hold: what was open at the time of the backup':
    'PostgreSQL is backed up and restored with pg_dump and pg_restore',
  'what docs/commands.md 1 shows works': 'rotates the key in the data folder',
  'what docs/secrets.md 2 shows works': 'rotates the key in the data folder',
  'a secret in a file is sent while it can be read': 'searches the file of the database for the secret',
};

const given = process.argv.slice(2);
const ofProgram = globSync('test/e2e/*.test.ts').filter(
  (path) => !Object.hasOwn(ofNoDatabase, path.replace(/^.*\/|\.test\.ts$/g, '')),
);
/** Those that open a journal, by themselves or in a rig, a simulated process or simulated nodes. */
const ofPipeline = globSync('src/pipeline/**/*.test.ts').filter((path) =>
  /startRig\(|openEngine\(|openWorld\(|liveNodes\(/.test(readFileSync(path, 'utf8')),
);
const files = [...ofPipeline, ...ofProgram].sort();
const skipped = Object.keys(ofSqlite).map((name) => `--test-skip-pattern=${name}`);
const { status } = spawnSync(process.execPath, ['scripts/test.ts', ...skipped, ...(given.length > 0 ? given : files)], {
  stdio: 'inherit',
  // Simulations take longer than on SQLite in memory.
  env: { MILLRACE_SIMULATIONS: '8', ...process.env, MILLRACE_TEST_DATABASE: 'postgres' },
});
process.exitCode = status ?? 1;
