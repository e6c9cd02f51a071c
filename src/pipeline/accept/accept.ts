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
  /** Keeps one request's events durably, then hands them on to matching; answers their ids in input order. */
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
  /** New events of a collector are kept. */
  accepted(collectorId: string, events: number): void;
  /** What fired is planned. */
  matched(events: readonly Matched[]): void;
  telemetry: Pick<Telemetry, 'eventsAccepted' | 'eventsMatched'>;
  /** For jitter: 0 ≤ x < 1. */
  random(): number;
  failed(error: unknown, doing: string): void;
};

const bufferMost = 4_000;
const bufferBytesMost = 32 * 1024 * 1024;
const batchMost = 500;
/** Events of unknown weight that are read at once. */
/** Deliveries in one transaction; one event may bring more. */
const plannedMost = 5_000;
/** How long events are matched before others get their turn. */
const matchingMostMs = 20;
const retryMs = 1_000;

/**
 * Decides for each event, in the order of the log, which actions fire, and plans their deliveries: while no event waits,
 * in the transaction that keeps it. Events that have to wait come through memory, and when that is full or the process
 * is new they are read from the log.
 */
export function createMatcher(options: MatcherOptions): Matcher {
  const { journal, lease, partition, clock, configuration } = options;
  const buffer: (PlacedEvent & { bytes: number })[] = [];
  let bufferBytes = 0;
  let position = 0;
  /** The offset after the last event that intake kept. */
  let end = 0;
  /** Requests on their way to the journal whose events will have to be matched afterwards. */
  let looseRequests = 0;
  /** The offset to which a plan on its way moves the position; 0 without one. */
  let planTo = 0;
  /** Whether the log may hold events from before this process. */
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

  /** What events fire, up to the offset `end`, or to the first of those that are left for later when it is much work. */
  function fire(events: readonly PlacedEvent[], end: number): Fired {
    const { rules, documents } = configuration.snapshot;
    const now = clock.now();
    // One for all, so that what may travel in a batch comes due together.
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

  /** Plans the deliveries of events up to the offset `end`, or of the first of them when that is much work. */
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
    // Intake may have planned these meanwhile.
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

  /** What the events of a request fire, to be planned when they are kept; null: they have to wait for others. */
  function fireEarly(events: readonly IncomingEvent[], receivedAt: number): Fired | null {
    if (!isStarted || isBehind || isStopping || looseRequests > 0 || Math.max(position, planTo) < end) return null;
    const received = new Date(receivedAt).toISOString();
    const fired = fire(
      events.map((incoming, offset) => ({ offset, event: stored(incoming, '', received) })),
      events.length,
    );
    return fired.to === events.length && fired.deliveries.length <= plannedMost ? fired : null;
  }

  /** Takes what a request brought into memory, where it waits to be matched; or leaves it to be read from the log. */
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
      if (accepted === undefined) throw new Error('the journal did not answer');
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

/** What was fired by the events that are new, with the ids and the time that they got. */
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
