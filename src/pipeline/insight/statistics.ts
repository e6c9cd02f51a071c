import type { Clock } from '../../async/clock.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { CountName, Stats } from '../../contract/records/stats.ts';
import type { DueDelivery, LoggedDelivery, Statistics as StatisticsPort } from '../../journal/journal.ts';
import type { Matched } from '../accept/accept.ts';
import type { Step } from '../attempt/next-step.ts';
import type { HoldState } from '../limits/holds.ts';
import { countersInMemory } from './counters.ts';
import { bucketName } from './histogram.ts';
import { createFlush } from './statistics-flush.ts';
import { readStats, type StatsQuery } from './statistics-query.ts';

/** The objects that a delivery counts for, besides the total. */
type Owners = Pick<LoggedDelivery, 'actionId' | 'destinationId' | 'connectionId'>;

/** Counts occurrences in memory. Callers leave out tests. */
export type Statistics = AsyncDisposable & {
  received(collectorId: string, events: number): void;
  /** A request of the intake was refused; null: its collector is not known. */
  rejected(collectorId: string | null, code: ErrorCode): void;
  matched(events: readonly Matched[]): void;
  created(deliveries: readonly DueDelivery[]): void;
  /** A step is recorded; `wasHeld`: its request was the probe of a hold. */
  settled(delivery: DueDelivery, step: Step, wasHeld: boolean): void;
  /** Waiting deliveries were put on hold. */
  held(of: Owners, reason: Reason, amount: number): void;
  /** Deliveries ended without an attempt. */
  ended(
    of: Partial<Owners>,
    end: { status: 'failed'; reason: Reason } | { status: 'cancelled' },
    amount?: number,
  ): void;
  /** For health checks: why the last write failed; null when it didn't. */
  problem(): string | null;
  /** Includes everything counted before the call. */
  read(query: StatsQuery): Promise<Stats>;
};

/**
 * Statistics over time. Occurrences are counted in memory and flushed to the journal every five seconds and at a stop; a
 * killed process loses up to six seconds of its statistics.
 */
export function createStatistics(options: {
  journal: StatisticsPort;
  clock: Clock;
  /** Why a destination's deliveries are held now. */
  closed(destinationId: string): HoldState | null;
  failed(error: unknown, doing: string): void;
}): Statistics {
  const { journal, clock, closed } = options;
  const counters = countersInMemory();
  const flush = createFlush({ ...options, take: counters.take });

  function ofDelivery({ actionId, destinationId, connectionId }: Partial<Owners>, now = clock.now()) {
    flush.soon();
    const things = { all: '', action: actionId ?? undefined, destination: destinationId, connection: connectionId };
    return counters.of(now, destinationId ?? '', actionId ?? '', things);
  }

  function ofEvent(collectorId: string | null) {
    flush.soon();
    return counters.of(clock.now(), collectorId ?? '', '', { all: '', collector: collectorId ?? undefined });
  }

  return {
    received(collectorId, events) {
      if (events > 0) count(ofEvent(collectorId), 'received', null, events);
    },
    rejected(collectorId, code) {
      count(ofEvent(collectorId), 'rejected', code);
    },
    matched(events) {
      for (const [{ source }, rules] of events) {
        count(ofEvent(source.collectorId), rules.length === 0 ? 'unmatched' : 'matched');
        for (const { id } of rules) count(counters.of(clock.now(), id, '', { action: id }), 'matched');
      }
    },
    created(deliveries) {
      for (const delivery of deliveries) {
        const of = ofDelivery(delivery);
        count(of, 'created');
        const hold = closed(delivery.destinationId);
        if (hold !== null) count(of, 'held', hold.reason);
      }
    },
    settled(delivery, { settlement, follows }, wasHeld) {
      const now = clock.now();
      const of = ofDelivery(delivery, now);
      const { status, reason, log } = settlement;
      const last = follows ? undefined : log.at(-1);
      const isWaiting = status === 'pending' || status === 'retrying';
      const hold = isWaiting && !wasHeld ? closed(delivery.destinationId) : null;
      if (last !== undefined) {
        add(of, bucketName('duration', last.durationMs), 1);
        of['lastAnswer'] = now * 1_000 + (last.response?.status ?? 0);
      }
      if (status === 'delivered') {
        count(of, 'delivered');
        add(of, bucketName('latency', now - delivery.createdAt), 1);
        of['lastDeliveredAt'] = now;
      } else if (hold !== null) count(of, 'held', hold.reason);
      else if (status === 'retrying') count(of, 'retried');
      else if (status === 'cancelled') count(of, 'cancelled');
      else if (status !== 'pending') count(of, status, reason);
    },
    held(of, reason, amount) {
      count(ofDelivery(of), 'held', reason, amount);
    },
    ended(of, end, amount = 1) {
      if (amount > 0) count(ofDelivery(of), end.status, end.status === 'failed' ? end.reason : null, amount);
    },
    problem: flush.problem,
    async read(query) {
      await flush.now();
      return readStats(journal, query, clock.now());
    },
    [Symbol.asyncDispose]: flush.end,
  };
}

/** Counts an outcome and its reason. */
function count(of: Record<string, number>, name: CountName, reason: Reason | ErrorCode | null = null, times = 1) {
  add(of, name, times);
  if (reason !== null) add(of, `${name}.${reason}`, times);
}

function add(of: Record<string, number>, name: string, times: number) {
  of[name] = (of[name] ?? 0) + times;
}
