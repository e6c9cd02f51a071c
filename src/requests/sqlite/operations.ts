import type { ListedRejection, RejectedRequest } from '../../contract/records/rejected-request.ts';
import type { Db } from '../../sqlite/db.ts';
import {
  type Begun,
  type KeptResponse,
  type KeyedRequest,
  keptMs,
  type RejectedQuery,
  rejectedBounds,
  runMs,
} from '../requests.ts';

type Finished = { request: Pick<KeyedRequest, 'principal' | 'place' | 'at' | 'epoch'>; response: KeptResponse | null };
type Known = {
  number: number;
  digest: string;
  at: number;
  epoch: string;
  status: number | null;
  headers: string;
  body: string;
  rights: string;
};

/** The size of a record without its response, estimated. */
const recordBytes = 512;
/** Bytes of responses that one step of an erasure reads. */
const stepBytes = 4 * 1_048_576;
const prunedAtOnce = 1_000;

/** The operations in the storage threads. */
export const operations = {
  addRejected(db: Db, { requests, now }: { requests: readonly RejectedRequest[]; now: number }): void {
    const sql = 'INSERT OR IGNORE INTO rejected_request (id, collector_id, at, bytes, body) VALUES (?, ?, ?, ?, ?)';
    for (const one of requests) {
      const body = JSON.stringify(one);
      db.run(sql, one.id, one.collectorId ?? '', Date.parse(one.at), Buffer.byteLength(body), body);
    }
    const { ms, ...most } = rejectedBounds;
    db.run(
      `DELETE FROM rejected_request WHERE at < :oldest OR id IN (
         SELECT id FROM (
           SELECT id, row_number() OVER (PARTITION BY collector_id ORDER BY id DESC) AS own,
             row_number() OVER newest AS number, sum(bytes) OVER newest AS size
           FROM rejected_request WINDOW newest AS (ORDER BY id DESC))
         WHERE own > :ofCollector OR number > :requests OR size > :bytes)`,
      { oldest: now - ms, ...most },
    );
  },

  listRejected(db: Db, { key, collectorId, limit, before = '~', after }: RejectedQuery): ListedRejection[] {
    // Requests that an older version stored have no member `body`.
    const rows = db.all<{ body: string; hasBody: number }>(
      `SELECT json_remove(body, '$.body') AS body, body ->> '$.body' IS NOT NULL AS hasBody FROM rejected_request
       WHERE id < ?1 AND id > ?2 AND collector_id = coalesce(?3, collector_id) AND (?4 IS NULL OR body ->> '$.key' = ?4)
       ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?5`,
      ...[before, after ?? '', collectorId ?? null, key ?? null, limit],
    );
    return (after === undefined ? rows : rows.reverse()).map(({ body, hasBody }) => ({
      ...(JSON.parse(body) as Omit<ListedRejection, 'hasBody'>), // as it was added
      hasBody: hasBody === 1,
    }));
  },

  getRejected(db: Db, id: string): RejectedRequest | undefined {
    const row = db.get<{ body: string }>('SELECT body FROM rejected_request WHERE id = ?', id);
    return row && { body: null, ...JSON.parse(row.body) };
  },

  forgetRejected(db: Db, _: null): void {
    db.run(`UPDATE rejected_request SET body = json_remove(body, '$.body') WHERE body ->> '$.body' IS NOT NULL`);
    db.run('UPDATE rejected_request SET bytes = octet_length(body)');
  },

  beginKeyed(db: Db, request: KeyedRequest): Begun {
    const { principal, place, digest, at, epoch } = request;
    const known = db.get<Known>(
      `SELECT number, digest, at, epoch, status, headers, body, rights FROM kept_response WHERE principal = ? AND place = ?`,
      principal,
      place,
    );
    if (known !== undefined) {
      if (known.digest !== digest) return { kind: 'reused' };
      const { status, headers, body, rights } = known;
      if (status !== null)
        return { kind: 'kept', response: { status, headers: JSON.parse(headers), body, rights: JSON.parse(rights) } };
      if (known.epoch !== epoch && !isAlive(db, known.epoch)) return { kind: 'interrupted' };
      if (Math.abs(at - known.at) < runMs) return { kind: 'running' };
      remove(db, known.number);
    }
    db.run(
      `INSERT INTO kept_response (principal, place, digest, at, epoch, status, headers, body, bytes)
       VALUES (?, ?, ?, ?, ?, NULL, '', '', ?)`,
      ...[principal, place, digest, at, epoch, recordBytes],
    );
    weigh(db, principal, recordBytes);
    return { kind: 'begun' };
  },

  interruptKeyed(db: Db, node: string): void {
    db.run(`UPDATE kept_response SET epoch = '' WHERE epoch = ? AND status IS NULL`, node);
  },

  finishKeyed(db: Db, { request, response, bytesMax }: Finished & { bytesMax: number }): void {
    const { principal, place, at, epoch } = request;
    const known = db.get<{ number: number }>(
      `SELECT number FROM kept_response
       WHERE principal = ? AND place = ? AND at = ? AND epoch = ? AND status IS NULL`,
      ...[principal, place, at, epoch],
    );
    if (known === undefined) return;
    if (response === null) {
      remove(db, known.number);
      return;
    }
    const { status, headers, body, rights } = response;
    const bytes = Buffer.byteLength(body);
    db.run(
      'UPDATE kept_response SET status = ?, headers = ?, body = ?, rights = ?, bytes = ? WHERE number = ?',
      ...[status, JSON.stringify(headers), body, JSON.stringify(rights), recordBytes + bytes, known.number],
    );
    weigh(db, principal, bytes);
    makeRoom(db, bytesMax);
  },

  /** One step; returns where the next one begins, or null after the last one. */
  forgetKept(db: Db, { after }: { after: number }): number | null {
    let last = after;
    let bytes = 0;
    db.all('PRAGMA secure_delete = ON');
    try {
      while (bytes < stepBytes) {
        const row = db.get<{ number: number; principal: string; bytes: number }>(
          'SELECT number, principal, bytes FROM kept_response WHERE number > ? ORDER BY number LIMIT 1',
          last,
        );
        if (row === undefined) return null;
        // A request of no process can't be finished.
        const sql = `UPDATE kept_response SET epoch = '', status = NULL, headers = '', body = '', bytes = ? WHERE number = ?`;
        db.run(sql, recordBytes, row.number);
        weigh(db, row.principal, recordBytes - row.bytes);
        last = row.number;
        bytes += row.bytes;
      }
    } finally {
      db.all('PRAGMA secure_delete = FAST');
    }
    return last;
  },

  /** One step; returns whether there may be more to remove. */
  pruneKept(db: Db, now: number): boolean {
    db.run('UPDATE kept_response SET at = ?1 WHERE at > ?1 + ?2', now, runMs);
    const sql = 'SELECT number FROM kept_response WHERE at <= ? LIMIT ?';
    const rows = db.all<{ number: number }>(sql, now - keptMs, prunedAtOnce);
    for (const { number } of rows) remove(db, number);
    return rows.length === prunedAtOnce;
  },
};

