import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

/** Gives a finished file its name, so that after a power cut there is the whole file or the one before. */
export function putInPlace(from: string, to: string): void {
  syncFile(from);
  renameSync(from, to);
  if (process.platform !== 'win32') syncFile(dirname(to)); // a folder can't be opened there
}

/** Waits until a file, or the entries of a folder, are on disk. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
