import { appendAudit } from '../../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../../contract/records/audit.ts';
import type { ReplayState } from '../../../contract/records/replay-limits.ts';
import type { Db } from '../../../sqlite/db.ts';
import { statusCodes, statusOf } from '../../codec/status-codes.ts';
import type {
  CancelledCount,
  EndedSource,
  Lease,
  NewReplay,
  OnHold,
  ReplayOutcome,
  ReplayStep,
  StoredReplay,
} from '../../journal.ts';
import { partitionOfRow, rowsOf } from '../delivery-id-codec.ts';
import { targetIds, targetOf, wordText } from '../interned-ids.ts';
import { isCurrent } from '../leases.ts';
import { isPassing, passedOfReplay, passedTargets, passReplayed } from '../passed-deliveries.ts';
import type { PlannedNumbers } from '../planned-codec.ts';
import { finish } from '../queue/delivery-queue.ts';
import { createReplayed } from './replayed.ts';
import type { ReplayedPart } from './replayed-codec.ts';

type ReplayRowStep = Omit<ReplayStep, 'deliveries'> & { lease: Lease; parts: ReplayedPart[]; count: number };

type ReplayRow = Omit<StoredReplay, 'input' | 'isRead' | 'planLeftOut' | 'leftOut' | 'outcome'> & {
  input: string;
  isRead: number;
  planLeftOut: string;
  leftOut: string;
  outcome: string | null;
};

const columns = `id, state, input, started_by AS startedBy, created_at AS createdAt, finished_at AS finishedAt,
  up_to AS upTo, cursor, is_read AS isRead, partition, total, plan_left_out AS planLeftOut, made, left_out AS leftOut, outcome`;

