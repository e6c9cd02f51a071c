import { Combobox, type ComboboxProps, InputBase, useCombobox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parts } from '../../messages/en.ts';
import { useMarked } from './use-marked.ts';

export type Item = {
  value: string;
  label: string;
  /** The server found it by what is typed, maybe in something that the label doesn't show. */
  isFound?: boolean;
};

export type SelectProps = {
  label?: string;
  'aria-label'?: string;
  placeholder?: string;
  description?: ReactNode;
  error?: ReactNode;
  disabled?: boolean;
  /** Empty: nothing is chosen. */
  value: string;
  /** An empty value takes the choice away. */
  onChange: (value: string) => void;
  isClearable?: boolean;
  groups: readonly { name?: string; items: readonly Item[] }[];
  /** What is typed; empty when nothing was since the list has opened. */
  onSearch?: (text: string) => void;
  onToggle?: ((isOpen: boolean) => void) | undefined;
  nothingFound?: string;
  renderOption?: (item: Item) => ReactNode;
  /** In its portal the list is outside of what surrounds the field: a form that closes by a click outside would close. */
  list?: Pick<ComboboxProps, 'withinPortal' | 'zIndex' | 'position'>;
  flex?: number;
  maw?: string;
};

/** A field that chooses one of many: typing leaves the options that have each word, or that the server found. */
export function SearchedSelect(props: SelectProps): ReactNode {
  const { value, onChange, isClearable = false, groups, onSearch, onToggle, list, ...rest } = props;
  const { nothingFound = parts.noOption, renderOption = ({ label }: Item) => label, ...field } = rest;
  const [isOpen, setOpen] = useState(false);
  /** null: nothing since the list has opened. */
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? '';
  const store = useCombobox({ opened: isOpen });
  const words = text.toLowerCase().split(/\s+/);
  const fits = ({ label, isFound }: Item) =>
    isFound === true || words.every((word) => label.toLowerCase().includes(word));
  const shown = groups
    .map(({ name, items }) => ({ name, items: items.filter(fits) }))
    .filter(({ items }) => items.length > 0);
  const chosen = groups.flatMap(({ items }) => items).find((one) => one.value === value);

  function type(next: string | null) {
    setTyped(next);
    onSearch?.(next ?? '');
  }
  function toggle(next: boolean) {
    if (next === isOpen) return;
    setOpen(next);
    onToggle?.(next);
    if (!next) type(null);
  }
  function choose(next: string) {
    toggle(false);
    if (next !== value) onChange(next);
    else if (isClearable) onChange('');
  }
  const marked = useMarked({
    values: shown.flatMap(({ items }) => items.map((one) => one.value)),
    text,
    chosen: value,
    isOpen,
    open: () => toggle(true),
    close: () => toggle(false),
    choose,
  });
  return (
    <Combobox
      store={store}
      keepMounted={false}
      withinPortal={false}
      hideDetached={false}
      onOptionSubmit={choose}
      {...list}
    >
      <Combobox.DropdownTarget>
        <InputBase
          {...field}
          {...marked.target}
          role="combobox"
          aria-haspopup="listbox"
          aria-expanded={isOpen}
          autoComplete="off"
          spellCheck={false}
          value={typed ?? chosen?.label ?? ''}
          onChange={({ currentTarget }) => {
            toggle(true);
            type(currentTarget.value);
          }}
          onFocus={({ currentTarget }) => {
            currentTarget.select();
            toggle(true);
          }}
          onClick={() => toggle(true)}
          onBlur={() => toggle(false)}
          rightSection={
            isClearable && value !== '' && field.disabled !== true ? (
              <Combobox.ClearButton onClear={() => choose(value)} />
            ) : (
              <Combobox.Chevron />
            )
          }
          rightSectionPointerEvents={isClearable && value !== '' ? 'all' : 'none'}
        />
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <Combobox.Options
          id={marked.listId}
          aria-label={field.label ?? field['aria-label'] ?? ''}
          mah="14rem"
          style={{ overflowY: 'auto' }}
        >
          {shown.map(({ name, items }) => (
            <Combobox.Group key={name ?? ''} label={name}>
              {items.map((one) => (
                <Combobox.Option
                  key={one.value}
                  {...marked.optionOf(one.value)}
                  active={one.value === value}
                  aria-selected={one.value === value}
                >
                  {renderOption(one)}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
          {shown.length === 0 ? <Combobox.Empty>{nothingFound}</Combobox.Empty> : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
