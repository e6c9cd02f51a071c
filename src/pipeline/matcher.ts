import { type Clock, errorBackoffMs, isoTime, pause } from '../async/clock.ts';
import { placeOf } from '../contract/ids.ts';
import type { Event, IncomingEvent } from '../contract/records/event.ts';
import type {
  Accepted,
  AcceptRequest,
  DueDelivery,
  IntakePlan,
  Journal,
  Lease,
  PlacedEvent,
  PlannedDelivery,
} from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { nextAttempt } from './attempt/next-step.ts';
import { eventBytes } from './dispatch/estimated-bytes.ts';
import { gatherFaults, type RuleFault, type RuleFaults } from './rule-faults.ts';
import type { Rule, Snapshot } from './snapshot/snapshot.ts';

/**
 * Deliveries that events fire, each with the index of its event in `evaluated`; `to` is the offset after the last event.
 * `sent`: the JSON of each event as it came. `faults`: what threw, with the index of its event.
 */
type Fired = {
  now: number;
  to: number;
  deliveries: IntakePlan['deliveries'];
  evaluated: Evaluated[];
  sent: IncomingEvent['sent'][];
  faults: (RuleFault & { event: number })[];
};

/** An event and the rules that it fired, often none. */
export type Evaluated = readonly [event: Event, rules: readonly Rule[]];

type MatcherOptions = {
  journal: Pick<Journal, 'intake' | 'matching'>;
  lease: Lease;
  partition: number;
  clock: Clock;
  configuration: {
    readonly snapshot: {
      rules: Snapshot['rules'];
      planOf: Snapshot['planOf'];
    };
  };
  planned(deliveries: readonly DueDelivery[]): void;
  /** New events of a collector are stored. */
  accepted(collectorId: string, events: number): void;
  /** Events of a collector were not stored, since other events with their ids are. */
  usedIds(collectorId: string, events: number): void;
  /** The deliveries of these events are planned. */
  evaluated(events: readonly Evaluated[]): void;
  /** Stored events have no deliveries of these rules or to these destinations, which threw. */
  threw(faults: readonly RuleFaults[]): void;
  telemetry: Pick<Telemetry, 'eventsAccepted' | 'eventsMatched'>;
  /** For jitter: 0 ≤ x < 1. */
  random(): number;
  failed(error: unknown, doing: string): void;
};

const bufferMost = 4_000;
const bufferBytesMost = 32 * 1024 * 1024;
/** Events that are read at once; their size is not known before. */
const batchMost = 500;
/** Deliveries in one transaction; a single event can exceed it. */
const plannedMost = 5_000;
/** How long events are matched before other work gets its turn. */
const matchingMostMs = 20;

/**
 * Decides for each event, in the order of the log, which actions fire, and plans their deliveries: in the transaction
 * that stores the event while no earlier event is unmatched. Otherwise events wait in memory, or are read from the log
 * when the memory is full or the process has just started. A rule that throws is reported and counts as not matching, so
 * that it blocks neither other rules nor later events.
 */
export class Matcher implements AsyncDisposable {
  readonly #options: MatcherOptions;
  readonly #buffer: (PlacedEvent & { bytes: number })[] = [];
  #bufferBytes = 0;
  /** The offset of the first event that is not matched. */
  #position = 0;
  /** The offset after the last stored event. */
  #end = 0;
  /** Requests that are being written to the journal without a plan, and whose events must be matched afterwards. */
  #unplannedRequests = 0;
  /** The offset to which a plan in progress moves the position; 0 without one. */
  #planTo = 0;
  /** Whether the log may contain unmatched events from before this process. */
  #isBehind = true;
  #running: Promise<void> | null = null;
  #isStarted = false;
  #isStopping = false;

  constructor(options: MatcherOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { journal, partition } = this.#options;
    this.#position = await journal.matching.position(partition);
    this.#isStarted = true;
    this.#kick();
  }

