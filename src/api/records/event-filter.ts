import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Rule } from '../../pipeline/snapshot/snapshot.ts';
import type { Call } from '../call/call.ts';

type Sought = Call<'streamEvents'>['query'];

/** Searching data needs the same right as reading it, because results reveal the data. */
export function checkMaySearch({ parameter }: Sought, may: Call<'streamEvents'>['may']): void {
  if (parameter !== undefined && !may('payloads:view'))
    throw new AppError('forbidden', 'Searching the data of events needs the right payloads:view.');
}

/** Whether an event that was just matched fits the query, as the list of events applies it to stored events. */
export function isSought(event: Event, matched: readonly Rule[], query: Sought): boolean {
  const { name, visitorId, collectorId, parameter, value, actionId, trace } = query;
  if (name !== undefined && event.name !== name) return false;
  if (visitorId !== undefined && event.visitorId !== visitorId) return false;
  if (collectorId !== undefined && event.source.collectorId !== collectorId) return false;
  if (actionId !== undefined && !matched.some(({ action }) => action.id === actionId)) return false;
  if (trace !== undefined && event.ext['trace'] !== trace) return false;
  if (parameter === undefined) return true;
  return Object.hasOwn(event.data, parameter) && (value === undefined || event.data[parameter] === value);
}
