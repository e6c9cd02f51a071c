import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeAtomically } from '../disk/atomic-write.ts';
import { ownFile } from '../disk/own-files.ts';
import { holdName } from './database-file.ts';

/** Whether `restore --hold` asks the start to hold all deliveries. */
export function hasHoldMark(dir: string): boolean {
  return existsSync(join(dir, holdName));
}

/** Makes the next start hold all deliveries. */
export const setHoldMark = (dir: string): void => writeAtomically(join(dir, holdName), '', { mode: ownFile });

/** To call when the hold is stored. */
export function removeHoldMark(dir: string): void {
  const file = join(dir, holdName);
  rmSync(file, { force: true });
  syncFolder(dirname(file));
}