export const replayOperations = {
  createReplay(db: Db, { replay, entry }: { replay: NewReplay; entry: NewAuditEntry | undefined }): void {
    db.run(
      `INSERT INTO replay (id, state, input, started_by, created_at, up_to, partition, total, plan_left_out)
       VALUES (:id, 'planned', :input, :startedBy, :createdAt, :upTo, :partition, :total, :planLeftOut)`,
      { ...replay, input: JSON.stringify(replay.input), planLeftOut: JSON.stringify(replay.planLeftOut) },
    );
    if (entry !== undefined) appendAudit(db, [entry]);
  },

  replay: (db: Db, id: string): StoredReplay | null => {
    const row = rowOf(db, id);
    return row === undefined ? null : storedOf(row);
  },

  replays(db: Db, query: { limit: number; before: string | null; after: string | null; state: ReplayState | null }) {
    const isNewer = query.after !== null;
    return db
      .all<ReplayRow>(
        `SELECT ${columns} FROM replay
         WHERE (:before IS NULL OR id < :before) AND (:after IS NULL OR id > :after) AND (:state IS NULL OR state = :state)
         ORDER BY id ${isNewer ? 'ASC' : 'DESC'} LIMIT :limit`,
        query,
      )
      .map(storedOf)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  },

  openReplays(db: Db, limit: number): StoredReplay[] {
    const unfinished = ['pending', 'retrying', 'held']
      .map((status) => `json_extract(outcome, '$.${status}')`)
      .join(' + ');
    return db
      .all<ReplayRow>(
        `SELECT ${columns} FROM replay WHERE state IN ('planned', 'running', 'paused') OR (state = 'cancelled' AND ${unfinished} > 0)
         ORDER BY id DESC LIMIT ?`,
        limit,
      )
      .map(storedOf);
  },

  moveReplay(
    db: Db,
    move: { id: string; from: readonly ReplayState[]; to: ReplayState; now: number; entry: NewAuditEntry | undefined },
  ) {
    const { id, from, to, now, entry } = move;
    const row = rowOf(db, id);
    if (row === undefined || !from.includes(row.state)) return false;
    const isEnd = to === 'done' || to === 'cancelled';
    const finishedAt = isEnd ? (row.finishedAt ?? now) : null;
    const outcome = isEnd ? JSON.stringify(outcomeOf(db, id)) : null;
    db.run('UPDATE replay SET state = ?, finished_at = ?, outcome = ? WHERE id = ?', to, finishedAt, outcome, id);
    if (entry !== undefined) appendAudit(db, [entry]);
    return true;
  },

  advanceReplay(db: Db, step: ReplayRowStep): { planned: PlannedNumbers | null; ended: EndedSource[] } | null {
    const { lease, id, from, to, isLast, parts, count, now } = step;
    const row = rowOf(db, id);
    const isOwn = row?.partition === lease.partition && isCurrent(db, lease);
    if (!isOwn || row.state !== 'running' || row.cursor !== from) return null;
    let planned: PlannedNumbers | null = null;
    const ended: EndedSource[] = [];
    for (const part of parts) {
      if (part.partition !== lease.partition) {
        passReplayed(db, part, id, now);
        continue;
      }
      const done = createReplayed(db, { ...part, groups: JSON.parse(part.planned) }, { id, now });
      planned ??= done.planned;
      ended.push(...done.ended);
    }
    const leftOut: Record<string, number> = JSON.parse(row.leftOut);
    for (const [reason, count] of Object.entries(step.leftOut)) leftOut[reason] = (leftOut[reason] ?? 0) + count;
    const sql = 'UPDATE replay SET cursor = ?, is_read = ?, made = made + ?, left_out = ? WHERE id = ?';
    db.run(sql, to, isLast ? 1 : 0, count, JSON.stringify(leftOut), id);
    return { planned, ended };
  },

  /** Removes replays that ended before a time and have no deliveries left. */
  forgetReplays(db: Db, before: number): void {
    const sql = `SELECT id FROM replay WHERE state IN ('done', 'cancelled') AND finished_at < ?`;
    for (const { id } of db.all<{ id: string }>(sql, before)) {
      const targets = targetIds(db, { replayId: id });
      if (targets.some((target) => allStatuses.some((status) => countOf(db, status, target, 1) > 0))) continue;
      // Threads cache targets by number: the highest number stays, so that none is assigned twice.
      db.run('DELETE FROM target WHERE replay = ? AND id < (SELECT max(id) FROM target)', id);
      db.run('DELETE FROM replay WHERE id = ?', id);
    }
  },

  replayOutcome(db: Db, { id, onHold: { destinationIds, now } }: { id: string; onHold: OnHold }): ReplayOutcome {
    const { pending, retrying, held, ...ended } = outcomeOf(db, id);
    const closed = targetIds(db, { replayId: id }).filter((target) =>
      destinationIds.includes(targetOf(db, target).destination),
    );
    const unsent = closed.reduce((sum, target) => sum + countOf(db, statusCodes.pending, target), 0);
    const retries = closed.reduce((sum, target) => sum + dueRetries(db, target, now), 0);
    return { ...ended, pending: pending - unsent, retrying: retrying - retries, held: held + unsent + retries };
  },

  replayIsMoving(db: Db, { id, onHold }: { id: string; onHold: readonly string[] }): boolean {
    if (passedOfReplay(db, id) > 0) return true;
    const sql = `SELECT 1 FROM delivery INDEXED BY delivery_due
      WHERE target = ? AND is_behind = 0 AND due_at IS NOT NULL LIMIT 1`;
    return targetIds(db, { replayId: id }).some(
      (target) => !onHold.includes(targetOf(db, target).destination) && db.get(sql, target) !== undefined,
    );
  },

  replayPartitions(db: Db, query: { id: string; onHold: readonly string[]; dueBefore: number }): number[] {
    const sql = `SELECT number FROM delivery INDEXED BY delivery_due
      WHERE target = ? AND is_behind = 0 AND due_at < ? LIMIT 1`;
    const due = targetIds(db, { replayId: query.id })
      .filter((target) => !query.onHold.includes(targetOf(db, target).destination))
      // All deliveries of a target are in the partition of its connection.
      .flatMap((target) => db.get<{ number: number }>(sql, target, query.dueBefore) ?? [])
      .map(({ number }) => partitionOfRow(number));
    return [...new Set([...due, ...passedTargets(db, query.id)])].sort((a, b) => a - b);
  },

  replayWaiting(db: Db, { id, except }: { id: string; except: readonly string[] }): number {
    return targetIds(db, { replayId: id })
      .filter((target) => !except.includes(targetOf(db, target).destination))
      .reduce((sum, target) => sum + countOf(db, statusCodes.pending, target), passedOfReplay(db, id));
  },

  isPassingReplayed: (db: Db, _: null): boolean => isPassing(db),

  /** Cancels at most `limit` at once, so that other writes can run in between. */
  cancelReplayed(
    db: Db,
    query: { lease: Lease; id: string; now: number; except: number[]; limit: number },
  ): CancelledCount[] {
    const { lease, id, now, limit } = query;
    if (!isCurrent(db, lease)) return [];
    const { first, end } = rowsOf(lease.partition);
    const except = new Set(query.except);
    const counts: CancelledCount[] = [];
    let left = limit;
    for (const target of targetIds(db, { replayId: id })) {
      const { destination: destinationId, connection: connectionId } = targetOf(db, target);
      const open = [statusCodes.pending, statusCodes.retrying, statusCodes.held]
        .flatMap((status) =>
          db.all<{ number: number; action: number | null }>(
            `SELECT number, action FROM delivery INDEXED BY delivery_status
             WHERE status = ? AND target = ? AND number >= ? AND number < ? LIMIT ?`,
            ...[status, target, first, end, left + except.size],
          ),
        )
        .filter(({ number }) => !except.has(number))
        .slice(0, left);
      for (const { number } of open) finish(db, { number, status: statusCodes.cancelled, reason: 'cancelled', now });
      left -= open.length;
      for (const [action, rows] of Map.groupBy(open, (row) => row.action))
        counts.push({ actionId: wordText(db, action), destinationId, connectionId, count: rows.length });
      if (left === 0) break;
    }
    return counts;
  },
};

