import type { Clock } from '../../async/clock.ts';
import { sharedReading } from '../../async/shared-reading.ts';
import { type DeliveryState, type StateCounts, stateItemsMax } from '../../contract/records/state.ts';
import type { JournalLog, StoredHeld } from '../../journal/journal.ts';
import type { Holds } from '../dispatch/holds/holds.ts';
import type { QueueInFlight } from '../dispatch/in-flight.ts';
import { queueKey } from '../dispatch/queues.ts';

type Target = { destinationId: string; connectionId: string };
type Row = Target & Omit<StateCounts, 'oldestPendingAt'> & { oldestAt: number };

export type DeliveryStates = ReturnType<typeof deliveryStates>;

/**
 * What is held, failed, pending and in flight now. Every number of this kind that people see comes from here: the health of
 * connections and destinations, issues, metrics and `GET /state`. A count is of now, or as old as four times its own duration.
 */
export function deliveryStates(options: {
  log: Pick<JournalLog, 'storedHeld' | 'unfinished' | 'unresolved'>;
  holds: Pick<Holds, 'byDestination'>;
  inFlight(): readonly QueueInFlight[];
  clock: Clock;
}) {
  const { log, holds, inFlight, clock } = options;
  const unfinished = sharedReading(clock, () => log.unfinished(clock.now()));
  const storedHeld = sharedReading(clock, log.storedHeld);
  const unresolved = sharedReading(clock, log.unresolved);

  /** By destination; what was sent to a destination under another connection is a row of its own. */
  async function open(): Promise<Row[]> {
    const [counted, stored] = await Promise.all([unfinished(), storedHeld()]);
    const { byDestination } = holds;
    const flying = new Map(
      inFlight().map(({ destinationId, replayId, ids }) => [queueKey(destinationId, replayId), ids.length]),
    );
    const rows = rowsByTarget();
    for (const { open, due, firstAt, firstLaterAt, replayId, ...target } of counted) {
      const row = rows.at(target);
      const isHeld = byDestination.has(target.destinationId);
      const queue = queueKey(target.destinationId, replayId);
      const sending = Math.min(due, flying.get(queue) ?? 0);
      // The next row of this queue has what was sent under another connection.
      flying.set(queue, (flying.get(queue) ?? 0) - sending);
      row.sending += sending;
      row.held += isHeld ? due - sending : 0;
      const pending = isHeld ? open - due : open - sending;
      row.pending += pending;
      const oldestAt = isHeld ? firstLaterAt : firstAt;
      if (oldestAt !== null && pending > 0) row.oldestAt = Math.min(row.oldestAt, oldestAt);
    }
    for (const { count, ...target } of stored) rows.at(target).held += count;
    return rows.all();
  }

  return {
    /** Held deliveries by destination; those without any are left out. */
    async held(): Promise<StoredHeld[]> {
      if (holds.byDestination.size === 0) return storedHeld();
      return (await open()).flatMap(({ destinationId, connectionId, held }) =>
        held === 0 ? [] : [{ destinationId, connectionId, count: held }],
      );
    },

    /** Failed deliveries that are unresolved, by destination. */
    unresolved,

    async show(of: Partial<Target> = {}): Promise<DeliveryState> {
      const [unfinishedRows, failed] = await Promise.all([open(), unresolved()]);
      const rows = rowsByTarget(unfinishedRows);
      for (const { count, ...target } of failed) rows.at(target).failed += count;
      const shown = rows
        .all()
        .filter(
          ({ destinationId, connectionId }) =>
            (of.destinationId ?? destinationId) === destinationId && (of.connectionId ?? connectionId) === connectionId,
        );
      const connections = Map.groupBy(shown, ({ connectionId }) => connectionId);
      return {
        ...sumOf(shown),
        connections: most(Array.from(connections, ([id, own]) => ({ id, ...sumOf(own) }))),
        destinations: most(
          shown.map((row) => ({ id: row.destinationId, connectionId: row.connectionId, ...sumOf([row]) })),
        ),
      };
    },
  };
}

function rowsByTarget(start: readonly Row[] = []) {
  const keyOf = ({ destinationId, connectionId }: Target) => `${destinationId} ${connectionId}`;
  const rows = new Map(start.map((row) => [keyOf(row), row]));
  return {
    at({ destinationId, connectionId }: Target): Row {
      const target = { destinationId, connectionId };
      const row = rows.get(keyOf(target)) ?? { ...target, ...none, oldestAt: Number.POSITIVE_INFINITY };
      rows.set(keyOf(target), row);
      return row;
    },
    all: () => [...rows.values()],
  };
}

const none = { held: 0, failed: 0, pending: 0, sending: 0 };

function sumOf(rows: readonly Row[]): StateCounts {
  const sum = { ...none, oldestAt: Number.POSITIVE_INFINITY };
  for (const { held, failed, pending, sending, oldestAt } of rows) {
    sum.held += held;
    sum.failed += failed;
    sum.pending += pending;
    sum.sending += sending;
    if (pending > 0) sum.oldestAt = Math.min(sum.oldestAt, oldestAt);
  }
  const { oldestAt, ...counts } = sum;
  return { ...counts, oldestPendingAt: Number.isFinite(oldestAt) ? new Date(oldestAt).toISOString() : null };
}

/** Those with the most deliveries, as many as a response has room for. */
function most<Item extends StateCounts>(items: Item[]): Item[] {
  const weightOf = ({ held, failed, pending, sending }: StateCounts) => held + failed + pending + sending;
  return items
    .filter((item) => weightOf(item) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a))
    .slice(0, stateItemsMax);
}
