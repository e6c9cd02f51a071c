import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { ReplayState } from '../../contract/records/replay-limits.ts';
import type { Db } from '../../sqlite/db.ts';
import { readBudget } from '../../sqlite/read-budget.ts';
import type { CancelledCount, Lease, NewReplay, OnHold, ReplayOutcome, ReplayStep, StoredReplay } from '../journal.ts';
import { AttemptBlocks, withoutReference } from './attempt-blocks.ts';
import { finish } from './delivery-queue.ts';
import { deliveryRow } from './delivery-row.ts';
import type { DeliveryPlace } from './delivery-rows.ts';
import type { EventPlace } from './event-codec.ts';
import { eventOfLine } from './event-codec.ts';
import { eventFinder } from './event-groups.ts';
import { targetIds, targetOf, wordText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { insertPlanned, type PlannedNumbers } from './planned.ts';
import { statusCodes, statusOf } from './status-codes.ts';

/** One delivery of a step: its event, and the deliveries that it repeats. */
export type ReplayedRow = {
  event: EventPlace | null;
  of: DeliveryPlace | null;
  source: DeliveryPlace | null;
  key: string | null;
  keepsBody: boolean;
};

type ReplayRowStep = Omit<ReplayStep, 'deliveries'> & {
  lease: Lease;
  /** PlannedGroup[] as text. */
  planned: string;
  rows: ReplayedRow[];
};

type ReplayRow = Omit<StoredReplay, 'input' | 'isRead' | 'planLeftOut' | 'leftOut' | 'outcome'> & {
  input: string;
  isRead: number;
  planLeftOut: string;
  leftOut: string;
  outcome: string | null;
};

const columns = `id, state, input, started_by AS startedBy, created_at AS createdAt, finished_at AS finishedAt,
  up_to AS upTo, cursor, is_read AS isRead, total, plan_left_out AS planLeftOut, made, left_out AS leftOut, outcome`;

export const replayOperations = {
  createReplay(db: Db, { replay, entry }: { replay: NewReplay; entry: NewAuditEntry | undefined }): void {
    db.run(
      `INSERT INTO replay (id, state, input, started_by, created_at, up_to, total, plan_left_out)
       VALUES (:id, 'planned', :input, :startedBy, :createdAt, :upTo, :total, :planLeftOut)`,
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

  advanceReplay(db: Db, step: ReplayRowStep): { planned: PlannedNumbers; ended: number[] } | null {
    const { lease, id, from, to, isLast, rows, now } = step;
    const row = rowOf(db, id);
    if (!isCurrent(db, lease) || row?.state !== 'running' || row.cursor !== from) return null;
    const planned = insertPlanned(db, lease.partition, JSON.parse(step.planned), now, id);
    const ended = repeat(db, planned[0], step);
    const leftOut: Record<string, number> = JSON.parse(row.leftOut);
    for (const [reason, count] of Object.entries(step.leftOut)) leftOut[reason] = (leftOut[reason] ?? 0) + count;
    const sql = 'UPDATE replay SET cursor = ?, is_read = ?, made = made + ?, left_out = ? WHERE id = ?';
    db.run(sql, to, isLast ? 1 : 0, rows.length, JSON.stringify(leftOut), id);
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
    const sql = `SELECT 1 FROM delivery INDEXED BY delivery_due
      WHERE target = ? AND is_behind = 0 AND due_at IS NOT NULL LIMIT 1`;
    return targetIds(db, { replayId: id }).some(
      (target) => !onHold.includes(targetOf(db, target).destination) && db.get(sql, target) !== undefined,
    );
  },

  replayWaiting(db: Db, { id, except }: { id: string; except: readonly string[] }): number {
    return targetIds(db, { replayId: id })
      .filter((target) => !except.includes(targetOf(db, target).destination))
      .reduce((sum, target) => sum + countOf(db, statusCodes.pending, target), 0);
  },

  /** Cancels at most `limit` at once, so that other writes can run in between. */
  cancelReplayed(db: Db, query: { id: string; now: number; except: number[]; limit: number }): CancelledCount[] {
    const { id, now, limit } = query;
    const except = new Set(query.except);
    const counts: CancelledCount[] = [];
    let left = limit;
    for (const target of targetIds(db, { replayId: id })) {
      const { destination: destinationId, connection: connectionId } = targetOf(db, target);
      const open = [statusCodes.pending, statusCodes.retrying, statusCodes.held]
        .flatMap((status) =>
          db.all<{ number: number; action: number | null }>(
            'SELECT number, action FROM delivery INDEXED BY delivery_status WHERE status = ? AND target = ? LIMIT ?',
            status,
            target,
            left + except.size,
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

/** Links new deliveries, from the number `first` on, to those that they repeat; returns the indexes of those whose source ended. */
function repeat(db: Db, first: number, { id, rows, now }: ReplayRowStep): number[] {
  const ended: number[] = [];
  let budget = readBudget();
  let blocks = new AttemptBlocks(db, budget);
  const findEvent = eventFinder(db);
  for (const [index, { event, of, source, key, keepsBody }] of rows.entries()) {
    const number = first + index;
    if (of === null || source === null) continue;
    const sql = 'UPDATE delivery SET replay_of = ?, replay_of_at = ?, replay_key = ? WHERE number = ?';
    db.run(sql, of.number, of.timeMs, key, number);
    const row = deliveryRow(db, source.number);
    const before = row?.logged.createdAt === source.timeMs ? row : undefined;
    // The original is held until a person acts, and the replay is that act.
    if (before?.status === statusCodes.held) {
      finish(db, { number: source.number, status: statusCodes.cancelled, reason: 'cancelled', now });
      db.run('UPDATE delivery SET detail = ? WHERE number = ?', replayedBy(id), source.number);
      ended.push(index);
    }
    if (!keepsBody || before?.renderedBlock == null) continue;
    let rendered = blocks.rendered(before.renderedBlock, source.number);
    const isSameEvent = event?.partition === before.event?.partition && event?.number === before.event?.number;
    if (rendered !== null && !isSameEvent) {
      const line = before.event && findEvent(before.event);
      rendered = withoutReference(rendered, line && eventOfLine(line));
    }
    if (rendered === null) continue;
    const block = blocks.current;
    blocks.write(number, { before: null, rendered, attempts: '' });
    db.run('UPDATE delivery SET block = ?, rendered_block = ? WHERE number = ?', block, block, number);
    budget.keep(rendered);
    if (!budget.isFull && !budget.isUnpacked) continue;
    // Large bodies go into several blocks, so that few of them are in memory at once.
    blocks.flush();
    budget = readBudget();
    blocks = new AttemptBlocks(db, budget);
  }
  blocks.flush();
  return ended;
}

/** The detail of a held delivery that ended because a replay sends it. */
const replayedBy = (replayId: string) => `Sent by the replay ${replayId}.`;

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
  return Object.fromEntries(counts) as ReplayOutcome; // the statuses are its keys
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
