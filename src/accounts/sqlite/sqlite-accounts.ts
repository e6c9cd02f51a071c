import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Accounts } from '../accounts.ts';
import type { operations } from './operations.ts';

/** The accounts of an open database, which stays open when they end. */
export function sqliteAccounts(sqlite: Pick<Sqlite, 'client'>): Accounts {
  const client = sqlite.client<typeof operations>();
  return {
    attempts: {
      begin: (keys, now) => client.write('beginAttempt', { keys, now }),
      undo: (keys, now) => client.write('undoAttempt', { keys, now }),
      forget: (keys) => client.write('forgetAttempts', keys),
    },
    all: () => client.write('allAccounts', null),
    revision: () => client.read('accountsRevision', null),
    change: (revision, changes, entries) => client.write('changeAccounts', { revision, changes, entries }),
    touch: (uses) => client.write('touchAccounts', uses),
  };
}
