import { ActionIcon, Menu, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import { Icon } from '../parts.ts';

/** The menu at the end of a row; children are `Menu.Item`s. */
export function RowMenu({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size={24} aria-label={parts.rowMenu(name)}>
          <Icon name="dots" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}

type GuardedProps = {
  children: string;
  /** Why it can't be done now: said in the item, which stays reachable by pointer and keyboard. null: it can. */
  blockedBy: string | null;
  onClick: () => void;
};

/** An item that may be impossible for now, and then says why. */
export function GuardedItem({ children, blockedBy, onClick }: GuardedProps): ReactNode {
  if (blockedBy === null) return <Menu.Item onClick={onClick}>{children}</Menu.Item>;
  return (
    <Menu.Item aria-disabled="true" closeMenuOnClick={false} maw="18rem">
      <Text component="span" c="dimmed" display="block">
        {children}
      </Text>
      <Text component="span" c="dimmed" size="xs" display="block">
        {blockedBy}
      </Text>
    </Menu.Item>
  );
}
