import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNamed } from '../../data/named.ts';
import { events as words } from '../../messages/en/events.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { type Chip, FilterChips } from '../../parts/list/filter-chips.tsx';
import { FilterPopover } from '../../parts/list/filter-popover.tsx';
import { type EventFilters, type Outcome, outcomes } from './event-filters.ts';

const w = words.filters;

type Props = { filters: EventFilters; onChange: (change: EventFilters) => void };

/** The filters beside the name. */
export function AddFilter({ filters, onChange }: Props): ReactNode {
  const collectors = useNamed('listCollectors');
  const actions = useNamed('listActions');
  const named = (all: ReadonlyMap<string, { name: string }>, any: string) => [
    { value: '', label: any },
    ...[...all].map(([value, { name }]) => ({ value, label: name })),
  ];
  return (
    <FilterPopover title={w.title} value={filters} onApply={onChange}>
      {(draft, change) => {
        const set =
          (name: keyof EventFilters) =>
          ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
            change({ [name]: value === '' ? undefined : value });
        return (
          <>
            <TextInput
              label={terms.visitor}
              description={w.visitorHint}
              value={draft.visitor ?? ''}
              onChange={set('visitor')}
            />
            <NativeSelect
              label={terms.collector}
              data={named(collectors, w.anyCollector)}
              value={draft.collector ?? ''}
              onChange={set('collector')}
            />
            <NativeSelect
              label={w.action}
              data={named(actions, terms.anyAction)}
              value={draft.action ?? ''}
              onChange={set('action')}
            />
            <NativeSelect
              label={terms.outcome}
              data={[
                { value: '', label: w.anyOutcome },
                ...outcomes.map((value) => ({ value, label: outcomeWord(value) })),
              ]}
              value={draft.outcome ?? ''}
              onChange={({ currentTarget: { value } }) => change({ outcome: outcomes.find((one) => one === value) })}
            />
            <TextInput
              label={terms.parameter}
              placeholder={w.parameterHint}
              value={draft.parameter ?? ''}
              onChange={set('parameter')}
            />
            <TextInput
              label={w.value}
              description={w.valueHint}
              disabled={draft.parameter === undefined}
              value={draft.value ?? ''}
              onChange={set('value')}
            />
          </>
        );
      }}
    </FilterPopover>
  );
}

/** What is set, each with the button that takes it away. */
export function EventChips({ filters, onChange }: Props): ReactNode {
  const collectors = useNamed('listCollectors');
  const actions = useNamed('listActions');
  const { visitor, collector, action, outcome, parameter, value, trace } = filters;
  const chips: Chip[] = [];
  const chip = (text: string, without: EventFilters) => chips.push({ text, onRemove: () => onChange(without) });
  if (visitor !== undefined) chip(terms.chip(terms.visitor, visitor), { visitor: undefined });
  if (collector !== undefined)
    chip(terms.chip(terms.collector, collectors.get(collector)?.name ?? collector), { collector: undefined });
  if (action !== undefined) chip(terms.chip(w.action, actions.get(action)?.name ?? action), { action: undefined });
  if (outcome !== undefined) chip(terms.chip(terms.outcome, outcomeWord(outcome)), { outcome: undefined });
  if (parameter !== undefined) chip(w.parameterChip(parameter, value), { parameter: undefined, value: undefined });
  if (trace !== undefined) chip(terms.chip(w.trace, trace), { trace: undefined });
  return <FilterChips chips={chips} />;
}

const outcomeWord = (outcome: Outcome) => (outcome === 'none' ? words.notSent : parts.status[outcome]);
