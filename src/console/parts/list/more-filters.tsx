import { Button, Popover, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parts } from '../../messages/en.ts';
import { Icon } from '../parts.ts';
import { FilterFields } from './filter-fields.tsx';
import type { Filter, Values } from './filters.ts';

type Props = {
  /** What the list is called. */
  list: string;
  filters: readonly Filter[];
  values: Values;
  onApply: (changes: Values) => void;
};

/** The button *Add filter* with a form behind it, for filters that are used now and then. */
export function MoreFilters({ list, filters, values, onApply }: Props): ReactNode {
  const [isOpen, open] = useState(false);
  const [changes, write] = useState<Values>({});
  const [isChoosing, choose] = useState(false);
  function toggle(next: boolean) {
    write({});
    open(next);
  }
  return (
    <Popover
      opened={isOpen}
      onChange={toggle}
      closeOnEscape={!isChoosing}
      position="bottom-start"
      shadow="md"
      trapFocus
      width={300}
    >
      <Popover.Target>
        <Button leftSection={<Icon name="plus" size={14} />} onClick={() => toggle(!isOpen)}>
          {parts.addFilter}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={parts.addFilterTo(list)}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            open(false);
            onApply(changes);
          }}
        >
          <Stack gap="sm">
            <FilterFields
              filters={filters}
              values={{ ...values, ...changes }}
              onChange={(next) => write({ ...changes, ...next })}
              onChoosing={choose}
            />
            <Button variant="filled" type="submit">
              {parts.applyFilters}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
