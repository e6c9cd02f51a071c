import type { Clock } from '../../async/clock.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { CountName, Stats } from '../../contract/records/stats.ts';
import type { Statistics as StatisticsPort } from '../../journal/journal.ts';
import type { HoldState } from '../limits/holds.ts';
import { countersInMemory } from './counters.ts';
import type { DeliveryEvents, Owners } from './delivery-events.ts';
import { bucketName } from './histogram.ts';
import { createFlush } from './statistics-flush.ts';
import { readStats, type StatsQuery } from './statistics-query.ts';

/**
 * Statistics over time. Delivery events are counted in memory and flushed to the journal every five seconds and at a
 * stop; a killed process loses up to six seconds of its statistics. Tests are not counted.
 */
export function createStatistics(options: {
  events: Pick<DeliveryEvents, 'on'>;
  journal: StatisticsPort;
  clock: Clock;
  /** Why a destination's deliveries are held now. */
  closed(destinationId: string): HoldState | null;
  failed(error: unknown, doing: string): void;
}) {
  const { events, journal, clock, closed } = options;
  const counters = countersInMemory();
  const flush = createFlush({ ...options, take: counters.take });

  function ofDelivery({ actionId, destinationId, connectionId }: Owners, now = clock.now()) {
    flush.soon();
    const things = { all: '', action: actionId ?? undefined, destination: destinationId, connection: connectionId };
    return counters.of(now, destinationId, actionId ?? '', things);
  }

  function ofEvent(collectorId: string | null) {
    flush.soon();
    return counters.of(clock.now(), collectorId ?? '', '', { all: '', collector: collectorId ?? undefined });
  }

  events.on('received', (collectorId, amount) => {
    if (amount > 0) count(ofEvent(collectorId), 'received', null, amount);
  });
  events.on('rejected', (collectorId, code) => count(ofEvent(collectorId), 'rejected', code));
  events.on('matched', (matched) => {
    for (const [{ source }, rules] of matched) {
      count(ofEvent(source.collectorId), rules.length === 0 ? 'unmatched' : 'matched');
      for (const { id } of rules) count(counters.of(clock.now(), id, '', { action: id }), 'matched');
    }
  });
  events.on('planned', (deliveries) => {
    for (const delivery of deliveries) {
      const of = ofDelivery(delivery);
      count(of, 'created');
      const hold = closed(delivery.destinationId);
      if (hold !== null) count(of, 'held', hold.reason);
    }
  });
  events.on('settled', (delivery, { settlement, follows }, wasHeld) => {
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
  });
  events.on('held', (of, reason, amount) => count(ofDelivery(of), 'held', reason, amount));
  events.on('ended', (of, end, amount) => {
    if (amount > 0) count(ofDelivery(of), end.status, end.status === 'failed' ? end.reason : null, amount);
  });

  return {
    /** For health checks: why the last write failed; null when it didn't. */
    problem: flush.problem,
    /** Includes everything counted before the call. */
    async read(query: StatsQuery): Promise<Stats> {
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
