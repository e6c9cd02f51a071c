import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { allQuery } from '../../data/api.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { TextLink } from '../../parts/links.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useMay } from '../../session/rights.ts';
import { collectorUses, type User } from './parameter-uses.ts';

const words = dataCollection.details;

/** All actions and behaviors, in which parameters and collectors are named; undefined until both are known. */
export function useRules() {
  const mayActions = useMay('actions:view');
  const mayBehaviors = useMay('behaviors:view');
  const actions = useQuery({ ...allQuery('listActions'), enabled: mayActions }).data;
  const behaviors = useQuery({ ...allQuery('listBehaviors'), enabled: mayBehaviors }).data;
  return useMemo(
    () => (actions === undefined || behaviors === undefined ? undefined : { actions, behaviors }),
    [actions, behaviors],
  );
}

/** The rules that name a collector. */
export function UsedBy({ collectorId }: { collectorId: string }): ReactNode {
  const rules = useRules();
  const users = rules && collectorUses(collectorId, rules.actions, rules.behaviors);
  return (
    <Panel title={terms.usedBy} text={words.usedByAll}>
      {users === undefined ? null : users.length > 0 ? <Users users={users} /> : <Text>{words.usedByNone}</Text>}
    </Panel>
  );
}

/** The actions and behaviors that name something, as links. */
export function Users({ users }: { users: readonly User[] }): ReactNode {
  return (
    <Stack component="ul" gap={4}>
      {users.map(({ kind, id, name }) => (
        <li key={id}>
          <TextLink
            {...(kind === 'action'
              ? ({ to: '/actions/$actionId', params: { actionId: id } } as const)
              : ({ to: '/behaviors/$behaviorId', params: { behaviorId: id } } as const))}
          >
            <Icon name={kind === 'action' ? 'actions' : 'behaviors'} size={14} /> {name}
          </TextLink>
        </li>
      ))}
    </Stack>
  );
}
