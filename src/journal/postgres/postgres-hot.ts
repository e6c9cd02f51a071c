import { AppError } from '../../contract/errors.ts';
import { placeOf } from '../../contract/ids.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import { eventOfLine } from '../codec/event-codec.ts';
import { clockToleranceMs, type HotJournal, type PlacedEvent } from '../hot.ts';
import type { Lease } from '../leases.ts';
import { type EventReader, eventReader, linesOf, type StoredGroup } from './event-reader.ts';
import { groupedSettles } from './grouped-settles.ts';
import { createIntake, type PostgresIntake } from './intake.ts';
import { changeUnder, createPartitionMemory, type PartitionMemory } from './partition-memory.ts';
import { passedLook, takePassed } from './passed.ts';
import { type HeartbeatClock, postgresLeases } from './postgres-leases.ts';
import { recover } from './quarantine.ts';
import { due, nextDue } from './queue.ts';
import { makeOldRows, settle } from './settle.ts';
import { mark, postgresCommands, postgresHolds, postgresStatuses } from './under-lease.ts';
import { createWords, type Words } from './words.ts';

export type PostgresHotOptions = { clock: HeartbeatClock; queueBytesMax: number };

/** How often deliveries are looked for that are open for long. */
const lookMs = 1_000;
const groupsAtOnce = 20;
const readBytesMax = 4 * 1_048_576;
const movedAtOnce = 1_000;

type Shared = {
  hot: HotJournal;
  partitions: PartitionMemory;
  words: Words;
  events: EventReader;
  intake: PostgresIntake;
  /** While it is full, no events are accepted. Each heartbeat reads it. */
  room: { isFull: boolean };
};

/** The hot journal of an open database, and what the other ports of the journal need of it. */
export function postgresHot(postgres: Postgres, { clock, queueBytesMax }: PostgresHotOptions): Shared & Disposable {
  const { query } = postgres;
  const room = { isFull: false };
  const words = createWords(query);
  const partitions = createPartitionMemory(query);
  const events = eventReader(query, words);
  const intake = createIntake({ ...postgres, partitions, words, events, queueBytesMax });
  const parts = { ...postgres, partitions, words, events, intake, isPassed: passedLook(query) };
  const looking = setInterval(() => {
    // The next look repeats what failed.
    for (const memory of partitions.known()) makeOldRows(parts, memory).catch(() => {});
  }, lookMs);
  looking.unref();
  const hot: HotJournal = {
    leases: postgresLeases(postgres, partitions, { clock, room }),
    commands: postgresCommands(query),
    statuses: postgresStatuses(query),
    async accept(request) {
      if (room.isFull) throw new AppError('storage_full');
      return intake.accept(request);
    },
    async position(partition) {
      const [row] = await query<{ position: number }>('SELECT position FROM intake WHERE partition = $1', [partition]);
      return row?.position ?? 0;
    },
    async read({ partition, from, limit }) {
      const found: PlacedEvent[] = [];
      let bytes = 0;
      for (let first = from; found.length < limit && bytes < readBytesMax; ) {
        const groups = await query<StoredGroup & { count: number }>(
          `SELECT partition, first, count, received_at AS "receivedAt", collector, events FROM event_group
           WHERE partition = $1 AND first >= coalesce(
             (SELECT first FROM event_group WHERE partition = $1 AND first <= $2 ORDER BY first DESC LIMIT 1), 0)
             AND first + count > $2
           ORDER BY first LIMIT ${groupsAtOnce}`,
          [partition, first],
        );
        if (groups.length === 0) break;
        await words.ensureTexts(groups.map(({ collector }) => collector));
        for (const group of groups) {
          if (bytes >= readBytesMax) break;
          const place = { timeMs: group.receivedAt, partition, collectorId: words.text(group.collector) };
          for (const [index, line] of linesOf(group.events).entries()) {
            const number = group.first + index;
            if (number < first || found.length >= limit) continue;
            bytes += line.length;
            if (line !== '') found.push({ offset: number, event: eventOfLine({ ...place, number, line }) });
          }
          first = group.first + group.count;
        }
      }
      return { events: found, to: (found.at(-1)?.offset ?? from - 1) + 1 };
    },
    plan: intake.plan,
    takePassed: (lease, request) => takePassed(parts, lease, request),
    due: (asked) => due(parts, asked),
    nextDue: (partition) => nextDue(parts, partition),
    followClock: (lease, now, knownMs) => followClock(parts, lease, now, knownMs),
    mark(lease, ids, onTrial) {
      const numbers = ids.flatMap((id) => {
        const place = placeOf('delivery', id);
        return place === null || place.partition !== lease.partition ? [] : place.number;
      });
      const trial = onTrial === null ? null : (placeOf('delivery', onTrial)?.number ?? null);
      return mark(query, lease, { deliveries: numbers, onTrial: trial });
    },
    recover: (lease, now) => recover(parts, lease, now),
    settle: groupedSettles((lease, settlements, now) => settle(parts, lease, settlements, now)),
    ...postgresHolds(query),
  };
  return { hot, partitions, words, events, intake, room, [Symbol.dispose]: () => clearInterval(looking) };
}

type Parts = Pick<Postgres, 'query' | 'transaction'> & {
  partitions: PartitionMemory;
  intake: ReturnType<typeof createIntake>;
};

/** See the port. */
async function followClock(parts: Parts, lease: Lease, now: number, knownMs: number): Promise<number | null> {
  const { partition } = lease;
  if ((await parts.partitions.held(lease)) === null) return null;
  const noticedMs = await parts.intake.add<number | null>({
    ...{ partition, bytes: 0, words: [], targets: [] },
    stage(draft) {
      if (draft.memory.epoch !== lease.epoch) return () => null;
      draft.followClock(now);
      const byMs = draft.setBackMs;
      draft.setBackMs = 0;
      return () => byMs;
    },
  });
  if (noticedMs === null) return null;
  const byMs = Math.max(knownMs, noticedMs);
  if (byMs <= clockToleranceMs) return 0;
  for (let after = -1; ; ) {
    const moved = await changeUnder(parts, parts.partitions, lease, async (query) => {
      const rows = await query<{ number: number }>(
        `UPDATE waiting SET due_at = due_at - $3 FROM (
             SELECT number FROM waiting WHERE partition = $1 AND number > $2 AND due_at > $4 ORDER BY number LIMIT ${movedAtOnce}
           ) AS moved
         WHERE waiting.partition = $1 AND waiting.number = moved.number RETURNING waiting.number`,
        [partition, after, byMs, now],
      );
      return rows.map(({ number }) => number);
    });
    if (moved === null) return null;
    if (moved.length < movedAtOnce) return byMs;
    after = Math.max(...moved);
  }
}
