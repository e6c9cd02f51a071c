import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Outbox } from '../outbox.ts';
import type { operations } from './operations.ts';

/** The module that a database must load for `sqliteOutbox`. */
export const outboxOperations = new URL(
  import.meta.url.endsWith('.ts') ? './operations.ts' : './operations.js',
  import.meta.url,
);

/** The outbox of an open database (which stays open when it ends). */
export function sqliteOutbox(sqlite: Sqlite): Outbox {
  const client = sqlite.client<typeof operations>();
  return {
    load: () => client.write('loadOutbox', null),
    save: (change) => client.write('saveOutbox', change),
    messages: (query) => client.read('alertMessages', query),
    async [Symbol.asyncDispose]() {},
  };
}
