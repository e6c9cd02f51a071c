import type { Db } from '../../sqlite/db.ts';

/** The number of a word, assigned now when it is new; null for null. */
export function internText(db: Db, text: string | null): number | null {
  if (text === null) return null;
  return db.keepRecent('words', text, () => {
    db.run('INSERT INTO word (text) VALUES (?) ON CONFLICT DO NOTHING', text);
    return found(findWord(db, text));
  });
}

/** The number of a word; null when it has none. */
export function findWord(db: Db, text: string): number | null {
  return db.get<{ id: number }>('SELECT id FROM word WHERE text = ?', text)?.id ?? null;
}

/** The word with this number; null for null. */
export function wordText(db: Db, id: number | null): string | null {
  if (id === null) return null;
  const sql = 'SELECT text FROM word WHERE id = ?';
  return db.keepRecent('texts', id, () => found(db.get<{ text: string }>(sql, id)?.text));
}

/**
 * The queue of a delivery: `replay` is the id of its replay, '' for none, so that each replay has a queue of its own. All
 * deliveries of a target are of one partition.
 */
export type Target = { partition: number; destination: string; connection: string; replay: string };

/** The target with this number. */
export function targetOf(db: Db, id: number): Target {
  const sql = 'SELECT partition, destination, connection, replay FROM target WHERE id = ?';
  return db.keepRecent('targetsById', id, () => found(db.get<Target>(sql, id)));
}

/** The number of a target, assigned now when it is new. */
export function targetNumber(db: Db, { partition, destination, connection, replay }: Target): number {
  const key = [destination, connection, replay, partition] as const;
  return db.keepRecent('targets', key.join('\n'), () => {
    const into = 'INSERT INTO target (destination, connection, replay, partition) VALUES (?, ?, ?, ?)';
    db.run(`${into} ON CONFLICT DO NOTHING`, ...key);
    const sql = 'SELECT id FROM target WHERE destination = ? AND connection = ? AND replay = ? AND partition = ?';
    return found(db.get<{ id: number }>(sql, ...key)?.id);
  });
}

function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('A word or a target is missing.');
  return value;
}

/** The numbers of the targets that match; all when there is no condition. `replayId` '': those of no replay. */
export function targetIds(
  db: Db,
  of: { partition?: number; destinationId?: string; connectionId?: string; replayId?: string },
): number[] {
  const { partition, destinationId: destination, connectionId: connection, replayId: replay } = of;
  const columns = Object.entries({ destination, connection, replay, partition });
  const given = columns.flatMap(([column, id]) => (id === undefined ? [] : [{ sql: `${column} = ?`, id }]));
  // Conditions on the given columns alone: with others that are always true, SQLite would read all targets.
  const where = given.length === 0 ? '' : `WHERE ${given.map(({ sql }) => sql).join(' AND ')}`;
  const sql = `SELECT id FROM target ${where} ORDER BY id`;
  return db.all<{ id: number }>(sql, ...given.map(({ id }) => id)).map((row) => row.id);
}
