import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { Icon } from '../icon.tsx';

/** A filter that is set, in words, and how it is taken away. */
export type Chip = { text: string; onRemove: () => void };

/** The filters of a list that are set, each with the button that takes it away. */
export function FilterChips({ chips }: { chips: readonly Chip[] }): ReactNode {
  if (chips.length === 0) return null;
  return (
    <Group gap="xs" mb="xs" role="group" aria-label={parts.activeFilters}>
      {chips.map(({ text, onRemove }) => (
        <Button
          key={text}
          variant="default"
          size="compact-sm"
          radius="xl"
          fw={500}
          aria-label={parts.removeFilter(text)}
          rightSection={<Icon name="cross" size={11} />}
          onClick={onRemove}
        >
          {text}
        </Button>
      ))}
    </Group>
  );
}
