import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Permissions of a file that only the user of the program reads and writes, and of such a folder. */
export const ownFile = 0o600;
export const ownFolder = 0o700;

/**
 * Takes the permissions of other users off the files in `dir` that the program writes, and off the folder when it has
 * no other entries: an earlier version, a copy or a restore of the system may have left them. Links are not followed.
 * Returns the paths that were changed, and those that could not be because they belong to another user. On Windows it
 * does nothing.
 */
export function closeToOthers(dir: string, isOurs: (name: string) => boolean): { closed: string[]; left: string[] } {
  const closed: string[] = [];
  const left: string[] = [];
  const close = (path: string, mode: number) => {
    if ((mode & 0o077) === 0) return;
    try {
      chmodSync(path, mode & 0o700);
      closed.push(path);
    } catch {
      left.push(path);
    }
  };
  if (process.platform === 'win32') return { closed, left };
  const names = readdirSync(dir);
  for (const name of names.filter(isOurs)) {
    const path = join(dir, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === true) close(path, found.mode & 0o777);
  }
  if (names.every(isOurs)) close(dir, lstatSync(dir).mode & 0o777);
  return { closed, left };
}
