import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms } from '../../messages/en.ts';
import { Icon, type Status, StatusBadge, TextLink } from '../parts.ts';

/** An action or a behavior whose rules name something. */
export type RuleUser = { kind: 'action' | 'behavior'; id: string; name: string; status?: Status };

/** The actions and behaviors that use something, as links. `none`: the text when there are none. */
export function RuleUsers({ users, none = terms.notUsed }: { users: readonly RuleUser[]; none?: string }): ReactNode {
  if (users.length === 0) return <Text c="dimmed">{none}</Text>;
  return (
    <Stack component="ul" gap={4}>
      {users.map(({ kind, id, name, status }) => (
        <li key={id}>
          <TextLink
            {...(kind === 'action'
              ? ({ to: '/actions/$actionId', params: { actionId: id } } as const)
              : ({ to: '/behaviors/$behaviorId', params: { behaviorId: id } } as const))}
          >
            <Icon name={kind === 'action' ? 'actions' : 'behaviors'} size={14} /> {name}
          </TextLink>{' '}
          {status === undefined ? null : <StatusBadge status={status} />}
        </li>
      ))}
    </Stack>
  );
}
