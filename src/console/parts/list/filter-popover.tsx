import { Button, Popover, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { Icon } from '../icon.tsx';

type Props<Draft> = {
  /** Names the form. */
  title: string;
  value: Draft;
  /** Takes what was changed; the rest may have changed by itself meanwhile. */
  onApply: (changes: Partial<Draft>) => void;
  /** The fields, with what is typed and how it is changed. */
  children: (draft: Draft, change: (part: Partial<Draft>) => void) => ReactNode;
};

/** The button *Add filter* with a form behind it, for filters that are used now and then. */
export function FilterPopover<Draft extends object>({ title, value, onApply, children }: Props<Draft>): ReactNode {
  const [isOpen, open] = useState(false);
  const [changes, write] = useState<Partial<Draft>>({});
  function toggle(next: boolean) {
    write({});
    open(next);
  }
  return (
    <Popover opened={isOpen} onChange={toggle} position="bottom-start" shadow="md" trapFocus width={300}>
      <Popover.Target>
        <Button variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => toggle(!isOpen)}>
          {parts.addFilter}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={title}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            open(false);
            onApply(changes);
          }}
        >
          <Stack gap="sm">
            {children({ ...value, ...changes }, (part) => write({ ...changes, ...part }))}
            <Button type="submit">{parts.applyFilters}</Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
