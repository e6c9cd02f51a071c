import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { buildBundle } from './bundle.ts';
import { keepFoldersInMemory } from './memory-folders.ts';
import { testFiles } from './test-files.ts';

// Runs all tests, or the given files. Options of Node are passed on: npm test -- --test-name-pattern=held

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`The tests need Node.js 24, this is ${process.version}: use npm test.`);
  process.exit(1);
}
const quickTests = fileURLToPath(new URL('./quick-tests.cjs', import.meta.url));
const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith('-'));
const named = given.filter((word) => !word.startsWith('-'));
const files = named.length > 0 ? named : testFiles();
if (files.length === 0) {
  console.error('No tests found: run this in the checkout.');
  process.exit(1);
}
// Built once, not in each process that needs it. If a build fails, the tests that need it report why.
if (named.length === 0) await buildBundle().catch(() => undefined);
if (files.some((path) => path.includes('console')))
  await import('../test/console/browser.ts').then(({ prepare }) => prepare()).catch(() => undefined);
keepFoldersInMemory(4);
// By MILLRACE_TEST_DATABASE=postgres, programs of tests have databases on a server of this run (test/support/database.ts).
const isOnPostgres = process.env['MILLRACE_TEST_DATABASE'] === 'postgres';
await using _server = isOnPostgres ? await (await import('../test/support/test-server.ts')).startTestServer() : null;
const results = run({
  files,
  // Two more than a small machine has processors: tests of faults wait for time limits, those of the console for frames.
  concurrency: 4,
  // Sufficient for a group of files on a slow or busy machine.
  timeout: 600_000,
  execArgv: ['--disable-warning=ExperimentalWarning', '--require', quickTests, ...flags],
}).on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1;
});
await pipeline(results, new spec(), process.stdout, { end: false });
