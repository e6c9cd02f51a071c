import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Writes a file whole: after a power cut it has its old content or the new one. The new one is durable when the call
 * returns. The text passes through `<file>.new`, which a cut may leave and the next write replaces.
 */
export function writeAtomically(file: string, text: string, { mode }: { mode: number }): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, text, { mode });
  putInPlace(unfinished, file);
}

/** Gives a finished file its name. After a power cut the name has the whole file or the one before; durable at return. */
export function putInPlace(from: string, to: string): void {
  sync(from, 'r+'); // Windows syncs only what may be written
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** Waits until the names in a folder (made, changed or removed) are on disk. Does nothing on Windows, which can't. */
export function syncFolder(dir: string): void {
  if (process.platform !== 'win32') sync(dir, 'r');
}

/** Makes a folder and those missing above it, durable at return. `mode` is that of each new one. */
export function makeFolder(dir: string, { mode }: { mode: number }): void {
  const highest = mkdirSync(dir, { recursive: true, mode });
  if (highest === undefined) return;
  const above = dirname(resolve(highest));
  for (let parent = dirname(resolve(dir)); parent.length >= above.length; parent = dirname(parent)) {
    syncFolder(parent);
    if (parent === dirname(parent)) return;
  }
}

function sync(path: string, flags: 'r' | 'r+') {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
