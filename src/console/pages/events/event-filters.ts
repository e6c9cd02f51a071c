import type { CallInput } from '../../../client/client.ts';
import type { EventOutcome } from '../../../contract/records/event.ts';
import { useCollectors } from '../../data/data.ts';
import { parts, terms, events as words } from '../../messages/en.ts';
import type { Filter, Values } from '../../parts/list/filters.ts';

const w = words.filters;

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

/** The filters of the list, beside the name. */
export function useEventFilters({ value }: Values) {
  const collectors = useCollectors();
  const collectorOptions = Array.from(collectors.values(), ({ id, name }) => ({ value: id, label: name }));
  return [
    { key: 'visitor', label: terms.visitor, hint: w.visitorHint, isMore: true },
    { key: 'collector', label: terms.collector, isMore: true, options: collectorOptions },
    { key: 'action', label: w.action, isMore: true, searched: () => ({ kind: 'action' }) },
    {
      key: 'outcome',
      label: terms.outcome,
      isMore: true,
      options: outcomes.map((one) => ({ value: one, label: one === 'none' ? words.notSent : parts.status[one] })),
    },
    {
      key: 'parameter',
      label: terms.parameter,
      placeholder: w.parameterHint,
      isMore: true,
      nameOf: (parameter) => w.withValue(parameter, value),
    },
    { key: 'value', label: w.value, hint: w.valueHint, isMore: true, hasNoChip: true, clearedBy: 'parameter' },
    { key: 'trace', label: w.trace },
  ] as const satisfies readonly Filter[];
}

/** The filters as the API takes them for the live stream, which can't know yet what will become of an event. */
export function streamQueryOf(filters: Values): NonNullable<CallInput<'streamEvents'>['query']> {
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
export function queryOf(filters: Values): NonNullable<CallInput<'listEvents'>['query']> {
  return { ...streamQueryOf(filters), outcome: outcomes.find((one) => one === filters['outcome']) };
}

/** Whether an event has the outcome that the filter asks for; undefined: not known yet. */
export function hasOutcome(
  { outcome }: Values,
  deliveries: EventOutcome['deliveries'] | undefined,
): boolean | undefined {
  if (outcome === undefined) return true;
  if (deliveries === undefined) return undefined;
  return outcome === 'none' ? deliveries.length === 0 : deliveries.some(({ status }) => status === outcome);
}
