import type { DatabaseSync } from 'node:sqlite';

/**
 * Moves the write-ahead log into the database, as far as readers allow (`PASSIVE`), also making the log empty
 * (`TRUNCATE`), or only looks (`NOOP`). Answers how many pages of the log are not in the database yet; null: another
 * checkpoint is on, or (`TRUNCATE`) a reader is in the way. Throws what SQLite says when the disk is full.
 */
export function checkpoint(database: DatabaseSync, mode: 'PASSIVE' | 'TRUNCATE' | 'NOOP'): number | null {
  const row = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  const [busy, log, moved] = Object.values(row ?? {}).map(Number);
  return busy === 0 && log !== undefined && moved !== undefined ? Math.max(0, log - moved) : null;
}
