import type { CallInput } from '../../../client/client.ts';
import type { StreamedEvent } from '../../data/event-stream.ts';

/** The filters of the list, as they stand in the address. */
export type EventFilters = {
  filter?: string | undefined;
  visitor?: string | undefined;
  collector?: string | undefined;
  action?: string | undefined;
  parameter?: string | undefined;
  value?: string | undefined;
  trace?: string | undefined;
};

/** The same as the API takes them. */
export function queryOf(filters: EventFilters): NonNullable<CallInput<'listEvents'>['query']> {
  const { filter, visitor, collector, action, parameter, value, trace } = filters;
  return {
    name: filter,
    visitorId: visitor,
    collectorId: collector,
    actionId: action,
    parameter,
    value: parameter === undefined ? undefined : value,
    trace,
  };
}

export function isFiltered(filters: EventFilters): boolean {
  return Object.values(queryOf(filters)).some((value) => value !== undefined && value !== '');
}

/** Whether an event of the stream, which knows no filters, belongs into the list. */
export function fits({ event, matched }: StreamedEvent, filters: EventFilters): boolean {
  const { filter, visitor, collector, action, parameter, value, trace } = filters;
  if (filter !== undefined && event.name !== filter) return false;
  if (visitor !== undefined && event.visitorId !== visitor) return false;
  if (collector !== undefined && event.source.collectorId !== collector) return false;
  if (action !== undefined && !matched.some(({ id }) => id === action)) return false;
  if (trace !== undefined && event.ext['trace'] !== trace) return false;
  if (parameter === undefined) return true;
  const found = event.data[parameter];
  return value === undefined ? found !== undefined : found === value;
}
