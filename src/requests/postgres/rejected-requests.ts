import type { ListedRejection } from '../../contract/records/rejected-request.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import { storable, storedText } from '../../postgres/text.ts';
import { type RejectedRequests, rejectedBounds } from '../requests.ts';

/** The rejected intake requests, in a table that `rejectedBounds` keeps small. */
export function postgresRejected({ query, read }: Pick<Postgres, 'query' | 'read'>): RejectedRequests {
  return {
    async add(requests, now) {
      const rows = requests.map(({ body, ...rest }) => ({ ...rest, sent: body, body: JSON.stringify(rest) }));
      await query(
        `INSERT INTO rejected_request (id, collector_id, key, at, bytes, body, sent)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::integer[], $6::text[], $7::text[])
           AS one (id, collector_id, key, at, bytes, body, sent) ORDER BY id
         ON CONFLICT DO NOTHING`,
        [
          rows.map(({ id }) => id),
          rows.map(({ collectorId }) => collectorId ?? ''),
          rows.map(({ key }) => storable(key)),
          rows.map(({ at }) => Date.parse(at)),
          requests.map((one) => Buffer.byteLength(JSON.stringify(one))),
          rows.map(({ body }) => body),
          rows.map(({ sent }) => (sent === null ? null : storable(sent))),
        ],
      );
      const { ms, ofCollector, requests: count, bytes } = rejectedBounds;
      // Another node may remove the same ones.
      await query(
        `DELETE FROM rejected_request WHERE id IN (
           SELECT id FROM rejected_request WHERE id IN (
             SELECT id FROM (
               SELECT id, at, row_number() OVER (PARTITION BY collector_id ORDER BY id DESC) AS own,
                 row_number() OVER newest AS number, sum(bytes) OVER newest AS size
               FROM rejected_request WINDOW newest AS (ORDER BY id DESC)) AS one
             WHERE at < $1 OR own > $2 OR number > $3 OR size > $4)
           FOR UPDATE SKIP LOCKED)`,
        [now - ms, ofCollector, count, bytes],
      );
    },

    async list({ key, collectorId, limit, before = '~', after }) {
      const rows = await read<{ body: string; hasBody: boolean }>(
        `SELECT body, sent IS NOT NULL AS "hasBody" FROM rejected_request
         WHERE id < $1 AND id > $2 AND collector_id = coalesce($3, collector_id) AND key = coalesce($4, key)
         ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT $5`,
        [before, after ?? '', textOf(collectorId), textOf(key), limit],
      );
      return (after === undefined ? rows : rows.reverse()).map(({ body, hasBody }) => ({
        ...(JSON.parse(body) as Omit<ListedRejection, 'hasBody'>), // as it was added
        hasBody,
      }));
    },

    async get(id) {
      const sql = 'SELECT body, sent FROM rejected_request WHERE id = $1';
      const [row] = await read<{ body: string; sent: string | null }>(sql, [storable(id)]);
      return row && { ...JSON.parse(row.body), body: row.sent === null ? null : storedText(row.sent) };
    },

    async forgetBodies() {
      await query('UPDATE rejected_request SET sent = null, bytes = octet_length(body) WHERE sent IS NOT NULL');
    },
  };
}

const textOf = (wanted: string | undefined) => (wanted === undefined ? null : storable(wanted));
