import { NativeSelect, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parts } from '../../messages/en.ts';
import { TimeField } from '../form/time-field.tsx';
import { searchedFrom } from './choice.tsx';
import { cleared, type Filter, optionsOf, type Values } from './filters.ts';
import { type Searched, useFound, useFoundName } from './found.ts';

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
        <DocumentField
          key={key}
          label={label}
          searched={searched}
          value={value}
          onChange={set}
          onChoosing={onChoosing}
        />
      );
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

type DocumentFieldProps = {
  label: string;
  placeholder?: string;
  searched: Searched;
  value: string;
  onChange: (value: string | undefined) => void;
  onChoosing?: Props['onChoosing'];
  error?: ReactNode;
  disabled?: boolean;
};

/** A field that chooses a document, which the server searches. */
export function DocumentField(props: DocumentFieldProps): ReactNode {
  const { label, placeholder = parts.any, searched, value, onChange, onChoosing, error, disabled = false } = props;
  const [text, write] = useState('');
  const [isOpen, open] = useState(false);
  const foundName = useFoundName();
  const chosen = value === '' ? null : { value, label: foundName(searched, value) };
  const found = useFound(searched, text === chosen?.label ? '' : text, isOpen);
  function toggle(next: boolean) {
    open(next);
    onChoosing?.(next);
  }
  return (
    <Select
      label={label}
      value={value || null}
      onChange={(next) => onChange(next ?? undefined)}
      data={chosen === null || found.some((one) => one.value === value) ? found : [chosen, ...found]}
      // The server has searched already, in more than the names.
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={write}
      placeholder={placeholder}
      nothingFoundMessage={parts.noOption}
      onDropdownOpen={() => toggle(true)}
      onDropdownClose={() => toggle(false)}
      searchable
      clearable
      error={error}
      disabled={disabled}
      comboboxProps={{ withinPortal: false }}
    />
  );
}
