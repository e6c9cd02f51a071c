import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../async/clock.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Attempt, Reason } from '../../contract/records/delivery.ts';
import type { CountName, Stats, StatsKind } from '../../contract/records/stats.ts';
import { addCounters, type JournalLog, type StatisticsEntry } from '../../journal/journal.ts';
import type { HoldState } from '../dispatch/holds/holds.ts';
import type { DeliveryEvents, Owners } from './delivery-events.ts';
import { StatisticsFlush } from './statistics-flush.ts';
import { bucketName, errorPrefix, readStats, type StatsQuery } from './statistics-query.ts';

/**
 * Statistics over time. Delivery events are counted in memory and flushed to the journal every five seconds and at a
 * stop; a killed process loses up to six seconds of its statistics. Nodes that share a database count for themselves, and the
 * journal adds up. Tests are not counted.
 */
export function createStatistics(options: {
  events: Pick<DeliveryEvents, 'on'>;
  log: Pick<JournalLog, 'statistics' | 'oldestWaiting'>;
  clock: Clock;
  /** Why a destination's deliveries are held now. */
  holds: ReadonlyMap<string, HoldState>;
  /** See statistics-flush.ts. */
  confirmedNow(): number | null;
  rollsUp(): boolean;
  failed(error: unknown, doing: string): void;
}) {
  const { events, log, clock, holds, confirmedNow, rollsUp, failed } = options;
  const counters = countersInMemory();
  const { statistics: journal } = log;
  const flush = new StatisticsFlush({ journal, clock, confirmedNow, rollsUp, take: counters.take, failed });

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
    if (amount === 0) return;
    const of = ofEvent(collectorId);
    count(of, 'received', null, amount);
    of['lastReceivedAt'] = clock.now();
  });
  events.on('rejected', (collectorId, code) => count(ofEvent(collectorId), 'rejected', code));
  events.on('evaluated', (evaluated) => {
    for (const [{ source }, rules] of evaluated) {
      count(ofEvent(source.collectorId), rules.length === 0 ? 'unmatched' : 'matched');
      for (const { id } of rules) count(counters.of(clock.now(), id, '', { action: id }), 'matched');
    }
  });
  events.on('planned', (deliveries) => {
    for (const delivery of deliveries) {
      const of = ofDelivery(delivery);
      count(of, 'created');
      const hold = holds.get(delivery.destinationId);
      if (hold !== undefined) count(of, 'held', hold.reason);
    }
  });
  events.on('settled', (delivery, { settlement, follows }, { wasHeld, overtaken }) => {
    const now = clock.now();
    const of = ofDelivery(delivery, now);
    const { status, reason, log } = settlement;
    const last = follows ? undefined : log.at(-1);
    const isWaiting = status === 'pending' || status === 'retrying';
    const hold = isWaiting && !wasHeld ? holds.get(delivery.destinationId) : undefined;
    if (last !== undefined) {
      add(of, bucketName('duration', last.durationMs), 1);
      of['lastAnswer'] = now * 1_000 + (last.response?.status ?? 0);
      const error = errorOf(last);
      if (error !== null) add(of, `${errorPrefix}${error}`, 1);
    }
    if (log.at(-1)?.outcome === 'retry' && status === 'retrying') count(of, 'retried');
    if (overtaken?.isCorrected === true) count(of, 'reopened');
    else if (overtaken !== null) return;
    if (status === 'delivered') {
      count(of, 'delivered');
      add(of, bucketName('latency', now - delivery.createdAt), 1);
      of['lastDeliveredAt'] = now;
    } else if (hold !== undefined) count(of, 'held', hold.reason);
    else if (status === 'cancelled') count(of, 'cancelled');
    else if (!isWaiting) count(of, status, reason);
  });
  events.on('reopened', (of) => count(ofDelivery(of), 'reopened'));
  events.on('held', (of, reason, amount) => count(ofDelivery(of), 'held', reason, amount));
  events.on('ended', (of, end, amount) => {
    if (amount > 0) count(ofDelivery(of), end.status, end.status === 'failed' ? end.reason : null, amount);
  });

  let aliveMinute = Number.NaN;
  events.on('alive', () => {
    const now = clock.now();
    const minute = now - (now % minuteMs);
    if (minute === aliveMinute) return;
    aliveMinute = minute;
    ofEvent(null)['lastAliveAt'] = now;
  });

  return {
    /** For health checks: why the last write failed; null when it didn't. */
    problem: () => flush.problem,
    /** Includes everything that this node counted before the call, and what other nodes counted six seconds before it. */
    async read(query: StatsQuery): Promise<Stats> {
      await flush.now();
      return readStats(log, query, clock.now());
    },
    [Symbol.asyncDispose]: () => flush.end(),
  };
}

