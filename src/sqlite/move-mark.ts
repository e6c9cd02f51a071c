import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder, writeAtomically } from '../disk/atomic-write.ts';
import { ownFile } from '../disk/own-files.ts';
import { movedName } from './database-file.ts';

/** Where the data of a database goes or went, since when, and by which move. */
export type MoveMark = { id: string; to: string; at: string };

/** The mark of a data folder; null: its data is in use here. */
export function moveMark(dir: string): MoveMark | null {
  const file = join(dir, movedName);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** Marks a data folder as moved, or removes the mark. */
export function setMoveMark(dir: string, mark: MoveMark | null): void {
  const file = join(dir, movedName);
  if (mark !== null) writeAtomically(file, `${JSON.stringify(mark)}\n`, { mode: ownFile });
  else {
    rmSync(file, { force: true });
    syncFolder(dir);
  }
}
