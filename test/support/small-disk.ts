import { spawnSync } from 'node:child_process';

const volumeBytes = 6 * 2 ** 20;
const fileBytesMax = 2 * 2 ** 20;

/** A limit of the operating system on what a command can write to a folder, a few megabytes. */
export type SmallDisk = {
  name: string;
  /** What to put before the command. */
  command(dir: string): string[];
  /** The folder as this process sees it; null: the limit can't be lifted while the command runs. */
  seen(pid: number, dir: string): string | null;
  /** Why it can't be had on this machine. */
  missing: string | null;
};

/** A file system of its own, for the command alone: of root, or of a user namespace. Linux only. */
function smallFileSystem(): SmallDisk {
  const works = (flags: string) =>
    spawnSync('unshare', [flags, 'sh', '-c', 'mount -t tmpfs -o size=1m millrace /tmp']).status === 0;
  const flags = ['-m', '-rm'].find(works);
  const script = `mount -t tmpfs -o size=${volumeBytes} millrace "$0" && exec "$@"`;
  return {
    name: 'a full file system',
    command: (dir) => ['unshare', flags ?? '-m', 'sh', '-c', script, dir],
    seen: (pid, dir) => `/proc/${pid}/root${dir}`,
    missing: flags === undefined ? 'this user may not mount a file system in a namespace of its own' : null,
  };
}

/** The limit on the size of a file, which each POSIX system has for each user: the write fails as over a quota. */
const smallFiles: SmallDisk = {
  name: 'a limit on the size of files',
  command: () => ['sh', '-c', `ulimit -f ${fileBytesMax / 512} && exec "$@"`, 'sh'],
  seen: () => null,
  missing: process.platform === 'win32' ? 'Windows has no such limit' : null,
};

/** The ways to have a disk that is really full; at least one is there on each POSIX system. */
export const smallDisks = (): SmallDisk[] => [smallFileSystem(), smallFiles];
