import type { DatabaseSync } from 'node:sqlite';

/** How long a connection waits for another one that is in its way. */
export const busyMs = 5_000;

/**
 * Moves the write-ahead log into the database, as far as readers allow (`PASSIVE`), also making the log empty
 * (`TRUNCATE`), or only looks (`NOOP`). Answers how many pages of the log are not in the database yet; null: another
 * checkpoint is on, or (`TRUNCATE`) a reader is in the way, which is not waited for. Throws what SQLite says when the disk is full.
 */
export function checkpoint(database: DatabaseSync, mode: 'PASSIVE' | 'TRUNCATE' | 'NOOP'): number | null {
  try {
    if (mode === 'TRUNCATE') database.exec('PRAGMA busy_timeout = 0');
    const row = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
    const [busy, log, moved] = Object.values(row ?? {}).map(Number);
    return busy === 0 && log !== undefined && moved !== undefined ? Math.max(0, log - moved) : null;
  } finally {
    if (mode === 'TRUNCATE') database.exec(`PRAGMA busy_timeout = ${busyMs}`);
  }
}
