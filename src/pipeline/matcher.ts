import { type Clock, isoTime } from '../async/clock.ts';
import { AppError } from '../contract/errors.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import type { Accepted, AcceptRequest, DueDelivery, Journal, Lease } from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { RequestTrace } from '../telemetry/tracing.ts';
import { Backlog } from './backlog.ts';
import { countOf, dueOf, eventOf, type Fire, type Fired, plannedMax, planOf, storedOf } from './firing.ts';
import type { DeliveryEvents } from './insight/delivery-events.ts';
import { gatherFaults } from './rule-faults.ts';

export type MatcherOptions = {
  journal: Pick<Journal, 'hot'>;
  lease: Lease;
  clock: Clock;
  fire: Fire;
  /** Sends the planned deliveries. */
  dispatcher: { enqueue(deliveries: readonly DueDelivery[]): void };
  events: Pick<DeliveryEvents, 'emit'>;
  /** When a request is acknowledged: stored, or planned too, as it must be while other nodes have partitions. */
  acknowledged: 'stored' | 'planned';
  /** Deliveries of other partitions are stored. Left out: there is one partition. */
  passed?(deliveries: readonly { partition: number }[]): void;
  telemetry: Pick<Telemetry, 'eventsAccepted' | 'eventsMatched' | 'rulesThrew' | 'failedOften'>;
};

/** The events of one request. `trace`: absent unless the request is traced. */
export type IncomingRequest = {
  collectorId: string;
  receivedAt: number;
  events: IncomingEvent[];
  trace?: Pick<RequestTrace, 'matched' | 'stored'>;
};

/**
 * Decides for each event of a partition, in the order of the log, which actions fire, and plans their deliveries. The
 * position in the log moves in one of two ways, never in both at once:
 *
 *                 a request is stored without a plan
 *   at intake ─────────────────────────────────────────► in turns
 *       ▲                                                    │
 *       └────────────────────────────────────────────────────┘
 *         the turn in progress moves the position to the end
 *
 * At intake, the transaction that stores the events of a request plans their deliveries: one transaction in all. A
 * request is stored without a plan when it fires too much for one transaction, or when the journal refuses its plan since
 * the position is not at its events. That is how an event gets into the turns that needs what earlier events left. In
 * turns, each request is stored without a plan, and the loop of the `Backlog` plans one batch after the other.
 *
 * Storage does transactions in the order of the calls. So requests have plans again as soon as the last turn has begun
 * its transaction; if that fails, the journal refuses their plans.
 */
export class Matcher implements AsyncDisposable {
  readonly #options: MatcherOptions;
  readonly #backlog: Backlog;

  constructor(options: MatcherOptions) {
    this.#options = options;
    const { journal, lease, clock, fire, telemetry } = options;
    const planned = (fired: Fired, ids: readonly string[]) => this.#passOn(fired, ids);
    this.#backlog = new Backlog({ journal, lease, clock, fire, planned, failed: telemetry.failedOften });
  }

  /** Begins with the turns: events of an earlier process may have no plan. */
  start(): Promise<void> {
    return this.#backlog.start();
  }

