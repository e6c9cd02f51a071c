import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

// Runs the tests: all, or the files given. Node's own flags go through: npm test -- --test-name-pattern=held

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`The tests need Node.js 24, this is ${process.version}: use npm test.`);
  process.exit(1);
}
const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith('-'));
const named = given.filter((word) => !word.startsWith('-'));
const files = named.length > 0 ? named : globSync(['src/**/*.test.ts', 'test/**/*.test.ts']).sort();
if (files.length === 0) {
  console.error('No tests found: run this in the checkout.');
  process.exit(1);
}
const { status, signal } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-concurrency=3',
    '--test-timeout=120000',
    ...flags,
    ...files,
  ],
  { stdio: 'inherit' },
);
if (signal !== null) console.error(`The test runner was ended by ${signal}.`);
process.exit(status ?? 1);
