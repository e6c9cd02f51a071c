import { Anchor, Text, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { Nothing } from './figure-cells.tsx';
import type { Action, Usage } from './usage.ts';

const w = words.users;

/** How many Actions use a thing; which ones on hover and focus. */
export function UsersCell({ usage, id }: { usage: Usage | undefined; id: string }): ReactNode {
  if (usage?.knowsActions !== true) return <Nothing text={w.unknown} />;
  const actions = usage.actions.get(id) ?? [];
  if (actions.length === 0)
    return (
      <Text span c="dimmed">
        {terms.notUsed}
      </Text>
    );
  const [first] = actions;
  const label = w.count(actions.length);
  if (actions.length === 1 && first !== undefined) return <ActionLink action={first} />;
  return (
    <Tooltip label={namesOf(actions)} multiline maw="20rem">
      <Text span tabIndex={0}>
        {label}
      </Text>
    </Tooltip>
  );
}

/** A link to an Action by its name. */
export function ActionLink({ action }: { action: Action }): ReactNode {
  return (
    <Anchor component={Link} to="/actions/$actionId" params={{ actionId: action.id } as never} c="inherit">
      {action.name}
    </Anchor>
  );
}

export const namesOf = (actions: readonly { name: string }[]): string => actions.map(({ name }) => name).join(', ');
