import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { operations } from './clearing.testing.ts';
import { openSqlite, operationsOf, type Sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

/**
 * A database in storage threads, which the tests of a file use one after the other. Each call of the result makes it as
 * new: starting threads takes more processor time than most tests. Threads and folder end after the tests of the file.
 */
export function storageThreads(...rooms: string[]): () => Promise<Sqlite> {
  const resources = new AsyncDisposableStack();
  let opened: Promise<Sqlite> | undefined;
  after(() => resources.disposeAsync());

  async function open(): Promise<Sqlite> {
    const dir = resources.use(temporaryFolder()).path;
    const clearing = new URL('./clearing.testing.ts', import.meta.url);
    return resources.use(await openSqlite({ dir, operations: [...operationsOf(...rooms), clearing] }));
  }

  return async () => {
    opened ??= open();
    const sqlite = await opened;
    const { write } = sqlite.client<typeof operations>();
    await write('clear', null);
    await assert.rejects(write('fail', null), /failing on purpose/);
    return { ...sqlite, stats: sqlite.stats, [Symbol.asyncDispose]: async () => {} };
  };
}
