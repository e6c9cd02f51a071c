import { inTurn } from '../../async/in-turn.ts';
import { appendAudit } from '../../audit/postgres/append.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import type { AccountChange, AccountRecord, Accounts } from '../accounts.ts';
import { postgresAttempts } from './attempts.ts';

type Row = { kind: AccountRecord['kind']; body: string; lastUsedAt: number | null };

/** The accounts of an open database, which stays open when they end. */
export function postgresAccounts(postgres: Pick<Postgres, 'query' | 'transaction'>): Accounts {
  const { query, transaction } = postgres;
  // Changes that wait for each other would hold a connection each.
  const turn = inTurn();
  return {
    attempts: postgresAttempts(postgres),

    async all() {
      const rows = await query<{ revision: number } & (Row | { kind: null })>(
        `SELECT revision, kind, body, last_used_at AS "lastUsedAt" FROM account_revision LEFT JOIN account ON true`,
      );
      return {
        revision: rows[0]?.revision ?? 0,
        records: rows.flatMap((row) => (row.kind === null ? [] : [recordOf(row)])),
      };
    },

    async revision() {
      const [row] = await query<{ revision: number }>('SELECT revision FROM account_revision');
      return row?.revision ?? 0;
    },

    change: (revision, changes, entries) =>
      turn(() =>
        transaction(async (inside) => {
          const taken = await inside(
            'UPDATE account_revision SET revision = revision + 1 WHERE revision = $1 RETURNING 1',
            [revision],
          );
          if (taken.length === 0) return null;
          await write(inside, changes);
          await appendAudit(inside, entries);
          return revision + 1;
        }),
      ),

    // The row of the revision is locked, as by changes, so that none waits for the other's rows.
    async touch(uses) {
      await query(
        `WITH locked AS MATERIALIZED (SELECT FROM account_revision FOR UPDATE)
         UPDATE account SET last_used_at = greatest(last_used_at, used.at)
         FROM locked, (SELECT kind, id, max(at) AS at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS used (kind, id, at)
           GROUP BY kind, id) AS used
         WHERE account.kind = used.kind AND account.id = used.id`,
        [uses.map(({ kind }) => kind), uses.map(({ id }) => id), uses.map(({ at }) => at)],
      );
    },
  };
}

/** Makes the changes, of which the last one of each record counts. */
async function write(query: Query, changes: readonly AccountChange[]): Promise<void> {
  const last = new Map(changes.map((change) => [`${change.kind} ${idOf(change)}`, change]));
  const rows = [...last.values()].map((change) => {
    const value = change.op === 'put' ? change.value : null;
    return { kind: change.kind, id: idOf(change), value };
  });
  await query(
    `WITH change AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS change (kind, id, body, used)),
       removed AS (DELETE FROM account USING change
         WHERE account.kind = change.kind AND account.id = change.id AND change.body IS NULL)
     INSERT INTO account (kind, id, body, last_used_at) SELECT * FROM change WHERE body IS NOT NULL ORDER BY kind, id
     ON CONFLICT (kind, id) DO UPDATE
       SET body = excluded.body, last_used_at = greatest(account.last_used_at, excluded.last_used_at)`,
    [
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
      rows.map(({ value }) => value && JSON.stringify({ ...value, lastUsedAt: undefined })),
      rows.map(({ value }) => (value !== null && 'lastUsedAt' in value ? value.lastUsedAt : null)),
    ],
  );
}

const idOf = (change: AccountChange): string => (change.op === 'put' ? change.value.id : change.id);

function recordOf({ kind, body, lastUsedAt }: Row): AccountRecord {
  const value = JSON.parse(body);
  const isUsed = kind === 'token' || kind === 'session';
  return { kind, value: isUsed ? { ...value, lastUsedAt } : value };
}
