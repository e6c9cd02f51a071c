import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { buildBundle } from './bundle.ts';
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
if (hasMemory()) keepFoldersInMemory();
run({
  files,
  // Two more than a small machine has processors: tests of faults wait for time limits, those of the console for frames.
  concurrency: 4,
  // Sufficient for a group of files on a slow or busy machine.
  timeout: 600_000,
  execArgv: ['--disable-warning=ExperimentalWarning', '--require', quickTests, ...flags],
})
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);

/** Whether this system has a file system in memory with room for the data of all tests, from which programs can be run. */
function hasMemory(): boolean {
  if (!existsSync('/dev/shm') || !existsSync('/proc/mounts')) return false;
  const options = readFileSync('/proc/mounts', 'utf8')
    .match(/^\S+ \/dev\/shm tmpfs (\S+)/m)?.[1]
    ?.split(',');
  const { bavail, bsize } = statfsSync('/dev/shm');
  return options !== undefined && !options.includes('noexec') && bavail * bsize >= 4 * 2 ** 30;
}

/** Makes the temporary folders of the tests in memory: on a disk they take a tenth more processor time. */
function keepFoldersInMemory(): void {
  const folder = mkdtempSync('/dev/shm/millrace-tests-');
  // PostgreSQL, which runs as another user, has to reach its data.
  chmodSync(folder, 0o711);
  // The unpacked browser stays for the next time.
  process.env['TEST_BROWSER_DIR'] = tmpdir();
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}
