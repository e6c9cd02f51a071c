import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Notes } from '../notes.ts';
import type { operations } from './operations.ts';

/** The notes of an open database, which stays open when they end. */
export function sqliteNotes(sqlite: Pick<Sqlite, 'client'>): Notes {
  const client = sqlite.client<typeof operations>();
  return {
    // By the writer, which is ready first: notes are read while the program starts.
    load: (name) => client.write('loadNote', name),
    list: (prefix) => client.write('loadNotes', prefix),
    page: (prefix, page) => client.read('notePage', { prefix, ...page }),
    save: (...changes) => client.write('saveNotes', changes),
    replace: (name, before, text) => client.write('replaceNote', { name, before, text }),
    saveUnder: (lease, ...changes) => client.write('saveNotesUnder', { lease, changes }),
  };
}
