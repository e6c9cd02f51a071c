import { Button, CloseButton, Combobox, Group, useCombobox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parts, terms } from '../../messages/en.ts';
import { useMarked } from '../form/use-marked.ts';
import { Icon } from '../parts.ts';
import css from './choice.module.css';
import { type Searched, useFound, useFoundName } from './found.ts';

type Props = {
  label: string;
  value: string | undefined;
  /** The closed list of values. Without it the filter is set by links alone, and can only be taken away. */
  options?: readonly { value: string; label: string }[] | undefined;
  /** Instead of a closed list: documents that the server searches. */
  searched?: Searched | undefined;
  /** How the value is named when it is not among the options. */
  nameOf?: ((value: string) => string) | undefined;
  onChange: (value: string | undefined) => void;
};

/** From here on a list of options is searched by typing. */
export const searchedFrom = 8;

/** A filter of a list as a chip: its name, the value when it is set, and the list of values behind it. */
export function Choice({ label, value, options: given = [], searched, nameOf, onChange }: Props): ReactNode {
  const [text, write] = useState('');
  const isSearched = searched !== undefined || given.length >= searchedFrom;
  const combobox = useCombobox({
    onDropdownClose: () => write(''),
    onDropdownOpen: () => (isSearched ? combobox.focusSearchInput() : undefined),
  });
  const ofDocuments = useFound(searched, text, combobox.dropdownOpened);
  const foundName = useFoundName();
  const options = searched === undefined ? given : ofDocuments.found;
  const isFixed = searched === undefined && given.length === 0;
  const nameHere = searched === undefined ? nameOf : (id: string) => foundName(searched, id);
  const name =
    value === undefined ? null : (options.find((one) => one.value === value)?.label ?? nameHere?.(value) ?? value);
  const fits = (one: { label: string }) => one.label.toLowerCase().includes(text.trim().toLowerCase());
  const found = searched !== undefined && ofDocuments.isSettled ? options : options.filter(fits);
  function choose(next: string) {
    onChange(next === value ? undefined : next);
    combobox.closeDropdown();
    combobox.focusTarget();
  }
  const marked = useMarked({
    values: found.map((one) => one.value),
    text,
    chosen: value,
    isOpen: combobox.dropdownOpened,
    open: combobox.openDropdown,
    close() {
      combobox.closeDropdown();
      combobox.focusTarget();
    },
    choose,
  });
  const chip = name === null ? label : terms.chip(label, name);
  return (
    <Group gap={0} wrap="nowrap" className={css['chip'] ?? ''} data-set={name !== null || undefined}>
      {isFixed ? (
        <span className={css['word']}>{chip}</span>
      ) : (
        <Combobox store={combobox} position="bottom-start" width="max-content" onOptionSubmit={choose}>
          <Combobox.Target targetType="button" withExpandedAttribute withKeyboardNavigation={false} {...marked.target}>
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              className={css['word'] ?? ''}
              aria-label={label}
              rightSection={name === null ? <Icon name="chevronDown" size={12} /> : undefined}
              onClick={() => combobox.toggleDropdown()}
            >
              {chip}
            </Button>
          </Combobox.Target>
          <Combobox.Dropdown miw="12rem" maw="22rem">
            {isSearched ? (
              <Combobox.Search
                aria-label={parts.searchIn(label)}
                placeholder={parts.searchIn(label)}
                value={text}
                onChange={(event) => write(event.currentTarget.value)}
                withKeyboardNavigation={false}
                {...marked.target}
              />
            ) : null}
            <Combobox.Options id={marked.listId} mah="18rem" style={{ overflowY: 'auto' }} aria-label={label}>
              {found.map((one) => (
                <Combobox.Option key={one.value} {...marked.optionOf(one.value)} active={one.value === value}>
                  <Group gap="xs" wrap="nowrap">
                    {one.value === value ? <Icon name="check" size={13} /> : null}
                    {one.label}
                  </Group>
                </Combobox.Option>
              ))}
              {found.length === 0 ? <Combobox.Empty>{parts.noOption}</Combobox.Empty> : null}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
      )}
      {name === null ? null : (
        <CloseButton size={24} aria-label={parts.removeFilter(chip)} onClick={() => onChange(undefined)} />
      )}
    </Group>
  );
}
