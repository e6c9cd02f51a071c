import { isSetBack } from '../../async/clock.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import type { AttemptKey, SignInAttempts } from '../accounts.ts';
import { attemptMemoryMs, attemptsMax, delayAfter } from '../attempts.ts';

type Attempt = { key: string; failures: number; lastAt: number; openAt: number };

/** The counts of sign-ins. Their rows are locked in the order of the keys. */
export function postgresAttempts({ query, transaction }: Pick<Postgres, 'query' | 'transaction'>): SignInAttempts {
  return {
    begin: (keys, now) => transaction((inside) => begin(inside, keys, now)),

    async undo(keys) {
      await query(
        `WITH locked AS (SELECT key, failures > 1 AS is_kept FROM sign_in_attempt WHERE key = ANY($1) ORDER BY key FOR UPDATE),
           gone AS (DELETE FROM sign_in_attempt AS one USING locked WHERE one.key = locked.key AND NOT is_kept)
         UPDATE sign_in_attempt AS one SET failures = failures - 1, open_at = 0
         FROM locked WHERE one.key = locked.key AND is_kept`,
        [keys],
      );
    },

    async forget(keys) {
      await query(
        `WITH locked AS (SELECT key FROM sign_in_attempt WHERE key = ANY($1) ORDER BY key FOR UPDATE)
         DELETE FROM sign_in_attempt AS one USING locked WHERE one.key = locked.key`,
        [keys],
      );
    },
  };
}

async function begin(query: Query, keys: readonly AttemptKey[], now: number): Promise<number> {
  const known = await query<Attempt>(
    `INSERT INTO sign_in_attempt (key, failures, last_at, open_at)
     SELECT key, 0, $2, 0 FROM (SELECT DISTINCT key FROM unnest($1::text[]) AS key) AS given ORDER BY key
     ON CONFLICT (key) DO UPDATE SET key = excluded.key
     RETURNING key, failures, last_at AS "lastAt", open_at AS "openAt"`,
    [keys.map(({ key }) => key), now],
  );
  const freeOf = new Map(keys.map(({ key, free }) => [key, free]));
  const attempts = known.map((one) => (isRemembered(one, now) ? one : { ...one, failures: 0, openAt: 0 }));
  const waitMs = Math.max(0, ...attempts.map(({ openAt }) => openAt - now));
  if (waitMs > 0) return waitMs;
  const counted = attempts.map(({ failures }) => failures + 1);
  await query(
    `UPDATE sign_in_attempt AS one SET failures = counted.failures, last_at = $4, open_at = counted.open_at
     FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS counted (key, failures, open_at) WHERE one.key = counted.key`,
    [
      attempts.map(({ key }) => key),
      counted,
      attempts.map(({ key }, index) => now + delayAfter(counted[index] ?? 0, freeOf.get(key) ?? 0)),
      now,
    ],
  );
  // What another attempt has locked is left to it.
  await query(
    `WITH oldest AS (SELECT greatest($1::bigint,
       (SELECT last_at FROM sign_in_attempt ORDER BY last_at DESC OFFSET $2 LIMIT 1)) AS at)
     DELETE FROM sign_in_attempt WHERE key IN (
       SELECT key FROM sign_in_attempt WHERE last_at <= (SELECT at FROM oldest) FOR UPDATE SKIP LOCKED)`,
    [now - attemptMemoryMs, attemptsMax],
  );
  return 0;
}

/** After the clock was set back, the age is unknown. */
const isRemembered = ({ lastAt }: Attempt, now: number): boolean =>
  !isSetBack(lastAt, now) && now - lastAt < attemptMemoryMs;