/** Whether another node has this name, and its heartbeat had not ended when one of the nodes last beat. */
const isAlive = (db: Db, epoch: string): boolean => db.get('SELECT 1 FROM node WHERE name = ?', epoch) !== undefined;

function remove(db: Db, number: number): void {
  const row = db.get<{ principal: string; bytes: number }>(
    'DELETE FROM kept_response WHERE number = ? RETURNING principal, bytes',
    number,
  );
  if (row !== undefined) weigh(db, row.principal, -row.bytes);
}

function makeRoom(db: Db, bytesMax: number): void {
  const sizes = sizesOf(db);
  for (;;) {
    let total = 0;
    let most = { principal: '', bytes: 0 };
    for (const [principal, bytes] of sizes) {
      total += bytes;
      if (bytes > most.bytes) most = { principal, bytes };
    }
    if (total <= bytesMax) return;
    const oldest = db.get<{ number: number }>(
      'SELECT number FROM kept_response WHERE principal = ? AND status IS NOT NULL ORDER BY number LIMIT 1',
      most.principal,
    );
    if (oldest === undefined) return;
    remove(db, oldest.number);
  }
}

/** The bytes of each principal. */
function sizesOf(db: Db): Map<string, number> {
  return db.keep('sizes of kept responses', () => {
    const rows = db.all<{ principal: string; bytes: number }>(
      'SELECT principal, sum(bytes) AS bytes FROM kept_response GROUP BY principal',
    );
    return new Map(rows.map(({ principal, bytes }) => [principal, bytes]));
  });
}

function weigh(db: Db, principal: string, bytes: number): void {
  const sizes = sizesOf(db);
  const sum = (sizes.get(principal) ?? 0) + bytes;
  if (sum > 0) sizes.set(principal, sum);
  else sizes.delete(principal);
}
