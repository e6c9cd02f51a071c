import { AppError } from '../../contract/errors.ts';
import { given } from '../../contract/given.ts';
import { jsonSize } from '../../contract/json-size.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Page } from '../../contract/records/page.ts';
import { behaviorConditions } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Rule, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { compileCondition } from '../../rules/compile.ts';
import type { ApiParts, Call, QueryOf } from '../call/call.ts';
import { byId, pageBytesMax, pageOfSearch } from '../http/pagination.ts';
import { statesOfEvent } from './explain.ts';

type StreamQuery = QueryOf<'streamEvents'>;

/** Searching data needs the same right as reading it, because results reveal the data. */
export function checkMaySearch({ parameter }: StreamQuery, may: Call['may']): void {
  if (parameter !== undefined && !may('payloads:view'))
    throw new AppError('forbidden', 'Searching the data of events needs the right payloads:view.');
}

/** Whether an event that was just matched fits the query, as the list of events applies it to stored events. */
export function isSought(event: Event, matched: readonly Rule[], query: StreamQuery): boolean {
  const { name, visitorId, collectorId, parameter, value, actionId, trace } = query;
  if (name !== undefined && event.name !== name) return false;
  if (visitorId !== undefined && event.visitorId !== visitorId && event.anonymousId !== visitorId) return false;
  if (collectorId !== undefined && event.source.collectorId !== collectorId) return false;
  if (actionId !== undefined && !matched.some(({ action }) => action.id === actionId)) return false;
  if (trace !== undefined && event.ext['trace'] !== trace) return false;
  if (parameter === undefined) return true;
  return Object.hasOwn(event.data, parameter) && (value === undefined || event.data[parameter] === value);
}

/** Limit of events read for one page; fewer when the deliveries of each are read too. */
const readMax = 5_000;
const readWithDeliveriesMax = 1_000;
/** Limit of the stored text of these events; a page that stops there is short, with a cursor to continue. */
const lookedBytesMax = 64 * 1024 * 1024;

/** A page of the stored events that fit the query, newest first. */
export function searchEvents(query: QueryOf<'listEvents'>, parts: ApiParts): Promise<Page<Event>> {
  const { limit: _l, cursor: _c, actionId: _a, outcome, ...filters } = query;
  const fits = filterOf(query, parts);
  const lookedMax = outcome === undefined ? readMax : readWithDeliveriesMax;
  // Criteria that the journal can't apply are checked here, in smaller steps.
  const lookedAtOnce = fits === null ? lookedMax : 500;
  let looked = 0;
  let lookedBytes = 0;
  let foundBytes = 0;
  return pageOfSearch(query, byId('evt'), async (range, missing) => {
    if (looked >= lookedMax || lookedBytes >= lookedBytesMax || foundBytes >= pageBytesMax) return null;
    const part = await parts.journal.log.search({
      ...given(filters),
      ...range,
      limit: fits === null ? missing : lookedAtOnce,
      lookedMax: Math.min(lookedAtOnce, lookedMax - looked),
    });
    const found = fits === null ? part.events : await fits(part.events);
    looked += part.looked;
    lookedBytes += part.lookedBytes;
    foundBytes += jsonSize(found);
    return { found, reached: part.reached };
  });
}

/** A filter for the criteria that the journal can't apply; null without such criteria. */
function filterOf({ actionId, outcome }: QueryOf<'listEvents'>, parts: ApiParts) {
  if (actionId === undefined && outcome === undefined) return null;
  const matches = actionId === undefined ? () => true : matcherOf(actionId, parts.pipeline.configuration.snapshot);
  return async (events: Event[]): Promise<Event[]> => {
    const matching = events.filter(matches);
    if (outcome === undefined) return matching;
    const states = await Promise.all(matching.map(({ id }) => statesOfEvent(parts, id)));
    return matching.filter((_, i) => {
      const statuses = states[i]?.map(({ status }) => status) ?? [];
      return outcome === 'none' ? statuses.length === 0 : statuses.includes(outcome);
    });
  };
}

/**
 * A predicate for the events that match the current rules of an action; an unknown action matches none, nor do rules that
 * throw.
 */
function matcherOf(actionId: string, { documents }: Snapshot): (event: Event) => boolean {
  const rules = documents.action.get(actionId)?.body.rules;
  const compiled = rules && compileCondition(rules, behaviorConditions(documents.behavior.values()));
  if (compiled?.ok !== true) return () => false;
  const { matches } = compiled.condition;
  return (event) => {
    try {
      return matches(event);
    } catch {
      return false;
    }
  };
}
