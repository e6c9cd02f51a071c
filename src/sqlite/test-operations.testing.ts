import type { Db } from './db.ts';

/** Operations for the tests of this folder, on the table of notes. */
export const operations = {
  put: (db: Db, { name, text }: { name: string; text: string }): number =>
    db.run('INSERT INTO note (name, text) VALUES (?, ?)', name, text),

  get: (db: Db, name: string): string | null =>
    db.get<{ text: string }>('SELECT text FROM note WHERE name = ?', name)?.text ?? null,

  names: (db: Db, _: null): string[] =>
    db.all<{ name: string }>('SELECT name FROM note ORDER BY name').map((row) => row.name),

  /** Writes first and then fails. */
  fail(db: Db, name: string): void {
    db.run('INSERT INTO note (name, text) VALUES (?, ?)', name, '');
    throw new Error('failing on purpose');
  },

  /** Counts, in a cached value, its calls since the last rollback. */
  count(db: Db, _: null): number {
    const kept = db.keep('count', () => ({ calls: 0 }));
    kept.calls += 1;
    return kept.calls;
  },

  /** Ends the thread, as an out-of-memory error does. */
  endThread: (_db: Db, _: null): void => process.exit(7),

  remove: (db: Db, name: string): number => db.run('DELETE FROM note WHERE name = ?', name),
};
