import { type Clock, pause } from '../../async/clock.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import type { Accepted, DueDelivery, IntakePlan, Journal, Lease, PlacedEvent } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { nextAttempt } from '../limits/backoff.ts';
import type { Document, Rule, Snapshot } from '../snapshot/snapshot.ts';
import { newDelivery } from './new-delivery.ts';
import { orderKeyOf } from './order-key.ts';
import { eventBytes } from './size-estimate.ts';

type Matcher = AsyncDisposable & {
  start(): Promise<void>;
  /** Stores the events of one request durably, then passes them to matching; returns their ids in input order. */
  accept(request: { collectorId: string; receivedAt: number; events: IncomingEvent[] }): Promise<string[]>;
  depth(): number;
};

/** Deliveries that events fire, each with the index of its event in `news`; `to` is the offset after the last event. */
type Fired = {
  now: number;
  to: number;
  deliveries: IntakePlan['deliveries'];
  news: Matched[];
};

/** An event and the rules that it fired. */
export type Matched = readonly [event: Event, rules: readonly Rule[]];

type MatcherOptions = {
  journal: Pick<Journal, 'intake' | 'matching'>;
  lease: Lease;
  partition: number;
  clock: Clock;
  configuration: {
    readonly snapshot: {
      rules: Pick<Snapshot['rules'], 'match'>;
      documents: Pick<Snapshot['documents'], 'destination' | 'connection'>;
    };
  };
  planned(deliveries: readonly DueDelivery[]): void;
  /** New events of a collector are stored. */
  accepted(collectorId: string, events: number): void;
  /** The deliveries of these events are planned. */
  matched(events: readonly Matched[]): void;
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
const retryMs = 1_000;

/**
 * Decides for each event, in the order of the log, which actions fire, and plans their deliveries: in the transaction
 * that stores the event while no earlier event is unmatched. Otherwise events wait in memory, or are read from the log
 * when the memory is full or the process has just started.
 */
export function createMatcher(options: MatcherOptions): Matcher {
  const { journal, lease, partition, clock, configuration } = options;
  const buffer: (PlacedEvent & { bytes: number })[] = [];
  let bufferBytes = 0;
  let position = 0;
  /** The offset after the last stored event. */
  let end = 0;
  /** Requests that are being written to the journal without a plan, and whose events must be matched afterwards. */
  let looseRequests = 0;
  /** The offset to which a plan in progress moves the position; 0 without one. */
  let planTo = 0;
  /** Whether the log may contain unmatched events from before this process. */
  let isBehind = true;
  let running: Promise<void> | null = null;
  let isStarted = false;
  let isStopping = false;

  async function run() {
    while (!isStopping && (buffer.length > 0 || isBehind || position < end)) {
      try {
        const first = buffer[0];
        if (first !== undefined && first.offset === position) {
          const batch = buffer.slice(0, batchMost);
          const last = batch.at(-1) ?? first;
          await plan(batch, last.offset + 1);
        } else {
          const { events, to } = await journal.matching.read({ partition, from: position, limit: batchMost });
          if (to <= position) {
            isBehind = false;
            break;
          }
          await plan(events, to);
        }
        forgetPlanned();
      } catch (error) {
        options.failed(error, 'plan deliveries');
        await pause(clock, retryMs);
      }
    }
  }

  function forgetPlanned() {
    const first = buffer.findIndex(({ offset }) => offset >= position);
    for (const { bytes } of buffer.splice(0, first < 0 ? buffer.length : first)) bufferBytes -= bytes;
  }

  /**
   * The deliveries that events fire, up to the offset `end`, or up to the first event that is postponed because of the
   * work limits.
   */
  function fire(events: readonly PlacedEvent[], end: number): Fired {
    const { rules, documents } = configuration.snapshot;
    const now = clock.now();
    // The same jitter for all, so that deliveries that can share a batch become due together.
    const jitter = options.random();
    const fired: Fired = { now, to: end, deliveries: [], news: [] };
    for (const { offset, event } of events) {
      const isMuch = fired.deliveries.length >= plannedMost || clock.now() - now >= matchingMostMs;
      if (fired.news.length > 0 && isMuch) return { ...fired, to: offset };
      const matches = rules.match(event);
      for (const { action } of matches)
        for (const { destinationId } of action.body.destinations) {
          const destination = documents.destination.get(destinationId);
          if (destination === undefined) continue;
          const planned: IntakePlan['deliveries'][number] = {
            event: fired.news.length,
            actionId: action.id,
            actionVersion: action.version,
            destinationId,
            destinationVersion: destination.version,
            connectionId: destination.body.connectionId,
            dueAt: firstDueAt(destination, documents.connection, now, jitter),
            test: false,
          };
          const orderKey = orderKeyOf(destination, event);
          if (orderKey !== undefined) planned.orderKey = orderKey;
          fired.deliveries.push(planned);
        }
      fired.news.push([event, matches]);
    }
    return fired;
  }

  /**
   * Plans the deliveries of events up to the offset `end`, or of the first of them when the work limits are reached.
   */
  async function plan(events: readonly PlacedEvent[], end: number) {
    const fired = fire(events, end);
    const { now, to, news } = fired;
    const deliveries = fired.deliveries.map(({ event, ...planned }) => ({
      ...planned,
      eventId: news[event]?.[0].id ?? null,
    }));
    planTo = to;
    const from = position;
    try {
      const ids = await journal.matching.plan(lease, { advance: { partition, from, to }, deliveries, now });
      if (ids !== null) return handOn(fired, ids, to);
    } finally {
      planTo = 0;
    }
    // Intake may have planned these events during that call.
    position = Math.max(position, await journal.matching.position(partition));
    if (position === from) throw new Error('another process has taken over the matching of events');
  }

  function handOn({ deliveries, news }: Fired, ids: readonly string[], to: number) {
    position = Math.max(position, to);
    const due = deliveries.map((planned, at) => {
      const event = news[planned.event]?.[0] ?? null;
      return newDelivery({ id: ids[at] ?? '', planned, eventId: event?.id ?? null, event });
    });
    options.telemetry.eventsMatched({ events: news.length, deliveries: due.length });
    if (due.length > 0) options.planned(due);
    options.matched(news);
  }

  /**
   * The deliveries that the events of a request fire, to be planned when they are stored; null: earlier events come
   * first.
   */
  function fireEarly(events: readonly IncomingEvent[], receivedAt: number): Fired | null {
    if (!isStarted || isBehind || isStopping || looseRequests > 0 || Math.max(position, planTo) < end) return null;
    const received = new Date(receivedAt).toISOString();
    const fired = fire(
      events.map((incoming, offset) => ({ offset, event: stored(incoming, '', received) })),
      events.length,
    );
    return fired.to === events.length && fired.deliveries.length <= plannedMost ? fired : null;
  }

  /** Buffers the events of a request in memory until they are matched, or leaves them to be read from the log. */
  function keep(events: readonly IncomingEvent[], { ids, duplicates, from, receivedAt }: Accepted) {
    const repeated = new Set(duplicates);
    const received = new Date(receivedAt).toISOString();
    const isFollowing =
      buffer.length < bufferMost &&
      bufferBytes < bufferBytesMost &&
      from >= position &&
      (buffer.at(-1)?.offset ?? from - 1) === from - 1;
    let offset = from;
    for (const [index, incoming] of isFollowing ? events.entries() : []) {
      if (repeated.has(index)) continue;
      const event = stored(incoming, ids[index] ?? '', received);
      const bytes = eventBytes(event);
      buffer.push({ offset, event, bytes });
      bufferBytes += bytes;
      offset += 1;
    }
    kick();
  }

  function kick() {
    if (!isStarted || running !== null || isStopping) return;
    running = run().finally(() => {
      running = null;
      if (buffer.length > 0 && !isStopping) kick();
    });
  }

  return {
    async start() {
      position = await journal.matching.position(partition);
      isStarted = true;
      kick();
    },
    async accept({ collectorId, receivedAt, events }) {
      const early = fireEarly(events, receivedAt);
      const request = { partition, collectorId, receivedAt, events };
      const plan = early && {
        lease,
        now: early.now,
        deliveries: early.deliveries,
      };
      if (plan === null) looseRequests += 1;
      const [accepted] = await journal.intake.accept([plan === null ? request : { ...request, plan }]).finally(() => {
        if (plan === null) looseRequests -= 1;
      });
      if (accepted === undefined) throw new Error('the journal returned no result');
      const { ids, duplicates, from, planned } = accepted;
      const kept = ids.length - duplicates.length;
      end = Math.max(end, from + kept);
      if (early !== null && planned !== null) handOn(keptOf(early, accepted), planned, from + kept);
      else keep(events, accepted);
      options.accepted(collectorId, kept);
      options.telemetry.eventsAccepted({ events: kept, duplicates: duplicates.length });
      return ids;
    },
    depth: () => buffer.length,
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running;
    },
  };
}

