import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNamed } from '../../data/named.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { type Chip, FilterChips } from '../../parts/filter-chips.tsx';
import { FilterPopover } from '../../parts/filter-popover.tsx';
import { options } from '../../parts/options.ts';
import { type DeliveryFilters, isErrorKind, isReason, isStatus } from './delivery-filters.ts';

const w = words.filters;

const reasons = Object.entries(outcomes.reason).map(([value, { short }]) => ({ value, label: short }));

type Props = { filters: DeliveryFilters; onChange: (change: DeliveryFilters) => void };
type Typed = { currentTarget: { value: string } };

const statuses = Object.keys(outcomes.status).map((value) => ({
  value,
  label: isStatus(value) ? parts.status[value] : value,
}));
const kinds = Object.entries(outcomes.errorKind).map(([value, { short }]) => ({ value, label: short }));

/** Status and time at hand, everything else behind *Add filter*. */
export function DeliveryFilterBar({ filters, onChange }: Props): ReactNode {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const set =
    (name: keyof DeliveryFilters, apply: (part: DeliveryFilters) => void) =>
    ({ currentTarget: { value } }: Typed) =>
      apply({ [name]: value === '' ? undefined : value });
  return (
    <>
      <NativeSelect
        aria-label={w.status}
        value={isStatus(filters.status) ? filters.status : ''}
        onChange={set('status', onChange)}
        data={[{ value: '', label: w.anyStatus }, ...statuses]}
      />
      <NativeSelect
        aria-label={w.time}
        value={filters.range ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ range: ranges.find((one) => one === value), from: undefined, until: undefined })
        }
        data={[{ value: '', label: w.anyTime }, ...options(w.ranges)]}
      />
      {filters.range === 'custom' ? (
        <>
          <TextInput
            type="datetime-local"
            aria-label={w.from}
            value={filters.from ?? ''}
            onChange={set('from', onChange)}
          />
          <TextInput
            type="datetime-local"
            aria-label={w.until}
            value={filters.until ?? ''}
            onChange={set('until', onChange)}
          />
        </>
      ) : null}
      <FilterPopover title={w.title} value={filters} onApply={onChange}>
        {(draft, change) => (
          <>
            <NativeSelect
              label={w.action}
              value={draft.action ?? ''}
              onChange={set('action', change)}
              data={[{ value: '', label: w.anyAction }, ...named(actions.values())]}
            />
            <NativeSelect
              label={w.connection}
              value={draft.connection ?? ''}
              onChange={({ currentTarget: { value } }) =>
                change({ connection: value === '' ? undefined : value, destination: undefined })
              }
              data={[{ value: '', label: w.anyConnection }, ...named(connections.values())]}
            />
            <NativeSelect
              label={w.destination}
              value={draft.destination ?? ''}
              onChange={set('destination', change)}
              data={[
                { value: '', label: w.anyDestination },
                ...named(
                  [...destinations.values()]
                    .filter(({ connectionId }) => draft.connection === undefined || draft.connection === connectionId)
                    .map(({ id, name, connectionId }) => ({
                      id,
                      name: words.target(connections.get(connectionId)?.name ?? connectionId, name),
                    })),
                ),
              ]}
            />
            <NativeSelect
              label={w.errorKind}
              value={draft.error ?? ''}
              onChange={set('error', change)}
              data={[{ value: '', label: w.anyError }, ...kinds]}
            />
            <NativeSelect
              label={w.reason}
              value={draft.reason ?? ''}
              onChange={set('reason', change)}
              data={[{ value: '', label: w.anyReason }, ...reasons]}
            />
            <NativeSelect
              label={w.test}
              value={draft.test ?? ''}
              onChange={set('test', change)}
              data={[{ value: '', label: w.anyTest }, ...options(w.tests)]}
            />
          </>
        )}
      </FilterPopover>
    </>
  );
}

const ranges = ['15m', '1h', '24h', '7d', 'custom'] as const;

function named(all: Iterable<{ id: string; name: string }>): { value: string; label: string }[] {
  return [...all].map(({ id, name }) => ({ value: id, label: name }));
}

/** What is set behind *Add filter*, each with the button that takes it away. */
export function DeliveryChips({ filters, onChange }: Props): ReactNode {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const { action, connection, destination, error, reason, batch, test } = filters;
  const chips: Chip[] = [];
  const chip = (name: string, value: string, without: DeliveryFilters) =>
    chips.push({ text: w.chip(name, value), onRemove: () => onChange(without) });
  if (action !== undefined) chip(w.action, actions.get(action)?.name ?? action, { action: undefined });
  if (connection !== undefined)
    chip(w.connection, connections.get(connection)?.name ?? connection, { connection: undefined });
  if (destination !== undefined)
    chip(w.destination, destinations.get(destination)?.name ?? destination, { destination: undefined });
  if (isErrorKind(error)) chip(w.errorKind, outcomes.errorKind[error].short, { error: undefined });
  if (isReason(reason)) chip(w.reason, outcomes.reason[reason].short, { reason: undefined });
  if (batch !== undefined) chip(w.batch, batch, { batch: undefined });
  if (test !== undefined) chip(w.test, w.tests[test], { test: undefined });
  return <FilterChips chips={chips} />;
}
