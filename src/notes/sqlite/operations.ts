import type { Db } from '../../sqlite/db.ts';
import type { Note } from '../notes.ts';

/** The operations of notes in the storage threads. */
export const operations = {
  loadNote: (db: Db, name: string): string | null =>
    db.get<{ text: string }>('SELECT text FROM note WHERE name = ?', name)?.text ?? null,

  loadNotes: (db: Db, prefix: string): Note[] =>
    db.all('SELECT name, text FROM note WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name', prefix),

  saveNote(db: Db, { name, text }: { name: string; text: string | null }): void {
    db.all('PRAGMA secure_delete = ON');
    if (text === null) db.run('DELETE FROM note WHERE name = ?', name);
    else db.run('INSERT OR REPLACE INTO note (name, text) VALUES (?, ?)', name, text);
    db.all('PRAGMA secure_delete = FAST');
  },
};
