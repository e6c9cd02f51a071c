import type { Db } from '../../sqlite/db.ts';
import type { Note, NoteChange, NoteLease } from '../notes.ts';

/** Greater than the rest of every name. */
const last = '\u{10ffff}';

/** The operations of notes in the storage threads. */
export const operations = {
  loadNote: (db: Db, name: string): string | null =>
    db.get<{ text: string }>('SELECT text FROM note WHERE name = ?', name)?.text ?? null,

  loadNotes: (db: Db, prefix: string): Note[] =>
    db.all('SELECT name, text FROM note WHERE name >= ? AND name < ? ORDER BY name', prefix, prefix + last),

  notePage(db: Db, page: { prefix: string; limit: number; before?: string; after?: string }): Note[] {
    const { prefix, limit, before, after } = page;
    const sql = `SELECT name, text FROM note WHERE name > ? AND name < ?
      ORDER BY name ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`;
    const rows = db.all<Note>(sql, after ?? prefix, before ?? prefix + last, limit);
    return after === undefined ? rows : rows.reverse();
  },

  saveNotes: save,

  replaceNote(db: Db, { name, before, text }: { name: string; before: string | null; text: string }): boolean {
    const found = db.get<{ text: string }>('SELECT text FROM note WHERE name = ?', name)?.text ?? null;
    if (found !== before) return false;
    save(db, [{ name, text }]);
    return true;
  },

  saveNotesUnder(db: Db, { lease, changes }: { lease: NoteLease; changes: readonly NoteChange[] }): boolean {
    const { partition, owner, epoch } = lease;
    const sql = 'SELECT 1 FROM partition_lease WHERE partition = ? AND owner = ? AND epoch = ?';
    if (db.get(sql, partition, owner, epoch) === undefined) return false;
    save(db, changes);
    return true;
  },
};

function save(db: Db, changes: readonly NoteChange[]): void {
  db.all('PRAGMA secure_delete = ON');
  try {
    for (const { name, text } of changes)
      if (text === null) db.run('DELETE FROM note WHERE name = ?', name);
      else db.run('INSERT OR REPLACE INTO note (name, text) VALUES (?, ?)', name, text);
  } finally {
    db.all('PRAGMA secure_delete = FAST');
  }
}
