import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * Makes the temporary folders of this process and of those that it starts in memory, where there is room of so many GiB: on a disk
 * the tests take a tenth more processor time, and an installation, which makes sure of each file, takes minutes.
 */
export function keepFoldersInMemory(gib: number): void {
  if (!hasMemory(gib)) return;
  const folder = mkdtempSync('/dev/shm/millrace-tests-');
  // PostgreSQL, which runs as another user, has to reach its data.
  chmodSync(folder, 0o711);
  // The unpacked browser stays for the next time.
  process.env['TEST_BROWSER_DIR'] = tmpdir();
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/** Whether this system has a file system in memory with room for all tests, from which programs can be run. */
function hasMemory(gib: number): boolean {
  if (!existsSync('/dev/shm') || !existsSync('/proc/mounts')) return false;
  const options = readFileSync('/proc/mounts', 'utf8')
    .match(/^\S+ \/dev\/shm tmpfs (\S+)/m)?.[1]
    ?.split(',');
  const { bavail, bsize } = statfsSync('/dev/shm');
  return options !== undefined && !options.includes('noexec') && bavail * bsize >= gib * 2 ** 30;
}
