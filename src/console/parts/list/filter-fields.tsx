import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parts } from '../../messages/en.ts';
import { SearchedSelect } from '../form/searched-select.tsx';
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
        <SearchedSelect
          key={key}
          {...field}
          onChange={(next) => set(next)}
          groups={[{ items: options }]}
          placeholder={parts.any}
          onToggle={(isOpen) => onChoosing?.(isOpen)}
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
  const chosen = { value, label: value === '' ? '' : foundName(searched, value) };
  const { found, isSettled } = useFound(searched, text, isOpen);
  function toggle(next: boolean) {
    open(next);
    onChoosing?.(next);
  }
  const options = found.map((one) => ({ ...one, isFound: isSettled }));
  return (
    <SearchedSelect
      label={label}
      value={value}
      onChange={(next) => onChange(next || undefined)}
      groups={[{ items: value === '' || found.some((one) => one.value === value) ? options : [chosen, ...options] }]}
      onSearch={write}
      onToggle={toggle}
      placeholder={placeholder}
      isClearable
      error={error}
      disabled={disabled}
    />
  );
}
