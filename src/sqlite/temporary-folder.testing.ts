import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test, removed with its contents when it is disposed; it may be in memory. */
export function temporaryFolder(parent = tmpdir()): { path: string } & Disposable {
  const path = mkdtempSync(join(parent, 'millrace-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
