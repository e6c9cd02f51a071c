import type { Db } from '../../../sqlite/db.ts';

/** The number of a word, assigned now when it is new; null for null. */
export function internText(db: Db, text: string | null): number | null {
  if (text === null) return null;
  const known = db.keep('words', () => new Map<string, number>());
  let id = known.get(text) ?? findWord(db, text);
  if (id === null) {
    db.run('INSERT INTO word (text) VALUES (?)', text);
    id = findWord(db, text);
  }
  if (id === null) throw new Error('A word is missing directly after its insert.');
  known.set(text, id);
  return id;
}

/** The number of a word; null when it has none. */
export function findWord(db: Db, text: string): number | null {
  return db.get<{ id: number }>('SELECT id FROM word WHERE text = ?', text)?.id ?? null;
}

/** The word with this number; null for null. */
export function wordText(db: Db, id: number | null): string | null {
  if (id === null) return null;
  const known = db.keep('texts', () => new Map<number, string>());
  let text = known.get(id);
  if (text === undefined) {
    text = db.get<{ text: string }>('SELECT text FROM word WHERE id = ?', id)?.text;
    if (text === undefined) throw new Error(`Word ${id} is missing.`);
    known.set(id, text);
  }
  return text;
}

/**
 * The queue of a delivery: `replay` is the id of its replay, '' for none, so that each replay has a queue of its own.
 */
export type Target = { destination: string; connection: string; replay: string };

/** The target with this number. */
export function targetOf(db: Db, id: number): Target {
  const known = db.keep('targetsById', () => new Map<number, Target>());
  let target = known.get(id);
  if (target === undefined) {
    target = db.get<Target>('SELECT destination, connection, replay FROM target WHERE id = ?', id);
    if (target === undefined) throw new Error(`Target ${id} is missing.`);
    known.set(id, target);
  }
  return target;
}

/** The number of a destination under its connection, assigned now when it is new. */
export function targetNumber(db: Db, destination: string, connection: string, replay = ''): number {
  const known = db.keep('targets', () => new Map<string, number>());
  const key = `${destination}\n${connection}\n${replay}`;
  let id = known.get(key);
  if (id === undefined) {
    db.run(
      'INSERT INTO target (destination, connection, replay) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      destination,
      connection,
      replay,
    );
    id = db.get<{ id: number }>(
      'SELECT id FROM target WHERE destination = ? AND connection = ? AND replay = ?',
      destination,
      connection,
      replay,
    )?.id;
    if (id === undefined) throw new Error('A target is missing directly after its insert.');
    known.set(key, id);
  }
  return id;
}

/** The numbers of the targets that match; all when there is no condition. `replayId` '': those of no replay. */
export function targetIds(
  db: Db,
  { destinationId, connectionId, replayId }: { destinationId?: string; connectionId?: string; replayId?: string },
) {
  return db
    .all<{ id: number }>(
      `SELECT id FROM target
       WHERE (?1 IS NULL OR destination = ?1) AND (?2 IS NULL OR connection = ?2) AND (?3 IS NULL OR replay = ?3)
       ORDER BY id`,
      destinationId ?? null,
      connectionId ?? null,
      replayId ?? null,
    )
    .map((row) => row.id);
}
