import { ActionIcon, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../messages/en/parts.ts';
import { Icon } from './icon.tsx';

/** The menu at the end of a row; children are `Menu.Item`s. */
export function RowMenu({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={parts.rowMenu(name)}>
          <Icon name="dots" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