  /**
   * Stores the events of one request durably, then passes them on; returns their ids in input order. Throws AppError
   * `storage_busy` when other nodes have partitions and this one can't plan the events in 5 s, or stops before: they are
   * stored, and planned in their turn by the owner of the partition.
   */
  async accept(incoming: IncomingRequest): Promise<string[]> {
    const { journal, lease } = this.#options;
    const { collectorId, receivedAt, events, trace } = incoming;
    const fired = this.#fireAhead(incoming);
    trace?.matched(fired === null ? null : countOf(fired));
    const request: AcceptRequest = { partition: lease.partition, lease, collectorId, receivedAt, events };
    if (fired === null) this.#backlog.expect();
    else request.plan = planOf(lease, fired);
    let accepted: Accepted;
    try {
      accepted = await journal.hot.accept(request);
    } finally {
      if (fired === null) this.#backlog.arrived();
    }
    trace?.stored(accepted.ids);
    this.#stored(incoming, fired, accepted);
    // What another node takes in after this acknowledgement must not be planned before.
    if (this.#options.acknowledged === 'planned' && !(await this.#backlog.isPlanned(endOf(accepted))))
      throw new AppError('storage_busy', 'The events are stored, and have no plan yet. Send them again.');
    return accepted.ids;
  }

  /** Events that wait in memory for their turn. */
  get depth(): number {
    return this.#backlog.depth;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#backlog[Symbol.asyncDispose]();
  }

  /** What the events of a request fire, to be planned when they are stored; null: in turns. */
  #fireAhead({ events, receivedAt }: IncomingRequest): Fired | null {
    if (!this.#backlog.isEmpty) return null;
    const received = isoTime(receivedAt);
    const placed = events.map((incoming, offset) => ({ offset, event: eventOf(incoming, '', received) }));
    const fired = this.#options.fire(placed, events.length);
    fired.sent = events.map(({ sent }) => sent);
    return fired.to === events.length && countOf(fired) <= plannedMax ? fired : null;
  }

  /** The events are stored: an error from here on must not make the sender repeat them. */
  #stored({ events, collectorId }: IncomingRequest, fired: Fired | null, accepted: Accepted) {
    const { ids, duplicates, usedIds, planned, created } = accepted;
    const kept = ids.length - duplicates.length;
    this.#backlog.extend(endOf(accepted));
    this.#guard('pass on stored events', () => {
      if (fired === null || planned === null) this.#backlog.add(events, accepted);
      else {
        this.#backlog.advance(endOf(accepted));
        this.#passOn(storedOf(fired, accepted), planned, created);
      }
    });
    this.#guard('report stored events', () => {
      const { events: observers, telemetry } = this.#options;
      observers.emit('received', collectorId, kept);
      telemetry.eventsAccepted({ events: kept, duplicates: duplicates.length, usedIds });
      if (usedIds > 0) observers.emit('usedIds', collectorId, usedIds);
    });
  }

  /** Events have their plan: sends their deliveries, and tells the observers. `created`: see `Accepted`. */
  #passOn(fired: Fired, ids: readonly string[], created: readonly (string | null)[] = []) {
    const { dispatcher, events, telemetry } = this.#options;
    const { evaluated, faults, deliveries, passed = [] } = fired;
    let matched = 0;
    for (const [, rules] of evaluated) if (rules.length > 0) matched += 1;
    telemetry.eventsMatched({ events: evaluated.length, matched, deliveries: countOf(fired) });
    const plans = [{ deliveries, ids }];
    const places = passed.map((one, at) => ({ one, id: created[at] ?? null }));
    const there = places.filter(({ id }) => id !== null);
    for (const some of Map.groupBy(there, ({ one }) => one.partition).values())
      plans.push({ deliveries: some.map(({ one }) => one), ids: some.map(({ id }) => id ?? '') });
    for (const plan of plans) {
      if (plan.deliveries.length === 0) continue;
      const due = dueOf(fired, plan.deliveries, plan.ids);
      this.#guard('pass on planned deliveries', () => {
        events.emit('planned', due);
        dispatcher.enqueue(due);
      });
    }
    const left = places.flatMap(({ one, id }) => (id === null ? one : []));
    if (left.length > 0) this.#guard('pass deliveries', () => this.#options.passed?.(left));
    events.emit('evaluated', evaluated);
    if (faults.length > 0) this.#reportFaults(fired);
  }

  #reportFaults({ evaluated, faults }: Fired) {
    const { events, telemetry } = this.#options;
    const withIds = faults.map(({ event, ...fault }) => ({ ...fault, eventId: evaluated[event]?.[0].id ?? '' }));
    for (const fault of gatherFaults(withIds)) {
      telemetry.failedOften(fault.error, `evaluate the rules of action ${fault.actionId ?? '(any)'}`);
      telemetry.rulesThrew(fault);
      events.emit('ruleThrew', fault);
    }
  }

  /** Does what must not fail with its caller; an error is reported. */
  #guard(doing: string, work: () => void) {
    try {
      work();
    } catch (error) {
      this.#options.telemetry.failedOften(error, doing);
    }
  }
}

/** The offset after the new events of a request. */
const endOf = ({ from, ids, duplicates }: Accepted): number => from + ids.length - duplicates.length;
