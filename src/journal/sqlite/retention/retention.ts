import type { Db } from '../../../sqlite/db.ts';
import type { BlockLine } from '../../codec/attempt-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { clockToleranceMs } from '../../hot.ts';
import type { CountByAction } from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { forgetExchanges } from '../batch-exchanges.ts';
import { partitionOfRow, rowsOf } from '../delivery-id-codec.ts';
import { type GroupRow, neighbouringGroup } from '../event-groups.ts';
import { targetIds, wordText } from '../interned-ids.ts';
import { firstPassed } from '../passed-deliveries.ts';
import { countRemoved } from '../replays/replays.ts';
import { agedBefore, deliveryPartitions, deliveryTimeline, eventTimeline, forgetBreaks } from '../timeline.ts';

/**
 * The limits of one step of removal: older than `before`, and only while more than `bytesMax` is in use (null: no size
 * limit). `now` tells times that a wrong clock gave.
 */
type Limits = { before: number; now: number; bytesMax: number | null; steps: number };

/** The progress of a removal; `next` is where it continues. */
type Removed = { removed: number; next: number; isEnd: boolean };

export const retentionOperations = {
  /** Examines deliveries from the number `from` on, partition by partition, and removes the finished ones. */
  removeDeliveries(db: Db, { from, limits }: { from: number; limits: Limits }): Removed & { until: number } {
    const partition = partitionOfRow(from);
    const rows = db.all<{ number: number; created_at: number; target: number; status: number; block: number | null }>(
      'SELECT number, created_at, target, status, block FROM delivery WHERE number >= ? AND number < ? ORDER BY number LIMIT ?',
      from,
      agedBefore(db, deliveryTimeline(partition), limits.before, limits.now),
      limits.steps,
    );
    const budget = readBudget();
    const blocks = new AttemptBlocks(db, budget);
    const gone: BlockLine[][] = [];
    const counted: { target: number; status: number }[] = [];
    let removed = 0;
    let next = from;
    let until = limits.before;
    let isEnd = rows.length < limits.steps;
    let isWithin = fits(db, limits);
    for (const { number, created_at, target, status, block } of rows) {
      if (isWithin || budget.isUnpacked) {
        isEnd = !budget.isUnpacked;
        until = Math.min(created_at, limits.now, limits.before);
        break;
      }
      next = number + 1;
      if (!isEnd) until = Math.min(created_at, limits.now, limits.before);
      if (status <= statusCodes.held) continue;
      removed += 1;
      counted.push({ target, status });
      db.run('DELETE FROM delivery WHERE number = ?', number);
      const { lines, ids } = blocks.history(block, number);
      gone.push(lines);
      for (const id of new Set(ids)) {
        db.run('UPDATE attempt_block SET live = live - 1 WHERE id = ?', id);
        db.run('DELETE FROM attempt_block WHERE id = ? AND live = 0', id);
      }
      isWithin = fits(db, limits);
    }
    forgetExchanges(db, gone);
    countRemoved(db, counted);
    const following = isEnd && !isWithin ? deliveryPartitions(db).find((other) => other > partition) : undefined;
    if (following !== undefined) return { removed, next: rowsOf(following).first, isEnd: false, until };
    return { removed, next, isEnd, until };
  },

  /** Examines the event groups of a partition from an offset on; removes the matched ones without deliveries. */
  removeEvents(db: Db, query: { partition: number; from: number; limits: Limits }): Removed {
    const { partition, limits } = query;
    const sql = 'SELECT position FROM event_partition WHERE partition = ?';
    const planned = db.get<{ position: number }>(sql, partition)?.position ?? 0;
    const position = Math.min(planned, firstPassed(db, partition) ?? planned);
    const aged = agedBefore(db, eventTimeline(partition), limits.before, limits.now);
    let removed = 0;
    let next = query.from;
    let isWithin = fits(db, limits);
    for (let step = 0; step < limits.steps; step++) {
      const group = neighbouringGroup(db, '>=', partition, next);
      const isEnd = group === undefined || group.first >= aged || group.first + group.count > position;
      if (isEnd || isWithin) return { removed, next, isEnd: true };
      next = group.first + group.count;
      if (isNeeded(db, group)) continue;
      db.run('DELETE FROM event_group WHERE place = (? << 48) | ?', partition, group.first);
      removed += group.count;
      isWithin = fits(db, limits);
    }
    return { removed, next, isEnd: false };
  },

  /** Removes identities from before `before`, oldest first. Returns how many. */
  forgetIdentities: (db: Db, { before, limit }: { before: number; limit: number }): number =>
    db.run(
      `DELETE FROM seen WHERE (collector, identity) IN
         (SELECT collector, identity FROM seen INDEXED BY seen_at WHERE at <= ? ORDER BY at LIMIT ?)`,
      before,
      limit,
    ),

  /** Identities with a time after `now`, which a wrong clock gave, are remembered from now on. Returns how many. */
  rememberFromNow: (db: Db, { now, limit }: { now: number; limit: number }): number =>
    db.run(
      `UPDATE seen SET at = ?1 WHERE (collector, identity) IN
         (SELECT collector, identity FROM seen INDEXED BY seen_at WHERE at > ?1 + ${clockToleranceMs} LIMIT ?2)`,
      now,
      limit,
    ),

  /** Removes what is known of times before the oldest event and the oldest delivery. */
  forgetClockBreaks(db: Db, partitions: number[]): void {
    const ofDeliveries = deliveryPartitions(db).map(deliveryTimeline);
    for (const timeline of [...ofDeliveries, ...partitions.map(eventTimeline)]) forgetBreaks(db, timeline);
  },

  /** Removes identities, oldest first, however young they are. Returns how many. */
  forgetOldestIdentities: (db: Db, { limit }: { limit: number }): number =>
    db.run(
      `DELETE FROM seen WHERE (collector, identity) IN
         (SELECT collector, identity FROM seen INDEXED BY seen_at ORDER BY at LIMIT ?)`,
      limit,
    ),

  /** The number of identities, and about the bytes of one. Reads the whole index. */
  identities(db: Db, _: null): { count: number; bytesEach: number } {
    const length = 'SELECT avg(length(identity)) AS length FROM (SELECT identity FROM seen LIMIT 1000)';
    return {
      count: db.get<{ count: number }>('SELECT count(*) AS count FROM seen INDEXED BY seen_at')?.count ?? 0,
      // The text is in the table and in the index.
      bytesEach: 46 + 2 * (db.get<{ length: number | null }>(length)?.length ?? 0),
    };
  },

  /** Returns 256 free pages to the disk if `keep` free pages remain; returns whether it did. */
  shrink(db: Db, { keep }: { keep: number }): boolean {
    if (pragma(db, 'freelist_count') < keep + 256) return false;
    db.all('PRAGMA incremental_vacuum(256)');
    return true;
  },

  usage: (db: Db, _: null): { bytes: number; unfinished: number } => ({
    bytes: bytesInUse(db),
    unfinished:
      db.get<{ count: number }>(
        `SELECT count(*) AS count FROM delivery INDEXED BY delivery_status WHERE status <= ${statusCodes.held}`,
      )?.count ?? 0,
  }),

  bytesInUse: (db: Db, _: null): number => bytesInUse(db),

  waiting(db: Db, { destinationId, except }: { destinationId: string; except: number[] }): CountByAction[] {
    return targetIds(db, { destinationId }).flatMap((target) =>
      db
        .all<{ action: number | null; count: number }>(
          `SELECT action, count(*) AS count FROM delivery INDEXED BY delivery_due
           WHERE target = ? AND due_at IS NOT NULL AND number NOT IN (SELECT value FROM json_each(?)) GROUP BY action`,
          target,
          JSON.stringify(except),
        )
        .map(({ action, count }) => ({ actionId: wordText(db, action), count })),
    );
  },

  /** One seek per status and target: a scan of all unfinished deliveries could be long. */
  oldestWaiting(db: Db, _: null): number | null {
    const sql = 'SELECT min(number) AS number FROM delivery INDEXED BY delivery_status WHERE status = ? AND target = ?';
    /** The oldest of each partition. */
    const oldest = new Map<number, number>();
    for (const target of targetIds(db, {}))
      for (const status of [statusCodes.pending, statusCodes.retrying, statusCodes.held]) {
        const number = db.get<{ number: number | null }>(sql, status, target)?.number ?? null;
        if (number === null) continue;
        const partition = partitionOfRow(number);
        oldest.set(partition, Math.min(oldest.get(partition) ?? number, number));
      }
    const createdAt = 'SELECT created_at AS at FROM delivery WHERE number = ?';
    const times = [...oldest.values()].flatMap((number) => db.get<{ at: number }>(createdAt, number)?.at ?? []);
    return times.length === 0 ? null : Math.min(...times);
  },
};

function fits(db: Db, { bytesMax }: Limits): boolean {
  return bytesMax !== null && bytesInUse(db) <= bytesMax;
}

/** Whether a delivery of one of the events is left: an erasure finds a delivery only through its event. */
function isNeeded(db: Db, { partition, first, count }: GroupRow): boolean {
  const sql = `SELECT 1 FROM delivery INDEXED BY delivery_event
    WHERE event BETWEEN (?1 << 48) | ?2 AND (?1 << 48) | ?3 LIMIT 1`;
  return db.get(sql, partition, first, first + count - 1) !== undefined;
}

function bytesInUse(db: Db): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');
}

function pragma(db: Db, name: 'page_count' | 'freelist_count' | 'page_size'): number {
  return Number(Object.values(db.get<Record<string, number>>(`PRAGMA ${name}`) ?? {})[0]);
}
