import { isSetBack } from '../../async/clock.ts';
import type { Db } from '../../sqlite/db.ts';
import type { AttemptKey } from '../accounts.ts';
import { attemptMemoryMs, attemptsMax, delayAfter } from '../attempts.ts';

type Attempt = { failures: number; lastAt: number; openAt: number };

/** The counts of sign-ins in the storage threads. */
export const attemptOperations = {
  /** Returns the ms for which a key is delayed; 0: the attempt is counted. */
  beginAttempt(db: Db, { keys, now }: { keys: readonly AttemptKey[]; now: number }): number {
    const waitMs = Math.max(0, ...keys.map(({ key }) => attemptOf(db, key, now).openAt - now));
    if (waitMs > 0) return waitMs;
    for (const { key, free } of keys) {
      const failures = attemptOf(db, key, now).failures + 1;
      save(db, key, { failures, lastAt: now, openAt: now + delayAfter(failures, free) });
    }
    db.run('DELETE FROM sign_in_attempt WHERE last_at <= ?', now - attemptMemoryMs);
    db.run(
      `DELETE FROM sign_in_attempt WHERE key IN (
         SELECT key FROM sign_in_attempt ORDER BY last_at
         LIMIT max(0, (SELECT count(*) FROM sign_in_attempt) - ?))`,
      attemptsMax,
    );
    return 0;
  },

  undoAttempt(db: Db, { keys, now }: { keys: readonly string[]; now: number }): void {
    for (const key of keys) {
      const { failures, lastAt } = attemptOf(db, key, now);
      if (failures > 1) save(db, key, { failures: failures - 1, lastAt, openAt: 0 });
      else forget(db, key);
    }
  },

  forgetAttempts(db: Db, keys: readonly string[]): void {
    for (const key of keys) forget(db, key);
  },
};

function attemptOf(db: Db, key: string, now: number): Attempt {
  const found = db.get<Attempt>(
    'SELECT failures, last_at AS lastAt, open_at AS openAt FROM sign_in_attempt WHERE key = ?',
    key,
  );
  // After the clock was set back, the age is unknown.
  const isKnown = found !== undefined && !isSetBack(found.lastAt, now) && now - found.lastAt < attemptMemoryMs;
  return isKnown ? found : { failures: 0, lastAt: now, openAt: 0 };
}

function save(db: Db, key: string, { failures, lastAt, openAt }: Attempt): void {
  const sql = 'INSERT OR REPLACE INTO sign_in_attempt (key, failures, last_at, open_at) VALUES (?, ?, ?, ?)';
  db.run(sql, key, failures, lastAt, openAt);
}

function forget(db: Db, key: string): void {
  db.run('DELETE FROM sign_in_attempt WHERE key = ?', key);
}
