import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import { eventBytes } from '../../pipeline/accept/size-estimate.ts';
import { behaviorConditions } from '../../pipeline/snapshot/compiled-rules.ts';
import { compileCondition } from '../../rules/compile.ts';
import type { ApiParts, Call, Handlers, OutputOf } from '../call/call.ts';
import { withoutData, withoutMapped, withoutValues } from '../call/payload-redaction.ts';
import { contentTag } from '../http/etag.ts';
import { isIdOf, neighbours, pageBytesMax, pageOfSearch, readCursor } from '../http/pagination.ts';
import { given } from '../http/without-undefined.ts';
import { checkMaySearch } from './event-filter.ts';
import type { EventStreams } from './event-stream.ts';
import { actionExplainer, deliveriesOfEvent } from './explain.ts';

/** Limit of events read for one page; fewer when the deliveries of each are read too. */
const lookedMax = 5_000;
const lookedWithDeliveriesMax = 1_000;
/** Limit of the stored text of these events; a page that stops there is short, with a cursor to continue. */
const lookedBytesMax = 64 * 1024 * 1024;

type Explained = OutputOf<'explainEvent'>;

export function eventHandlers(
  parts: ApiParts,
  streams: EventStreams,
): Handlers<'listEvents' | 'getEvent' | 'getEventNames' | 'getEventOutcomes' | 'explainEvent' | 'streamEvents'> {
  const { log } = parts.journal;
  const { configuration } = parts.pipeline;

  async function find({ params }: Call<'getEvent' | 'explainEvent'>): Promise<Event> {
    const event = await log.event(params.id);
    if (event === null) throw new AppError('not_found', `There is no event ${params.id}; it may have been removed.`);
    return event;
  }

  /** A predicate for the events that match the current rules of an action; an unknown action matches none. */
  function matcherOf(actionId: string): (event: Event) => boolean {
    const { action, behavior } = configuration.snapshot.documents;
    const rules = action.get(actionId)?.body.rules;
    const compiled = rules && compileCondition(rules, behaviorConditions(behavior.values()));
    return compiled?.ok === true ? compiled.condition.matches : () => false;
  }

  /** A filter for the criteria that the journal can't apply; null without such criteria. */
  function fitterOf({ actionId, outcome }: Call<'listEvents'>['query']): null | ((some: Event[]) => Promise<Event[]>) {
    if (actionId === undefined && outcome === undefined) return null;
    const matches = actionId === undefined ? () => true : matcherOf(actionId);
    return async (some) => {
      const matching = some.filter(matches);
      if (outcome === undefined) return matching;
      const stand = await Promise.all(matching.map((event) => stateOf(event.id)));
      return matching.filter((_, index) => {
        const states = stand[index] ?? [];
        return outcome === 'none' ? states.length === 0 : states.some(({ status }) => status === outcome);
      });
    };
  }

  /** The states of an event's deliveries, without tests. */
  async function stateOf(eventId: string) {
    const deliveries = (await deliveriesOfEvent(parts, eventId)).filter(({ test }) => !test);
    return deliveries.map(({ id, actionId, status }) => ({ id, actionId, status }));
  }

  return {
    async listEvents({ query, may }) {
      const { limit, cursor: text, actionId, outcome, receivedAfter, receivedBefore, ...same } = query;
      const cursor = readCursor(text, isIdOf('evt'));
      checkMaySearch(query, may);
      const filters = {
        ...given(same),
        ...(receivedAfter === undefined ? {} : { receivedAfter: Date.parse(receivedAfter) }),
        ...(receivedBefore === undefined ? {} : { receivedBefore: Date.parse(receivedBefore) }),
      };
      const fits = fitterOf(query);
      const lookedMost = outcome === undefined ? lookedMax : lookedWithDeliveriesMax;
      // Criteria that the journal can't apply are checked here, in smaller steps.
      const lookedAtOnce = fits === null ? lookedMost : 500;
      const side = cursor?.side ?? 'older';
      let found: Event[] = [];
      let from = cursor;
      let reached: string | null = null;
      let looked = 0;
      let lookedBytes = 0;
      let foundBytes = 0;
      while (
        found.length <= limit &&
        looked < lookedMost &&
        lookedBytes < lookedBytesMax &&
        foundBytes < pageBytesMax
      ) {
        const most = {
          limit: fits === null ? limit + 1 - found.length : lookedAtOnce,
          lookedMost: Math.min(lookedAtOnce, lookedMost - looked),
        };
        const part = await log.search({ ...filters, ...neighbours(from), ...most });
        const fitting = fits === null ? part.events : await fits(part.events);
        found = side === 'newer' ? [...fitting, ...found] : [...found, ...fitting];
        looked += part.looked;
        foundBytes += fitting.reduce((sum, event) => sum + eventBytes(event), 0);
        lookedBytes += part.lookedBytes;
        reached = part.reached;
        if (reached === null) break;
        from = { side, at: reached };
      }
      const { data, page } = pageOfSearch(found, { cursor, limit, placeOf: (event) => event.id, reached });
      return { data: may('payloads:view') ? data : data.map(withoutData), page };
    },

    async getEvent(call) {
      const event = await find(call);
      const shown = call.may('payloads:view') ? event : withoutData(event);
      call.reply.header('etag', contentTag(shown));
      return shown;
    },

    async getEventNames({ query }) {
      const data = [];
      // One event at a time, because whole events are read.
      for (const eventId of query.ids) {
        const event = await log.event(eventId);
        if (event !== null) data.push({ id: event.id, name: event.name, receivedAt: event.receivedAt });
      }
      return { data };
    },

    async getEventOutcomes({ query }) {
      const data = query.ids.map(async (eventId) => ({ eventId, deliveries: await stateOf(eventId) }));
      return { data: await Promise.all(data) };
    },

    async explainEvent(call): Promise<Explained> {
      const event = await find(call);
      const deliveries = await deliveriesOfEvent(parts, event.id);
      const isShown = call.may('payloads:view');
      const actions = actionExplainer(configuration.snapshot)(event).map(
        ({ actionId, name, status, result, decidedBy, tree, destinations }) => ({
          actionId,
          name,
          status,
          matched: result,
          decidedBy,
          explanation: isShown ? tree : withoutValues(tree),
          destinations: isShown ? destinations : destinations.map(withoutMapped),
          deliveries: deliveries.filter((one) => one.actionId === actionId),
        }),
      );
      return { event: isShown ? event : withoutData(event), actions };
    },

    streamEvents(call) {
      streams.open(call);
      return ''; // the stream writes the response
    },
  };
}
