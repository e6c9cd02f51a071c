import type { Postgres, Query } from '../../postgres/postgres.ts';
import { storable, storedText } from '../../postgres/text.ts';
import { type Begun, type KeptResponses, type KeyedRequest, keptMs, runMs } from '../requests.ts';

type Known = {
  digest: string;
  status: number | null;
  headers: string;
  body: string;
  rights: string;
  /** Its node is that of the request, or lives. */
  isRunning: boolean;
};

/** The size of a record without its response, estimated. */
const recordBytes = 512;
const prunedAtOnce = 1_000;

/** The responses to idempotency keys. `bytesMax`: limit of all, which each node may exceed by a sixteenth. */
export function postgresResponses({ query }: Pick<Postgres, 'query'>, bytesMax: number): KeptResponses {
  let uncounted = Number.POSITIVE_INFINITY;
  return {
    async begin(request) {
      for (;;) {
        if (await insert(query, request)) return { kind: 'begun' };
        const known = await find(query, request);
        // It was removed in between.
        if (known !== null) return known;
      }
    },

    async finish({ principal, place, at, epoch }, response) {
      const own = 'principal = $1 AND place = $2 AND at = $3 AND epoch = $4 AND status IS NULL';
      const values = [principal, place, at, epoch];
      if (response === null) {
        await query(`DELETE FROM kept_response WHERE ${own}`, values);
        return;
      }
      const { status, headers, body, rights } = response;
      const bytes = recordBytes + Buffer.byteLength(body);
      await query(
        `UPDATE kept_response SET status = $5, headers = $6, body = $7, rights = $8, bytes = $9 WHERE ${own}`,
        [...values, status, JSON.stringify(headers), storable(body), JSON.stringify(rights), bytes],
      );
      uncounted += bytes;
      if (uncounted < bytesMax / 16) return;
      uncounted = 0;
      await makeRoom(query, bytesMax);
    },

    // A request of no process can't be finished.
    async started(node) {
      await query(`UPDATE kept_response SET epoch = '' WHERE epoch = $1 AND status IS NULL`, [node]);
    },

    async forget() {
      const reset = `epoch = '', status = null, headers = '{}', body = '', rights = '[]', bytes = $1`;
      await query(`UPDATE kept_response SET ${reset}`, [recordBytes]);
    },

    async prune(now) {
      await query('UPDATE kept_response SET at = $1 WHERE at > $1::bigint + $2', [now, runMs]);
      let removed: unknown[];
      do {
        removed = await query(
          `DELETE FROM kept_response WHERE (principal, place) IN (
             SELECT principal, place FROM kept_response WHERE at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1`,
          [now - keptMs, prunedAtOnce],
        );
      } while (removed.length === prunedAtOnce);
    },
  };
}

const isRunning = '(known.epoch = $5 OR EXISTS (SELECT FROM node WHERE name = known.epoch))';

/** Begins a request whose key is new, or was used by one that has been given up. */
async function insert(query: Query, { principal, place, digest, at, epoch }: KeyedRequest): Promise<boolean> {
  const rows = await query(
    `INSERT INTO kept_response AS known (principal, place, digest, at, epoch, bytes) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (principal, place) DO UPDATE SET at = excluded.at, epoch = excluded.epoch
     WHERE known.status IS NULL AND known.digest = excluded.digest AND abs(excluded.at - known.at) >= $7 AND ${isRunning}
     RETURNING 1`,
    [principal, place, digest, at, epoch, recordBytes, runMs],
  );
  return rows.length > 0;
}

async function find(query: Query, { principal, place, digest, epoch }: KeyedRequest): Promise<Begun | null> {
  const [known] = await query<Known>(
    `SELECT digest, status, headers, body, rights, ${isRunning.replace('$5', '$3')} AS "isRunning" FROM kept_response AS known
     WHERE principal = $1 AND place = $2`,
    [principal, place, epoch],
  );
  if (known === undefined) return null;
  if (known.digest !== digest) return { kind: 'reused' };
  const { status, headers, body, rights } = known;
  if (status === null) return { kind: known.isRunning ? 'running' : 'interrupted' };
  return {
    kind: 'kept',
    response: { status, headers: JSON.parse(headers), body: storedText(body), rights: JSON.parse(rights) },
  };
}

/** Removes the oldest responses of the principals with the most. */
async function makeRoom(query: Query, bytesMax: number): Promise<void> {
  const sizes = await query<{ bytes: number }>('SELECT sum(bytes) AS bytes FROM kept_response GROUP BY principal');
  const level = levelOf(
    sizes.map(({ bytes }) => bytes),
    bytesMax,
  );
  if (level === null) return;
  await query(
    `DELETE FROM kept_response WHERE (principal, place) IN (
       SELECT principal, place FROM kept_response WHERE (principal, place) IN (
         SELECT principal, place FROM (
           SELECT principal, place, sum(bytes) OVER (PARTITION BY principal ORDER BY number DESC) AS size FROM kept_response) AS one
         WHERE size > $1)
       AND status IS NOT NULL FOR UPDATE SKIP LOCKED)`,
    [level],
  );
}

/** The bytes that each principal may have, so that all together have at most `most`; null: they have no more. */
function levelOf(sizes: readonly number[], most: number): number | null {
  let left = most;
  const rising = [...sizes].sort((a, b) => a - b);
  for (const [index, size] of rising.entries()) {
    const level = left / (rising.length - index);
    if (size > level) return Math.floor(level);
    left -= size;
  }
  return null;
}
