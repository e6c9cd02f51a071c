import type { MemoryAudit } from '../../audit/memory/memory-audit.ts';
import {
  type CancelledCount,
  isFinished,
  type Lease,
  type ReplayedDelivery,
  type ReplayOutcome,
  type Replays,
  type StoredReplay,
} from '../journal.ts';
import type { DeliveryRow, deliveryStore } from './delivery-store.ts';

/** Replays in memory, over the deliveries that are there. */
export function replayBook(options: {
  audit: Pick<MemoryAudit, 'add'>;
  store: ReturnType<typeof deliveryStore>;
  isCurrent(lease: Lease): boolean;
}): Replays & { forget(before: number): void } {
  const { audit, store, isCurrent } = options;
  const replays = new Map<string, StoredReplay>();
  const rowsOf = (id: string) => [...store.rows.values()].filter((row) => row.replayId === id);

  function outcome(id: string): ReplayOutcome {
    const counts = { pending: 0, retrying: 0, held: 0, delivered: 0, failed: 0, skipped: 0, cancelled: 0 };
    for (const { status } of rowsOf(id)) counts[status] += 1;
    return counts;
  }

  function add(replayId: string, delivery: ReplayedDelivery, now: number): string {
    const { replayOf, source, idempotencyKey, keepsBody, ...planned } = delivery;
    const id = store.add({ ...planned, dueAt: now, test: false }, now);
    const before = source === null ? undefined : store.rows.get(source);
    const rendered = keepsBody ? (before?.rendered ?? null) : null;
    Object.assign(store.rows.get(id) ?? {}, { replayId, replayOf, idempotencyKey, rendered });
    store.relate(id, replayOf);
    if (before?.status === 'held') {
      store.finish(before, { status: 'cancelled', reason: 'cancelled' }, now);
      before.detail = `The replay ${replayId} sends it.`;
    }
    return id;
  }

  return {
    /** Ended before a time with nothing left of what they made. */
    forget(before) {
      for (const { id, finishedAt } of replays.values())
        if (finishedAt !== null && finishedAt < before && rowsOf(id).length === 0) replays.delete(id);
    },
    async create(replay, entry) {
      const begun = { state: 'planned', finishedAt: null, cursor: null, isRead: false } as const;
      replays.set(replay.id, { ...replay, ...begun, made: 0, leftOut: {}, outcome: null });
      if (entry !== undefined) audit.add([entry]);
    },
    replay: async (id) => replays.get(id) ?? null,
    async replays({ limit, before, after, state }) {
      const fitting = [...replays.values()]
        .filter((one) => (before === undefined || one.id < before) && (after === undefined || one.id > after))
        .filter((one) => state === undefined || one.state === state)
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      return after === undefined ? fitting.slice(0, limit) : fitting.slice(-limit);
    },
    async move(id, { from, to, now }, entry) {
      const replay = replays.get(id);
      if (replay === undefined || !from.includes(replay.state)) return false;
      const isEnd = to === 'done' || to === 'cancelled';
      const end = isEnd
        ? { finishedAt: replay.finishedAt ?? now, outcome: outcome(id) }
        : { finishedAt: null, outcome: null };
      replays.set(id, { ...replay, state: to, ...end });
      if (entry !== undefined) audit.add([entry]);
      return true;
    },
    async advance(lease, { id, from, to, isLast, deliveries, leftOut, now }) {
      const replay = replays.get(id);
      if (!isCurrent(lease) || replay?.state !== 'running' || replay.cursor !== from) return null;
      const ids = deliveries.map((one) => add(id, one, now));
      const sums: Record<string, number> = { ...replay.leftOut };
      for (const [reason, count] of Object.entries(leftOut)) sums[reason] = (sums[reason] ?? 0) + count;
      replays.set(id, { ...replay, cursor: to, isRead: isLast, made: replay.made + ids.length, leftOut: sums });
      return ids;
    },
    outcome: async (id) => outcome(id),
    waiting: async (id, except) =>
      rowsOf(id).filter((row) => row.status === 'pending' && !except.includes(row.destinationId)).length,
    async cancelRest(id, now, except) {
      const open = rowsOf(id).filter((row) => !isFinished(row.status) && !except.includes(row.id));
      for (const row of open) store.finish(row, { status: 'cancelled', reason: 'cancelled' }, now);
      return countWhither(open);
    },
  };
}

function countWhither(rows: readonly DeliveryRow[]): CancelledCount[] {
  const groups = Map.groupBy(rows, (row) => `${row.destinationId} ${row.connectionId} ${row.actionId}`);
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined
      ? []
      : {
          actionId: first.actionId,
          destinationId: first.destinationId,
          connectionId: first.connectionId,
          count: rest.length + 1,
        },
  );
}