/** The deliveries of the events that are new, with the ids and the time that the journal assigned. */
function keptOf(fired: Fired, { ids, duplicates, receivedAt }: Accepted): Fired {
  const received = new Date(receivedAt).toISOString();
  for (const [index, [event]] of fired.news.entries()) {
    event.id = ids[index] ?? '';
    event.receivedAt = received;
  }
  if (duplicates.length === 0) return fired;
  const repeated = new Set(duplicates);
  const places = fired.news.flatMap((_, index) => (repeated.has(index) ? [] : index));
  const deliveries = fired.deliveries.flatMap((planned) =>
    repeated.has(planned.event) ? [] : { ...planned, event: places.indexOf(planned.event) },
  );
  return { ...fired, deliveries, news: fired.news.filter((_, index) => !repeated.has(index)) };
}

function stored(incoming: IncomingEvent, id: string, receivedAt: string): Event {
  const { name, visitorId, sessionId, occurredAt, data, ext, session, source } = incoming;
  return { id, name, visitorId, sessionId, occurredAt, receivedAt, data, ext, session, source };
}

/** When the first attempt is due: after the first wait of the retry schedule. */
function firstDueAt(
  { body }: Document<DestinationBody>,
  connections: Pick<Snapshot['documents']['connection'], 'get'>,
  now: number,
  jitter: number,
): number {
  const policy = body.settings.retry ?? connections.get(body.connectionId)?.body.settings.retry;
  return policy === undefined ? now : (nextAttempt({ policy, step: 0, now, random: () => jitter }) ?? now);
}
