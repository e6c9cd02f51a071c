import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNamed } from '../../data/named.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { options } from '../../parts/form/options.ts';
import { FilterChips } from '../../parts/list/filter-chips.tsx';
import { FilterPopover } from '../../parts/list/filter-popover.tsx';
import { useMay } from '../../session/rights.ts';
import { type DeliveryFilters, isCode, localOf } from './delivery-filters.ts';

const w = words.filters;
const ranges = ['15m', '1h', '24h', '7d', 'custom'] as const;
const slower = ['100', '1000', '5000', '30000'];

type Props = { filters: DeliveryFilters; onChange: (change: DeliveryFilters) => void };
type Typed = { currentTarget: { value: string } };
type Field = { name: keyof DeliveryFilters; label: string; any: string; data: { value: string; label: string }[] };

/** The filters with a closed list of values. */
function useFields({ connection }: DeliveryFilters): Field[] {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = [...useNamed('listAllDestinations').values()]
    .filter(({ connectionId }) => connection === undefined || connection === connectionId)
    .map(({ id, name, connectionId }) => ({
      id,
      name: terms.placeOf(connections.get(connectionId)?.name ?? connectionId, name),
    }));
  const named = (all: Iterable<{ id: string; name: string }>) =>
    Array.from(all, ({ id, name }) => ({ value: id, label: name }));
  const told = (all: Readonly<Record<string, { short: string }>>) =>
    Object.entries(all).map(([value, { short }]) => ({ value, label: short }));
  return [
    { name: 'action', label: terms.action, any: terms.anyAction, data: named(actions.values()) },
    { name: 'connection', label: terms.connection, any: w.anyConnection, data: named(connections.values()) },
    { name: 'destination', label: terms.destination, any: terms.anyDestination, data: named(destinations) },
    { name: 'error', label: w.errorKind, any: w.anyError, data: told(outcomes.errorKind) },
    { name: 'reason', label: terms.reason, any: w.anyReason, data: told(outcomes.reason) },
    {
      name: 'slower',
      label: w.slower,
      any: w.anyDuration,
      data: slower.map((value) => ({ value, label: formatDuration(Number(value)) })),
    },
    { name: 'recovered', label: w.recovered, any: w.anyRecovered, data: options(w.recoveries) },
    { name: 'test', label: w.test, any: w.anyTest, data: options(w.tests) },
  ];
}

/** What the text is searched in, the time, and everything else behind *Add filter*. */
export function DeliveryFilterBar({ filters, onChange }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  const set =
    (name: keyof DeliveryFilters, apply: (part: DeliveryFilters) => void) =>
    ({ currentTarget: { value } }: Typed) =>
      apply({ [name]: value === '' ? undefined : value });
  const time = (name: 'from' | 'until') => (
    <TextInput
      type="datetime-local"
      step={1}
      aria-label={w[name]}
      value={localOf(filters[name])}
      onChange={({ currentTarget: { value } }) =>
        onChange({ [name]: value === '' ? undefined : new Date(value).toISOString() })
      }
    />
  );
  return (
    <>
      <NativeSelect
        aria-label={w.by}
        value={filters.by ?? 'text'}
        onChange={set('by', onChange)}
        data={options(w.bys).filter(({ value }) => maySee || value === 'visitor')}
      />
      <NativeSelect
        aria-label={terms.time}
        value={filters.range ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ range: ranges.find((one) => one === value), from: undefined, until: undefined })
        }
        data={[{ value: '', label: w.anyTime }, ...options(w.ranges)]}
      />
      {filters.range === 'custom' ? (
        <>
          {time('from')}
          {time('until')}
        </>
      ) : null}
      <FilterPopover title={w.title} value={filters} onApply={onChange}>
        {(draft, change) => <Fields draft={draft} onChange={change} />}
      </FilterPopover>
    </>
  );
}

function Fields({ draft, onChange }: { draft: DeliveryFilters; onChange: Props['onChange'] }): ReactNode {
  const { code = '' } = draft;
  return (
    <>
      {useFields(draft).map(({ name, label, any, data }) => (
        <NativeSelect
          key={name}
          label={label}
          value={draft[name] ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({
              [name]: value === '' ? undefined : value,
              ...(name === 'connection' ? { destination: undefined } : {}),
            })
          }
          data={[{ value: '', label: any }, ...data]}
        />
      ))}
      <TextInput
        label={w.code}
        placeholder={w.codeExample}
        value={code}
        error={code === '' || isCode(code) ? null : w.badCode}
        onChange={({ currentTarget: { value } }) => onChange({ code: value.trim().toLowerCase() || undefined })}
      />
    </>
  );
}

/** What is set behind *Add filter*, each with the button that takes it away. */
export function DeliveryChips({ filters, onChange }: Props): ReactNode {
  const others: Field[] = [
    { name: 'code', label: w.code, any: '', data: [] },
    { name: 'replay', label: w.replay, any: '', data: [] },
    { name: 'batch', label: w.batch, any: '', data: [] },
  ];
  const chips = [...useFields({}), ...others].flatMap(({ name, label, data }) => {
    const value = filters[name];
    if (value === undefined) return [];
    const text = terms.chip(label, data.find((one) => one.value === value)?.label ?? value);
    return [{ text, onRemove: () => onChange({ [name]: undefined }) }];
  });
  return <FilterChips chips={chips} />;
}