/** What a failed attempt is counted by: the status of its response, or the kind of its error. */
function errorOf({ outcome, response, error }: Attempt): string | null {
  if (outcome === 'delivered' || outcome === 'skipped') return null;
  return response === null ? (error?.kind ?? null) : String(response.status);
}

/** Counts an outcome and its reason. */
function count(of: Record<string, number>, name: CountName, reason: Reason | ErrorCode | null = null, times = 1) {
  add(of, name, times);
  if (reason !== null) add(of, `${name}.${reason}`, times);
}

function add(of: Record<string, number>, name: string, times: number) {
  of[name] = (of[name] ?? 0) + times;
}

const minuteMs = 60_000;
/** Adding up this many takes less than half a millisecond; then other work gets its turn. */
const addedAtOnce = 25;

/** The objects that an occurrence counts for: an id per kind; `''` for all. */
type Things = { readonly [Kind in StatsKind]?: string | undefined };
type Counted = { at: number; things: Things; counters: Record<string, number> };

/**
 * Counters in memory, until a flush takes them. An event or a delivery is counted once, for all its objects together; a
 * flush adds it to each of them. So counting costs a few additions, whatever the number of objects.
 */
function countersInMemory() {
  let counted: Counted[] = [];
  /** The entries of `counted` of the current minute. */
  const index = new Map<string, Map<string, Counted>>();

  return {
    /**
     * The counters of these objects in the current minute. `key` and `subKey` together identify them, except for their
     * connection.
     */
    of(now: number, key: string, subKey: string, things: Things): Record<string, number> {
      const found = index.get(key) ?? new Map<string, Counted>();
      const last = found.get(subKey);
      const isCurrent = last !== undefined && now - last.at < minuteMs && now >= last.at;
      if (isCurrent && last.things.connection === things.connection) return last.counters;
      const fresh = { at: now - (now % minuteMs), things, counters: {} };
      index.set(key, found.set(subKey, fresh));
      counted.push(fresh);
      return fresh.counters;
    },
    /** Everything counted before the call, each object and minute once, in order. Other work gets its turn in between. */
    async take(): Promise<StatisticsEntry[]> {
      const taken = counted;
      counted = [];
      index.clear();
      // The counters of each id by the start of its minute and its kind.
      const groups = new Map<string, { at: number; kind: string; of: Map<string, Record<string, number>> }>();
      let added = 0;
      for (const { at, things, counters } of taken) {
        for (const kind in things) {
          const id = things[kind as StatsKind]; // the keys of Things
          if (id === undefined) continue;
          const name = `${at} ${kind}`;
          const { of } = groups.get(name) ?? setIn(groups, name, { at, kind, of: new Map() });
          addCounters(of.get(id) ?? setIn(of, id, {}), counters);
        }
        if (++added % addedAtOnce === 0) await setImmediate();
      }
      // In the order of their key in the journal, so that a batch changes few pages.
      const entries: StatisticsEntry[] = [];
      for (const name of [...groups.keys()].sort()) {
        const group = groups.get(name);
        if (group === undefined) continue;
        const { at, kind, of } = group;
        for (const id of [...of.keys()].sort()) entries.push({ at, kind, id, counters: of.get(id) ?? {} });
        await setImmediate();
      }
      return entries;
    },
  };
}

function setIn<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}
