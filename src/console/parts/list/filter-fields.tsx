import { NativeSelect, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import { TimeField } from '../form/time-field.tsx';
import { searchedFrom } from './choice.tsx';
import { cleared, type Filter, optionsOf, type Values } from './filters.ts';

type Props = {
  filters: readonly Filter[];
  values: Values;
  onChange: (changes: Values) => void;
  /** A list of options is open: Escape is meant for it. */
  onChoosing?: (isChoosing: boolean) => void;
};

/** A field for each filter: one to choose from its options, or one to type in. */
export function FilterFields({ filters, values, onChange, onChoosing }: Props): ReactNode {
  return filters.map((filter) => {
    const { key, label, hint, placeholder, problem, isTime, hasNoChip, clearedBy = '' } = filter;
    const options = optionsOf(filter, values);
    const value = values[key] ?? '';
    const set = (next: string | undefined) => onChange({ ...cleared(filters, key), [key]: next || undefined });
    const field = {
      label,
      description: hint,
      value,
      onChange: ({ currentTarget }: { currentTarget: { value: string } }) => set(currentTarget.value),
    };
    if (isTime) return <TimeField key={key} label={label} value={value} onChange={set} />;
    if (options !== undefined && options.length >= searchedFrom)
      return (
        <Select
          key={key}
          {...field}
          value={value || null}
          onChange={(next) => set(next ?? undefined)}
          data={options}
          placeholder={parts.any}
          nothingFoundMessage={parts.noOption}
          onDropdownOpen={() => onChoosing?.(true)}
          onDropdownClose={() => onChoosing?.(false)}
          searchable
          clearable
          // A choice outside of the form would close it.
          comboboxProps={{ withinPortal: false }}
        />
      );
    if (options !== undefined)
      return <NativeSelect key={key} {...field} data={[{ value: '', label: parts.any }, ...options]} />;
    return (
      <TextInput
        key={key}
        {...field}
        placeholder={placeholder}
        disabled={hasNoChip === true && values[clearedBy] === undefined}
        error={value === '' ? null : problem?.(value)}
      />
    );
  });
}
