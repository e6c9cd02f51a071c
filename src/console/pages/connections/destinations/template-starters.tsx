import { Button, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { destinations } from '../../../messages/en.ts';
import { Note } from '../../../parts/parts.ts';
import { starters } from './starters.ts';

type Starter = { template: string; contentType: string };

/** The menu of templates to start from. */
export function TemplateStarters({ onTake }: { onTake: (starter: Starter) => void }): ReactNode {
  return (
    <Menu>
      <Menu.Target>
        <Button size="xs">{destinations.template.starters}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(starters).map(([name, starter]) => {
          const [label, text] = destinations.starters[name as keyof typeof starters]; // the table's own keys
          return (
            <Menu.Item key={name} onClick={() => onTake(starter)}>
              {label}
              <Note>{text}</Note>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