  /** Stores the events of one request durably, then passes them to matching; returns their ids in input order. */
  async accept(incoming: { collectorId: string; receivedAt: number; events: IncomingEvent[] }): Promise<string[]> {
    const { journal, partition, lease, telemetry } = this.#options;
    const { events, collectorId } = incoming;
    const fired = this.#fireAhead(events, incoming.receivedAt);
    const request: AcceptRequest = { partition, ...incoming };
    if (fired === null) this.#unplannedRequests += 1;
    else request.plan = { lease, now: fired.now, deliveries: fired.deliveries };
    let accepted: Accepted;
    try {
      accepted = await journal.intake.accept(request);
    } finally {
      if (fired === null) this.#unplannedRequests -= 1;
    }
    const { ids, duplicates, usedIds, from, planned } = accepted;
    const kept = ids.length - duplicates.length;
    this.#end = Math.max(this.#end, from + kept);
    // The events are stored: an error from here on must not make the sender repeat them.
    this.#guard('pass on stored events', () => {
      if (fired !== null && planned !== null) this.#passOn(keptOf(fired, accepted), planned, from + kept);
      else this.#bufferEvents(events, accepted);
    });
    this.#guard('report stored events', () => {
      this.#options.accepted(collectorId, kept);
      telemetry.eventsAccepted({ events: kept, duplicates: duplicates.length, usedIds });
      if (usedIds > 0) this.#options.usedIds(collectorId, usedIds);
    });
    return ids;
  }

  /** Events that wait in memory. */
  get depth(): number {
    return this.#buffer.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  /**
   * The deliveries that the events of a request fire, to be planned when they are stored; null: earlier events come
   * first.
   */
  #fireAhead(events: readonly IncomingEvent[], receivedAt: number): Fired | null {
    const isNext =
      !this.#isBehind && this.#unplannedRequests === 0 && Math.max(this.#position, this.#planTo) >= this.#end;
    if (!this.#isStarted || this.#isStopping || !isNext) return null;
    const received = isoTime(receivedAt);
    const placed = events.map((incoming, offset) => ({ offset, event: eventOf(incoming, '', received) }));
    const fired = fire(this.#options, placed, events.length);
    fired.sent = events.map(({ sent }) => sent);
    return fired.to === events.length && fired.deliveries.length <= plannedMost ? fired : null;
  }

  /** Does what must not fail with its caller; an error is reported. */
  #guard(doing: string, work: () => void) {
    try {
      work();
    } catch (error) {
      this.#options.failed(error, doing);
    }
  }

  #passOn({ deliveries, evaluated, sent, faults }: Fired, ids: readonly string[], to: number) {
    const { planned, telemetry } = this.#options;
    this.#position = Math.max(this.#position, to);
    const due = deliveries.map((one, at) => {
      const event = evaluated[one.event]?.[0] ?? null;
      const text = sent[one.event];
      const dataText = text?.isExact === true && text.data === event?.data ? text.json : null;
      return newDelivery(ids[at] ?? '', one, event?.id ?? null, event, dataText);
    });
    let matched = 0;
    for (const [, rules] of evaluated) if (rules.length > 0) matched += 1;
    telemetry.eventsMatched({ events: evaluated.length, matched, deliveries: due.length });
    if (due.length > 0) this.#guard('pass on planned deliveries', () => planned(due));
    this.#options.evaluated(evaluated);
    if (faults.length > 0) {
      const withIds = faults.map(({ event, ...fault }) => ({ ...fault, eventId: evaluated[event]?.[0].id ?? '' }));
      this.#options.threw(gatherFaults(withIds));
    }
  }

  /** Buffers the events of a request in memory until they are matched, or leaves them to be read from the log. */
  #bufferEvents(events: readonly IncomingEvent[], { ids, duplicates, from, receivedAt }: Accepted) {
    const repeated = new Set(duplicates);
    const received = isoTime(receivedAt);
    const isFollowing =
      this.#buffer.length < bufferMost &&
      this.#bufferBytes < bufferBytesMost &&
      from >= this.#position &&
      (this.#buffer.at(-1)?.offset ?? from - 1) === from - 1;
    let offset = from;
    try {
      for (const [index, incoming] of isFollowing ? events.entries() : []) {
        if (repeated.has(index)) continue;
        const event = eventOf(incoming, ids[index] ?? '', received);
        const bytes = eventBytes(event);
        this.#buffer.push({ offset, event, bytes });
        this.#bufferBytes += bytes;
        offset += 1;
      }
    } finally {
      this.#kick();
    }
  }

  #kick() {
    if (!this.#isStarted || this.#running !== null || this.#isStopping) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#buffer.length > 0) this.#kick();
    });
  }

  /** Matches stored events until none is left. */
  async #run() {
    const { journal, partition, clock, failed } = this.#options;
    let failures = 0;
    while (!this.#isStopping && (this.#buffer.length > 0 || this.#isBehind || this.#position < this.#end)) {
      try {
        const first = this.#buffer[0];
        if (first !== undefined && first.offset === this.#position) {
          const batch = this.#buffer.slice(0, batchMost);
          await this.#plan(batch, (batch.at(-1) ?? first).offset + 1);
        } else {
          const { events, to } = await journal.matching.read({ partition, from: this.#position, limit: batchMost });
          if (to <= this.#position) {
            this.#isBehind = false;
            break;
          }
          await this.#plan(events, to);
        }
        this.#forgetPlanned();
        failures = 0;
      } catch (error) {
        failed(error, 'plan deliveries');
        await pause(clock, errorBackoffMs(failures++));
      }
    }
  }

  /** Plans the deliveries of events up to the offset `end`, or of the first of them when the work limits are reached. */
  async #plan(events: readonly PlacedEvent[], end: number) {
    const { journal, lease, partition } = this.#options;
    const fired = fire(this.#options, events, end);
    const { now, to, evaluated } = fired;
    const deliveries = fired.deliveries.map(({ event, ...planned }) => ({
      ...planned,
      eventId: evaluated[event]?.[0].id ?? null,
    }));
    this.#planTo = to;
    const from = this.#position;
    try {
      const ids = await journal.matching.plan(lease, { advance: { partition, from, to }, deliveries, now });
      if (ids !== null) return this.#passOn(fired, ids, to);
    } finally {
      this.#planTo = 0;
    }
    // Intake may have planned these events during that call.
    this.#position = Math.max(this.#position, await journal.matching.position(partition));
    if (this.#position === from) throw new Error('another process has taken over the matching of events');
  }

  #forgetPlanned() {
    const first = this.#buffer.findIndex(({ offset }) => offset >= this.#position);
    for (const { bytes } of this.#buffer.splice(0, first < 0 ? this.#buffer.length : first)) this.#bufferBytes -= bytes;
  }
}

const noRules: readonly Rule[] = [];

/**
 * The deliveries that events fire, up to the offset `end`, or up to the first event that is postponed because of the work
 * limits.
 */
function fire(
  { configuration, clock, random }: Pick<MatcherOptions, 'configuration' | 'clock' | 'random'>,
  events: readonly PlacedEvent[],
  end: number,
): Fired {
  const { rules, planOf } = configuration.snapshot;
  const now = clock.now();
  // The same jitter for all, so that deliveries that can share a batch become due together.
  const jitter = random();
  const fired: Fired = { now, to: end, deliveries: [], evaluated: [], sent: [], faults: [] };
  const threw = (error: unknown, actionId: string | null, destinationId: string | null = null) =>
    fired.faults.push({ event: fired.evaluated.length, actionId, destinationId, error });
  const ruleThrew = ({ id }: Rule, error: unknown) => threw(error, id);
  for (const { offset, event } of events) {
    const isEnough = fired.deliveries.length >= plannedMost || clock.now() - now >= matchingMostMs;
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
          const planned: IntakePlan['deliveries'][number] = {
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
          fired.deliveries.push(planned);
        } catch (error) {
          threw(error, action.id, destinationId);
        }
      }
    fired.evaluated.push([event, matches]);
  }
  return fired;
}

