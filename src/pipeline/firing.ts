import { type Clock, isoTime } from '../async/clock.ts';
import type { Event, IncomingEvent } from '../contract/records/event.ts';
import type { Accepted, DueDelivery, IntakePlan, Lease, PlacedEvent } from '../journal/journal.ts';
import { newDelivery } from './new-delivery.ts';
import { nextAttempt } from './retry-schedule.ts';
import type { RuleFault } from './rule-faults.ts';
import type { Rule, Snapshot } from './snapshot/snapshot.ts';

/** An event and the rules that it fired, often none. */
export type Evaluated = readonly [event: Event, rules: readonly Rule[]];

/**
 * Deliveries that events fire, each with the index of its event in `evaluated`; `to` is the offset after the last event.
 * `sent`: the JSON of each event as it came. `faults`: what threw, with the index of its event.
 */
export type Fired = {
  now: number;
  to: number;
  deliveries: IntakePlan['deliveries'];
  /** Those of other partitions; left out: none. */
  passed?: NonNullable<IntakePlan['passed']>;
  evaluated: Evaluated[];
  sent: IncomingEvent['sent'][];
  faults: (RuleFault & { event: number })[];
};

/**
 * Which deliveries events fire, up to the offset `end`, or up to the first event that is postponed because of the work
 * limits. Of the events of a request that is not stored yet, the offsets are their indices.
 */
export type Fire = (events: readonly PlacedEvent[], end: number) => Fired;

/** Deliveries in one transaction; a single event can exceed it. */
export const plannedMax = 5_000;
/** How long events are matched before other work gets its turn. */
const matchingMsMax = 20;

const noRules: readonly Rule[] = [];

/**
 * Fires by the current snapshot. It changes nothing, and its result depends only on the events, the snapshot, the time
 * and the jitter. A rule that throws is reported and counts as not matching, so that it blocks neither other rules nor
 * later events.
 */
export function createFire({
  configuration,
  clock,
  random,
  passTo,
}: {
  configuration: { readonly snapshot: Pick<Snapshot, 'rules' | 'planOf'> };
  clock: Pick<Clock, 'now'>;
  /** For jitter: 0 ≤ x < 1. */
  random(): number;
  /**
   * The partition whose owner sends a delivery, with its lease if that is this node; null: the partition of the events. Left out:
   * there is one.
   */
  passTo?: (planned: { connectionId: string; orderKey?: number }) => { partition: number; lease?: Lease } | null;
}): Fire {
  return (events, end) => {
    const { rules, planOf } = configuration.snapshot;
    const now = clock.now();
    // The same jitter for all, so that deliveries that can share a batch become due together.
    const jitter = random();
    const fired: Fired = { now, to: end, deliveries: [], evaluated: [], sent: [], faults: [] };
    const threw = (error: unknown, actionId: string | null, destinationId: string | null = null) =>
      fired.faults.push({ event: fired.evaluated.length, actionId, destinationId, error });
    const ruleThrew = ({ id }: Rule, error: unknown) => threw(error, id);
    for (const { offset, event } of events) {
      const isEnough = countOf(fired) >= plannedMax || clock.now() - now >= matchingMsMax;
      if (fired.evaluated.length > 0 && isEnough) {
        fired.to = offset;
        return fired;
      }
      let matches = noRules;
      try {
        matches = rules.match(event, ruleThrew);
      } catch (error) {
        threw(error, null);
      }
      for (const { action } of matches)
        for (const { destinationId } of action.body.destinations) {
          try {
            const plan = planOf(destinationId);
            if (plan === null) continue;
            const planned: Fired['deliveries'][number] = {
              event: fired.evaluated.length,
              actionId: action.id,
              actionVersion: action.version,
              destinationId,
              destinationVersion: plan.destination.version,
              connectionId: plan.connection.id,
              test: false,
              // After the first wait of the retry schedule.
              dueAt: nextAttempt({ policy: plan.retry, step: 0, now, random: () => jitter }) ?? now,
            };
            const orderKey = plan.orderKeyOf?.(event);
            if (orderKey !== undefined) planned.orderKey = orderKey;
            const other = passTo?.(planned) ?? null;
            if (other === null) fired.deliveries.push(planned);
            else pass(fired, { ...planned, ...other });
          } catch (error) {
            threw(error, action.id, destinationId);
          }
        }
      fired.evaluated.push([event, matches]);
    }
    return fired;
  };
}

function pass(fired: Fired, delivery: NonNullable<Fired['passed']>[number]) {
  fired.passed ??= [];
  fired.passed.push(delivery);
}

/** How many deliveries were fired. */
export const countOf = ({ deliveries, passed }: Fired): number => deliveries.length + (passed?.length ?? 0);

/** The plan of a request that is about to be stored. */
export const planOf = (lease: Lease, { now, deliveries, passed }: Fired): IntakePlan =>
  passed === undefined ? { lease, now, deliveries } : { lease, now, deliveries, passed };

/** An event as it is stored; `id` '': it is not stored yet. */
export function eventOf(incoming: IncomingEvent, id: string, receivedAt: string): Event {
  const { name, visitorId, anonymousId, sessionId, occurredAt, data, ext, session, source } = incoming;
  return { id, name, visitorId, anonymousId, sessionId, occurredAt, receivedAt, data, ext, session, source };
}

/**
 * What the events of a request fired before they were stored, without the duplicates among them, and with the ids and
 * the time that the journal assigned.
 */
export function storedOf(fired: Fired, { ids, duplicates, receivedAt }: Accepted): Fired {
  const received = isoTime(receivedAt);
  fired.evaluated.forEach((one, index) => {
    const event = one[0];
    event.id = ids[index] ?? '';
    event.receivedAt = received;
  });
  if (duplicates.length === 0) return fired;
  const repeated = new Set(duplicates);
  let count = 0;
  const indices = fired.evaluated.map((_, index) => (repeated.has(index) ? null : count++));
  const renumbered = <One extends { event: number }>(some: readonly One[]): One[] =>
    some.flatMap((one) => {
      const event = indices[one.event] ?? null;
      return event === null ? [] : { ...one, event };
    });
  const [deliveries, faults] = [renumbered(fired.deliveries), renumbered(fired.faults)];
  const isNew = (_: unknown, index: number) => !repeated.has(index);
  const stored = {
    ...fired,
    deliveries,
    faults,
    evaluated: fired.evaluated.filter(isNew),
    sent: fired.sent.filter(isNew),
  };
  return fired.passed === undefined ? stored : { ...stored, passed: renumbered(fired.passed) };
}

/** Planned deliveries of stored events, with the ids that the journal assigned. */
export function dueOf(
  { evaluated, sent }: Pick<Fired, 'evaluated' | 'sent'>,
  deliveries: Fired['deliveries'],
  ids: readonly string[],
): DueDelivery[] {
  return deliveries.map((one, at) => {
    const event = evaluated[one.event]?.[0] ?? null;
    const text = sent[one.event];
    const dataText = text?.isExact === true && text.data === event?.data ? text.json : null;
    return newDelivery(ids[at] ?? '', one, event?.id ?? null, event, dataText);
  });
}
