import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Outbox } from '../outbox.ts';
import type { operations } from './operations.ts';

/** The outbox of an open database, which stays open when it ends. */
export function sqliteOutbox(sqlite: Pick<Sqlite, 'client'>): Outbox {
  const client = sqlite.client<typeof operations>();
  return {
    load: () => client.write('loadOutbox', null),
    save: (changes) => client.write('saveOutbox', changes),
    messages: (query) => client.read('alertMessages', query),
  };
}
