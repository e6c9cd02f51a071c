import type { DatabaseSync } from 'node:sqlite';

/** How long a connection waits for a lock of another one. */
export const busyMs = 5_000;

/**
 * Moves the write-ahead log into the database as far as readers allow (`PASSIVE`), also truncates the log (`TRUNCATE`),
 * or only checks it (`NOOP`). Returns the number of log pages that are not in the database yet; null: another
 * checkpoint is running, or (`TRUNCATE`) a reader blocks it, for which it does not wait. Throws the error of SQLite
 * when the disk is full.
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
