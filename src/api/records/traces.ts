import { withoutText } from '../../contract/erased-text.ts';
import { AppError } from '../../contract/errors.ts';
import { firstId, timeOf } from '../../contract/ids.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import {
  type Trace,
  type TracedStory,
  traceHeader,
  traceLimits,
  traceParameter,
  traceScript,
} from '../../contract/records/trace.ts';
import { refOf } from '../../pipeline/preview/check-context.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { overShare, ownerOf } from '../call/fair-share.ts';
import { withoutReason } from '../call/payload-redaction.ts';
import { byId, pageOfAll } from '../http/pagination.ts';
import { found } from '../http/validate.ts';
import { actionExplainer, deliveriesMax, deliveriesOfEvent } from './explain.ts';

type Kept = {
  id: string;
  /** Who started it: see fair-share.ts. */
  owner: string;
  name: string | null;
  startedAt: number;
  endedAt: number | null;
  eventIds: Set<string>;
};

const runningMax = 100;
const endedMax = 100;
/** Limit of events read for a trace that is not in memory. */
const lookedMax = 100_000;

/**
 * Traces are kept in memory: the running ones with the ids of their events, and the last ended ones. An event keeps its
 * trace as `ext.trace`, and the id of a trace contains its start time, so a trace that is not in memory can still be
 * read.
 */
export function createTraces({ now, newId }: Pick<ApiParts, 'newId' | 'now'>) {
  const running = new Map<string, Kept>();
  const ended = new Map<string, Kept>();

  /** Ends the traces that have reached their time limit. */
  function expire() {
    for (const one of running.values()) {
      if (now() < one.startedAt + traceLimits.runsMs) return; // the oldest comes first
      end(one, one.startedAt + traceLimits.runsMs);
    }
  }

  function end(one: Kept, at: number) {
    one.endedAt = at;
    running.delete(one.id);
    ended.set(one.id, one);
    if (ended.size > endedMax) ended.delete(ended.keys().next().value ?? '');
  }

  function runs(id: string): Kept | null {
    return running.get(id) ?? null;
  }

  return {
    all(): Kept[] {
      expire();
      return [...running.values(), ...ended.values()];
    },

    find(id: string): Kept | undefined {
      expire();
      return running.get(id) ?? ended.get(id);
    },

    start(name: string | null, owner: string): Kept {
      expire();
      if (running.size >= runningMax) {
        const other = overShare(running.values(), owner);
        if (other === null)
          throw new AppError('conflict', `The limit of ${runningMax} running traces is reached. Stop one first.`);
        end(other, now());
      }
      const one: Kept = { id: newId('trace'), owner, name, startedAt: now(), endedAt: null, eventIds: new Set() };
      running.set(one.id, one);
      return one;
    },

    stop(one: Kept): void {
      if (one.endedAt === null) end(one, now());
    },

    /** Removes the text of an erased visitor from the names that people gave. */
    erase(text: string): void {
      for (const one of [...running.values(), ...ended.values()]) one.name = withoutText({ name: one.name }, text).name;
    },

    /**
     * Marks the events of an intake request that belong to running traces, by its URL and its header. Returns a function
     * to call with the ids of the events; null when none is needed.
     */
    mark(url: string, header: unknown, events: IncomingEvent[]): ((ids: readonly string[]) => void) | null {
      if (running.size === 0) return null;
      expire();
      const whole = runs(textOrNone(header)) ?? runs(named(url));
      const traced = events.flatMap((event, index) => {
        const { 'wt.es': page, 'ext.trace': given } = event.data;
        const one = whole ?? runs(textOrNone(given)) ?? runs(named(textOrNone(page)));
        if (one === null) return [];
        event.ext = { ...event.ext, trace: one.id };
        return [{ one, index }];
      });
      if (traced.length === 0) return null;
      return (ids) => {
        for (const { one, index } of traced) {
          const id = ids[index];
          if (id !== undefined && one.eventIds.size < traceLimits.events) one.eventIds.add(id);
        }
      };
    },
  };
}

export type Traces = ReturnType<typeof createTraces>;

