import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import { SearchedSelect } from '../form/searched-select.tsx';
import { TimeField } from '../form/time-field.tsx';
import { searchedFrom } from './choice.tsx';
import { DocumentField } from './document-field.tsx';
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
    const searched = filter.searched?.(values);
    if (searched !== undefined)
      return (
        <DocumentField key={key} label={label} searched={searched} value={value} onChange={set} onToggle={onChoosing} />
      );
    if (isTime) return <TimeField key={key} label={label} value={value} onChange={set} />;
    if (options !== undefined && options.length >= searchedFrom)
      return (
        <SearchedSelect
          key={key}
          {...field}
          onChange={set}
          groups={[{ items: options }]}
          placeholder={parts.any}
          onToggle={onChoosing}
          isClearable
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
