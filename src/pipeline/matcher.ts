import type { Event, IncomingEvent } from '../contract/event.ts';
import type { DueDelivery, Journal, Lease, PlacedEvent, PlannedDelivery } from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Clock, pause } from './clock.ts';
import type { Rule, Snapshot } from './configuration.ts';
import { freshDelivery } from './fresh-delivery.ts';
import { weightOfEvent } from './weight.ts';

export type Matcher = AsyncDisposable & {
  start(): Promise<void>;
  /** Keeps one request's events durably, then hands them on to matching; answers their ids in input order. */
  accept(request: { collectorId: string; receivedAt: number; events: IncomingEvent[] }): Promise<string[]>;
  depth(): number;
};

/** An event and the rules that it fired. */
export type Matched = readonly [event: Event, rules: readonly Rule[]];

export type MatcherOptions = {
  journal: Pick<Journal, 'intake' | 'matching'>;
  lease: Lease;
  partition: number;
  clock: Clock;
  configuration: {
    readonly snapshot: {
      rules: Pick<Snapshot['rules'], 'match'>;
      documents: Pick<Snapshot['documents'], 'destination'>;
    };
  };
  planned(deliveries: readonly DueDelivery[]): void;
  /** New events of a collector are kept. */
  accepted(collectorId: string, events: number): void;
  /** What fired is planned. */
  matched(events: readonly Matched[]): void;
  telemetry: Pick<Telemetry, 'eventsAccepted' | 'eventsMatched'>;
  failed(error: unknown, doing: string): void;
};

const bufferMost = 4_000;
const bufferBytesMost = 32 * 1024 * 1024;
const batchMost = 500;
/** Events of unknown weight that are read at once. */
const firstReading = 32;
const readBytesMost = 16 * 1024 * 1024;
/** Deliveries in one transaction; one event may bring more. */
const plannedMost = 5_000;
/** How long events are matched before others get their turn. */
const matchingMostMs = 20;
const retryMs = 1_000;

/**
 * Decides for each event, in the order of the log, which actions fire, and plans their deliveries. Events come from
 * intake through memory; when memory is full or the process is new they are read from the log.
 */
export function createMatcher(options: MatcherOptions): Matcher {
  const { journal, lease, partition, clock, configuration } = options;
  const buffer: (PlacedEvent & { bytes: number })[] = [];
  let bufferBytes = 0;
  let readMost = firstReading;
  let position = 0;
  /** The offset after the last event that intake kept. */
  let end = 0;
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
          const { events, to } = await journal.matching.read({ partition, from: position, limit: readMost });
          if (to <= position) {
            isBehind = false;
            break;
          }
          await plan(events, to);
          const bytes = events.reduce((sum, { event }) => sum + weightOfEvent(event), 1);
          readMost = Math.max(1, Math.min(batchMost, Math.floor((readBytesMost * events.length) / bytes)));
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

  /** Plans the deliveries of events up to the offset `end`, or of the first of them when that is much work. */
  async function plan(events: readonly PlacedEvent[], end: number) {
    const { rules, documents } = configuration.snapshot;
    const now = clock.now();
    const deliveries: PlannedDelivery[] = [];
    const sources: Event[] = [];
    const news: Matched[] = [];
    let to = end;
    for (const { offset, event } of events) {
      if (news.length > 0 && (deliveries.length >= plannedMost || clock.now() - now >= matchingMostMs)) {
        to = offset;
        break;
      }
      const fired = rules.match(event);
      news.push([event, fired]);
      for (const { action } of fired)
        for (const { destinationId } of action.body.destinations) {
          const destination = documents.destination.get(destinationId);
          if (destination === undefined) continue;
          sources.push(event);
          deliveries.push({
            eventId: event.id,
            actionId: action.id,
            actionVersion: action.version,
            destinationId,
            destinationVersion: destination.version,
            connectionId: destination.body.connectionId,
            dueAt: now,
            test: false,
          });
        }
    }
    const ids = await journal.matching.plan(lease, { advance: { partition, from: position, to }, deliveries, now });
    if (ids === null) throw new Error('another process has taken over the matching of events');
    position = to;
    const due = deliveries.map((planned, index) => freshDelivery(ids[index] ?? '', planned, sources[index] ?? null));
    options.telemetry.eventsMatched({ events: news.length, deliveries: due.length });
    if (due.length > 0) options.planned(due);
    options.matched(news);
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
      const [accepted] = await journal.intake.accept([{ partition, collectorId, receivedAt, events }]);
      if (accepted === undefined) throw new Error('the journal did not answer');
      const { ids, duplicates, from } = accepted;
      const repeated = duplicates.length === 0 ? null : new Set(duplicates);
      const received = new Date(accepted.receivedAt).toISOString();
      let offset = from;
      const isFollowing =
        buffer.length < bufferMost &&
        bufferBytes < bufferBytesMost &&
        from >= position &&
        (buffer.at(-1)?.offset ?? from - 1) === from - 1;
      for (let index = 0; index < events.length; index++) {
        const incoming = events[index];
        if (incoming === undefined || repeated?.has(index) === true) continue;
        if (isFollowing) {
          const event = stored(incoming, ids[index] ?? '', received);
          const bytes = weightOfEvent(event);
          buffer.push({ offset, event, bytes });
          bufferBytes += bytes;
        }
        offset += 1;
      }
      end = Math.max(end, offset);
      kick();
      options.accepted(collectorId, ids.length - duplicates.length);
      options.telemetry.eventsAccepted({ events: ids.length - duplicates.length, duplicates: duplicates.length });
      return ids;
    },
    depth: () => buffer.length,
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running;
    },
  };
}

function stored(incoming: IncomingEvent, id: string, receivedAt: string): Event {
  const { name, visitorId, sessionId, occurredAt, data, ext, session, source } = incoming;
  return { id, name, visitorId, sessionId, occurredAt, receivedAt, data, ext, session, source };
}