const rowOf = (db: Db, id: string) => db.get<ReplayRow>(`SELECT ${columns} FROM replay WHERE id = ?`, id);

function storedOf({ input, isRead, planLeftOut, leftOut, outcome, ...same }: ReplayRow): StoredReplay {
  return {
    ...same,
    input: JSON.parse(input),
    isRead: isRead === 1,
    planLeftOut: JSON.parse(planLeftOut),
    leftOut: JSON.parse(leftOut),
    outcome: outcome === null ? null : JSON.parse(outcome),
  };
}

/** One of its finished deliveries is sent again: from now on its outcome is counted. */
export function forgetOutcome(db: Db, id: string): void {
  db.run('UPDATE replay SET outcome = NULL WHERE id = ? AND outcome IS NOT NULL', id);
}

/** Keeps deliveries that are removed in the outcomes of their replays. */
export function countRemoved(db: Db, deliveries: readonly { target: number; status: number }[]): void {
  const byReplay = Map.groupBy(deliveries, ({ target }) => targetOf(db, target).replay);
  byReplay.delete('');
  for (const [id, ofReplay] of byReplay) {
    const removed = removedOf(db, id);
    for (const { status } of ofReplay) removed[statusOf(status)] = (removed[statusOf(status)] ?? 0) + 1;
    db.run('UPDATE replay SET removed = ? WHERE id = ?', JSON.stringify(removed), id);
  }
}

function removedOf(db: Db, id: string): Partial<ReplayOutcome> {
  const row = db.get<{ removed: string }>('SELECT removed FROM replay WHERE id = ?', id);
  return row === undefined ? {} : JSON.parse(row.removed);
}

function outcomeOf(db: Db, id: string): ReplayOutcome {
  const targets = targetIds(db, { replayId: id });
  const removed = removedOf(db, id);
  const count = (status: number) =>
    targets.reduce((sum, target) => sum + countOf(db, status, target), removed[statusOf(status)] ?? 0);
  const counts = Object.entries(statusCodes).map(([name, code]) => [name, count(code)]);
  const { pending, ...rest } = Object.fromEntries(counts) as ReplayOutcome; // the statuses are its keys
  return { ...rest, pending: pending + passedOfReplay(db, id) };
}

function dueRetries(db: Db, target: number, now: number): number {
  const sql = `SELECT count(*) AS count FROM delivery INDEXED BY delivery_status
    WHERE status = ${statusCodes.retrying} AND target = ? AND due_at <= ?`;
  return db.get<{ count: number }>(sql, target, now)?.count ?? 0;
}

/** The number of deliveries with a status, at most `most`. */
function countOf(db: Db, status: number, target: number, most = Number.MAX_SAFE_INTEGER): number {
  const sql = `SELECT count(*) AS count FROM
    (SELECT 1 FROM delivery INDEXED BY delivery_status WHERE status = ? AND target = ? LIMIT ?)`;
  return db.get<{ count: number }>(sql, status, target, most)?.count ?? 0;
}

const allStatuses = Object.values(statusCodes);
