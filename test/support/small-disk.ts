import { spawnSync } from 'node:child_process';

const volumeBytes = 6 * 2 ** 20;
const fileBytesMax = 2 * 2 ** 20;

/** A limit of the operating system on the bytes that a command can write to a folder, a few megabytes. */
export type SmallDisk = {
  name: string;
  /** The command prefix that sets the limit. */
  command(dir: string): string[];
  /** The path of the folder for this process; null: the limit can't be lifted while the command runs. */
  seen(pid: number, dir: string): string | null;
  /** Why the limit is not available on this machine. */
  missing: string | null;
};

/** A separate file system for the command: as root, or in a user namespace. Linux only. */
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

/**
 * The limit on the size of a file, which each POSIX system has for each user: the write fails like one over a quota.
 */
const smallFiles: SmallDisk = {
  name: 'a limit on the size of files',
  command: () => ['sh', '-c', `ulimit -f ${fileBytesMax / 512} && exec "$@"`, 'sh'],
  seen: () => null,
  missing: process.platform === 'win32' ? 'Windows has no such limit' : null,
};

/** The ways to get a disk that is really full; each POSIX system has at least one. */
export const smallDisks = (): SmallDisk[] => [smallFileSystem(), smallFiles];
