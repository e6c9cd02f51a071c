import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { testFiles } from './test-files.ts';

// Runs the tests: all, or the files given. Node's own flags go through: npm test -- --test-name-pattern=held

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`The tests need Node.js 24, this is ${process.version}: use npm test.`);
  process.exit(1);
}
const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith('-'));
const named = given.filter((word) => !word.startsWith('-'));
const files = named.length > 0 ? named : testFiles();
if (files.length === 0) {
  console.error('No tests found: run this in the checkout.');
  process.exit(1);
}
// Once, not in each process that needs it. Where it can't be done, the tests that need it say why.
if (files.some((path) => path.includes('console')))
  await import('../test/console/browser.ts').then(({ prepare }) => prepare()).catch(() => undefined);
run({
  files,
  concurrency: 3,
  // For a group of files, on a machine that is slow or busy.
  timeout: 240_000,
  execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
})
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