/** Traces, with the story of their events. */
export function traceHandlers(parts: ApiParts, traces: Traces) {
  return {
    listTraces({ query }) {
      const wanted = traces.all().map(shown);
      return pageOfAll(
        wanted.filter((one) => (query.state ?? one.state) === one.state),
        query,
        byId('trc'),
      );
    },
    startTrace: ({ body, principal }) => shown(traces.start(body().name ?? null, ownerOf(principal))),
    async getTrace({ params: { id }, may }) {
      const isShown = may('payloads:view');
      const known = traces.find(id);
      if (known !== undefined)
        return { ...shown(known), events: await tell(storedEvents(known, parts), parts, isShown) };
      const startedAt = found(timeOf('trace', id), unknown(id));
      const events = await tell(searchedEvents(id, startedAt, parts), parts, isShown);
      if (events.length === 0) throw new AppError('not_found', unknown(id));
      return { ...shown({ id, name: null, startedAt, endedAt: startedAt + traceLimits.runsMs }), events };
    },
    stopTrace({ params: { id } }) {
      const one = found(traces.find(id), unknown(id));
      traces.stop(one);
      return shown(one);
    },
  } satisfies Partial<Handlers>;
}

const unknown = (id: string) => `There is no trace ${id}, or its events have been removed.`;

async function* storedEvents({ eventIds }: Kept, { journal }: ApiParts): AsyncGenerator<Event> {
  for (const id of eventIds) {
    const event = await journal.log.event(id);
    if (event !== null) yield event;
  }
}

/** The events of a trace that is not in memory. */
async function* searchedEvents(trace: string, startedAt: number, { journal }: ApiParts): AsyncGenerator<Event> {
  let after = firstId('event', startedAt);
  let left: number = traceLimits.events;
  for (let looked = 0; left > 0 && looked < lookedMax; ) {
    const part = await journal.log.search({
      trace,
      limit: left,
      lookedMax: lookedMax - looked,
      after,
      receivedAfter: startedAt,
      receivedBefore: startedAt + traceLimits.runsMs,
    });
    yield* part.events.reverse();
    if (part.reached === null) return;
    after = part.reached;
    left -= part.events.length;
    looked += part.looked;
  }
}

/** Lines in the story of a trace: in all; of actions that an event does not match; deliveries of each event. */
const listedMax = { actions: 10_000, deliveries: 5_000 } as const;
const othersMax = 100;
const deliveriesMin = 10;

async function tell(events: AsyncIterable<Event>, parts: ApiParts, isShown: boolean): Promise<TracedStory['events']> {
  const explainer = actionExplainer(parts.pipeline.configuration.snapshot);
  const story: TracedStory['events'] = [];
  const room = { ...listedMax };
  for await (const event of events) {
    const most = Math.min(deliveriesMax, Math.max(room.deliveries, deliveriesMin));
    const deliveries = await deliveriesOfEvent(parts, event.id, most);
    const actions = (await explainer.results(event))
      .filter((one) => one.status === 'enabled' || deliveries.some(({ actionId }) => actionId === one.actionId))
      .map(({ actionId, name, result, decidedBy }) => ({ actionId, name, matched: result, decidedBy }));
    const others = actions.filter(({ matched }) => !matched);
    const left = new Set(others.slice(0, othersMax));
    const listed = actions.filter((one) => one.matched || left.has(one)).slice(0, room.actions);
    room.actions -= listed.length;
    room.deliveries -= deliveries.length;
    story.push({
      event: refOf(event),
      actions: listed,
      notMatching: others.length,
      deliveries: isShown ? deliveries : deliveries.map(withoutReason),
    });
  }
  return story;
}

const inAddress = new RegExp(`[?&]${traceParameter}=([0-9a-z_]{30})(?![0-9a-z_])`);

const named = (address: string) => inAddress.exec(address)?.[1] ?? '';

const textOrNone = (value: unknown) => (typeof value === 'string' ? value : '');

function shown({ id, name, startedAt, endedAt }: Omit<Kept, 'eventIds' | 'owner'>): Trace {
  return {
    id,
    name,
    startedAt: new Date(startedAt).toISOString(),
    expiresAt: new Date(startedAt + traceLimits.runsMs).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    state: endedAt === null ? 'running' : 'ended',
    attach: { parameter: traceParameter, header: traceHeader, script: traceScript(id) },
  };
}
