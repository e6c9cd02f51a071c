import type { CallInput } from '../../../client/client.ts';
import type { EventRow } from './event-rows.ts';

/** The filters of the list, as they stand in the address. */
export type EventFilters = {
  filter?: string | undefined;
  visitor?: string | undefined;
  collector?: string | undefined;
  action?: string | undefined;
  parameter?: string | undefined;
  value?: string | undefined;
  trace?: string | undefined;
  outcome?: Outcome | undefined;
};

export const outcomes = [
  'delivered',
  'pending',
  'sending',
  'retrying',
  'held',
  'failed',
  'skipped',
  'cancelled',
  'none',
] as const;
export type Outcome = (typeof outcomes)[number];

/** The same as the API takes them for the live stream, which can't know yet what will become of an event. */
export function streamQueryOf(filters: EventFilters): NonNullable<CallInput<'streamEvents'>['query']> {
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

/** The same as the list takes them. */
export function queryOf(filters: EventFilters): NonNullable<CallInput<'listEvents'>['query']> {
  return { ...streamQueryOf(filters), outcome: filters.outcome };
}

export function isFiltered(filters: EventFilters): boolean {
  return Object.values(queryOf(filters)).some((value) => value !== undefined && value !== '');
}

/** Whether an event stands as the filter says; not known yet: undefined. */
export function hasOutcome({ outcome }: EventFilters, deliveries: EventRow['deliveries']): boolean | undefined {
  if (outcome === undefined) return true;
  if (deliveries === undefined) return undefined;
  return outcome === 'none' ? deliveries.length === 0 : deliveries.some(({ status }) => status === outcome);
}
