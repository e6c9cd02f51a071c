import type { Event } from '../../contract/records/event.ts';
import { refOf } from '../../pipeline/preview/check-context.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { withoutData, withoutMapped, withoutReason, withoutValues } from '../call/payload-redaction.ts';
import { found } from '../http/validate.ts';
import { checkMaySearch, searchEvents } from './event-search.ts';
import type { EventStreams } from './event-stream.ts';
import { actionExplainer, deliveriesOfEvent, statesOfEvent } from './explain.ts';

/** Deliveries whose states are given for each event of a list. */
const listedStatesMax = 500;

export function eventHandlers(parts: ApiParts, streams: EventStreams) {
  const { log } = parts.journal;

  async function find({ params: { id } }: Call<'getEvent' | 'explainEvent'>): Promise<Event> {
    return found(await log.event(id), `There is no event ${id}; it may have been removed.`);
  }

  return {
    async listEvents({ query, may }) {
      checkMaySearch(query, may);
      const { data, page } = await searchEvents(query, parts);
      return { data: may('payloads:view') ? data : data.map(withoutData), page };
    },

    async getEvent(call) {
      const event = await find(call);
      return call.may('payloads:view') ? event : withoutData(event);
    },

    async getEventNames({ query }) {
      const data = [];
      // One event at a time, because whole events are read.
      for (const eventId of query.ids) {
        const event = await log.event(eventId);
        if (event !== null) data.push(refOf(event));
      }
      return { data };
    },

    async getEventOutcomes({ query }) {
      const data = query.ids.map(async (eventId) => ({
        eventId,
        deliveries: await statesOfEvent(parts, eventId, listedStatesMax),
      }));
      return { data: await Promise.all(data) };
    },

    async explainEvent(call) {
      const event = await find(call);
      const isShown = call.may('payloads:view');
      const all = await deliveriesOfEvent(parts, event.id);
      const deliveries = isShown ? all : all.map(withoutReason);
      const near = new Set(all.flatMap(({ actionId }) => actionId ?? []));
      const explained = await actionExplainer(parts.pipeline.configuration.snapshot).explain(event, near);
      const deliveriesOf = Map.groupBy(deliveries, ({ actionId }) => actionId);
      const actions = explained.actions.map(({ result, decidedBy, tree, destinations, error, ...action }) => ({
        ...action,
        matched: result,
        decidedBy,
        explanation: isShown ? tree : withoutValues(tree),
        destinations: isShown ? destinations : destinations.map(withoutMapped),
        deliveries: deliveriesOf.get(action.actionId) ?? [],
        error: isShown ? (error?.text ?? null) : (error?.kind ?? null),
      }));
      return { event: isShown ? event : withoutData(event), actions, leftOut: explained.leftOut };
    },

    streamEvents(call) {
      checkMaySearch(call.query, call.may);
      streams.open(call);
      return ''; // the stream writes the response
    },
  } satisfies Partial<Handlers>;
}
