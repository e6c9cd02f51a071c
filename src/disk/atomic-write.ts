import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Replaces a file atomically: after a power cut it has its old content or the new one. The new content is durable when
 * the call returns. The text is first written to `<file>.new`, which a power cut can leave behind and the next write
 * replaces.
 */
export function writeAtomically(file: string, text: string, { mode }: { mode: number }): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, text, { mode });
  putInPlace(unfinished, file);
}

/**
 * Renames a finished file. After a power cut the name has the new file or the old one, each complete; durable at
 * return.
 */
export function putInPlace(from: string, to: string): void {
  sync(from, 'r+'); // Windows syncs only writable files
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** Waits until changes of the names in a folder are on disk. Does nothing on Windows, which can't. */
export function syncFolder(dir: string): void {
  if (process.platform !== 'win32') sync(dir, 'r');
}

/** Creates a folder and its missing parents, durable at return. `mode` applies to each new one. */
export function makeFolder(dir: string, { mode }: { mode: number }): void {
  // Not `recursive`: Node then tries without end where a file system refuses a folder with ENOENT, such as /proc.
  const missing: string[] = [];
  for (let folder = resolve(dir); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.reverse()) {
    if (!existsSync(folder)) mkdirSync(folder, { mode });
    syncFolder(dirname(folder));
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
