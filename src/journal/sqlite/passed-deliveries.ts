import type { Db } from '../../sqlite/db.ts';
import type { EndedSource, Lease } from '../journal.ts';
import { isCurrent } from './leases.ts';
import { insertPlanned } from './planned.ts';
import type { Created, PlannedGroup } from './planned-codec.ts';
import { createReplayed } from './replays/replayed.ts';
import type { ReplayedPart } from './replays/replayed-codec.ts';

type PassedRow = { id: number; deliveries: string; replay: string | null; rows: string | null };

export const passedOperations = {
  takePassed(
    db: Db,
    { lease, limit, now, revision }: { lease: Lease; limit: number; now: number; revision: number },
  ): { created: Created[]; ended: EndedSource[]; isMore: boolean; isBehind: boolean } | null {
    if (!isCurrent(db, lease)) return null;
    const { partition } = lease;
    const created: Created[] = [];
    const ended: EndedSource[] = [];
    const sql = `SELECT id, deliveries, replay, rows FROM passed_delivery INDEXED BY passed_delivery_target
      WHERE target = ? ORDER BY id LIMIT 1`;
    for (let count = 0; count < limit; count++) {
      const next = db.get<PassedRow>(sql, partition);
      if (next === undefined) return { created, ended, isMore: false, isBehind: false };
      if (created.length === 0 && revisionOf(db) !== revision) return { created, ended, isMore: true, isBehind: true };
      const groups: PlannedGroup[] = JSON.parse(next.deliveries);
      const { replay: replayId } = next;
      if (replayId === null) created.push({ groups, planned: insertPlanned(db, partition, groups, now), replayId });
      else {
        const rows = JSON.parse(next.rows ?? '[]');
        const done = createReplayed(db, { partition, groups, rows }, { id: replayId, now });
        created.push({ groups, planned: done.planned, replayId });
        ended.push(...done.ended);
      }
      db.run('DELETE FROM passed_delivery WHERE id = ?', next.id);
      for (const { places } of groups) count += places.length - 1;
    }
    return { created, ended, isMore: true, isBehind: false };
  },
};

const revisionOf = (db: Db) => db.get<{ revision: number }>('SELECT revision FROM catalog_revision')?.revision;

/** A replay with a ReplayedRow for each of its passed deliveries, as text. */
type OfReplay = { id: string; rows: string; count: number };

/** Stores deliveries for the owner of another partition, whose events are in the partition `source`. */
export function insertPassed(
  db: Db,
  source: number,
  of: { target: number; groups: readonly PlannedGroup[]; now: number; replay?: OfReplay },
): void {
  const { target, groups, now, replay } = of;
  if (groups.length === 0 && replay === undefined) return; // all were of duplicates
  const first = Math.min(
    Number.MAX_SAFE_INTEGER,
    ...groups.map(({ event }) => event?.number ?? Number.MAX_SAFE_INTEGER),
  );
  db.run(
    `INSERT INTO passed_delivery (target, source, first, at, deliveries, replay, rows, count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[target, source, first, now, JSON.stringify(groups)],
    ...[replay?.id ?? null, replay?.rows ?? null, replay?.count ?? 0],
  );
}

/** Stores a part of a replay's step for the owner of its partition. */
export function passReplayed(
  db: Db,
  { partition, source, planned, rows }: ReplayedPart,
  id: string,
  now: number,
): void {
  const groups: PlannedGroup[] = JSON.parse(planned);
  const replay = { id, rows: JSON.stringify(rows), count: groups.length === 0 ? 0 : rows.length };
  insertPassed(db, source, { target: partition, groups, now, replay });
}

/** How many deliveries of a replay were passed and are not created yet. */
export const passedOfReplay = (db: Db, id: string): number =>
  db.get<{ count: number | null }>(
    'SELECT sum(count) AS count FROM passed_delivery INDEXED BY passed_delivery_replay WHERE replay = ?',
    id,
  )?.count ?? 0;

/** The partitions for which deliveries of a replay were passed that are not created yet. */
export const passedTargets = (db: Db, id: string): number[] =>
  db
    .all<{ target: number }>(
      'SELECT DISTINCT target FROM passed_delivery INDEXED BY passed_delivery_replay WHERE replay = ? AND count > 0',
      id,
    )
    .map(({ target }) => target);

/** Whether deliveries of any replay were passed and are not created yet. */
export const isPassing = (db: Db): boolean =>
  db.get('SELECT 1 FROM passed_delivery INDEXED BY passed_delivery_replay WHERE replay IS NOT NULL LIMIT 1') !==
  undefined;

/** The offset from which on events of a partition have deliveries that were passed and not received yet; null: none. */
export function firstPassed(db: Db, source: number): number | null {
  const sql = 'SELECT min(first) AS first FROM passed_delivery INDEXED BY passed_delivery_source WHERE source = ?';
  return db.get<{ first: number | null }>(sql, source)?.first ?? null;
}