/** The deliveries and the faults of the events that are new, with the ids and the time that the journal assigned. */
function keptOf(fired: Fired, { ids, duplicates, receivedAt }: Accepted): Fired {
  const received = isoTime(receivedAt);
  fired.evaluated.forEach((one, index) => {
    const event = one[0];
    event.id = ids[index] ?? '';
    event.receivedAt = received;
  });
  if (duplicates.length === 0) return fired;
  const repeated = new Set(duplicates);
  let place = 0;
  const places = fired.evaluated.map((_, index) => (repeated.has(index) ? null : place++));
  const renumbered = <One extends { event: number }>(some: readonly One[]): One[] =>
    some.flatMap((one) => {
      const event = places[one.event] ?? null;
      return event === null ? [] : { ...one, event };
    });
  const [deliveries, faults] = [renumbered(fired.deliveries), renumbered(fired.faults)];
  const isNew = (_: unknown, index: number) => !repeated.has(index);
  return { ...fired, deliveries, faults, evaluated: fired.evaluated.filter(isNew), sent: fired.sent.filter(isNew) };
}

function eventOf(incoming: IncomingEvent, id: string, receivedAt: string): Event {
  const { name, visitorId, sessionId, occurredAt, data, ext, session, source } = incoming;
  return { id, name, visitorId, sessionId, occurredAt, receivedAt, data, ext, session, source };
}

/**
 * A delivery that was planned just now, as the journal would return it, without attempts. `dataText`: the JSON of the
 * event's data, if known.
 */
export function newDelivery(
  id: string,
  planned: Omit<PlannedDelivery, 'eventId'>,
  eventId: string | null,
  event: Event | null,
  dataText: string | null = null,
): DueDelivery {
  const delivery: DueDelivery = {
    id,
    eventId,
    event,
    dataText,
    actionId: planned.actionId,
    actionVersion: planned.actionVersion,
    destinationId: planned.destinationId,
    destinationVersion: planned.destinationVersion,
    connectionId: planned.connectionId,
    createdAt: placeOf('delivery', id)?.timeMs ?? 0,
    dueAt: planned.dueAt,
    test: planned.test,
    number: 0,
    attempts: 0,
    scheduleStep: 0,
    waitedMs: 0,
    deaths: 0,
    rendered: null,
    replayId: null,
    idempotencyKey: null,
  };
  if (planned.orderKey !== undefined) delivery.orderKey = planned.orderKey;
  return delivery;
}
