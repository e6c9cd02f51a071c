import { Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApiQuery } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';
import { Icon, type Status, StatusBadge, TextLink } from '../parts.ts';

/** An action or a behavior whose rules name something. */
export type RuleUser = { kind: 'action' | 'behavior'; id: string; name: string; status?: Status };

type Query = { parameter: string } | { collectorId: string } | { behaviorId: string };

const usersMax = 100;

/** The actions and behaviors that name a parameter, a collector or a behavior, as links: the first ones, by name. */
export function RulesThatName({ query, none }: { query: Query; none?: string }): ReactNode {
  const asked = { query: { ...query, sort: 'name' as const, limit: usersMax, count: 'true' as const } };
  const lists = [useApiQuery('listActions', asked), useApiQuery('listBehaviors', asked)] as const;
  if (lists.some(({ isLoading }) => isLoading)) return <Skeleton height={40} aria-busy="true" />;
  if (lists.every(({ error }) => error !== null)) return null;
  const [actions, behaviors] = lists;
  const users = [
    ...(actions.data?.data ?? []).map((one): RuleUser => ({ kind: 'action', ...one })),
    ...(behaviors.data?.data ?? []).map((one): RuleUser => ({ kind: 'behavior', id: one.id, name: one.name })),
  ];
  const all = lists.reduce((sum, { data }) => sum + (data?.count?.found ?? 0), 0);
  return (
    <>
      <RuleUsers users={users} none={none} />
      {all > users.length ? <Text c="dimmed">{terms.more(all - users.length)}</Text> : null}
    </>
  );
}

/** The actions and behaviors that use something, as links. `none`: the text when there are none. */
export function RuleUsers({
  users,
  none = terms.notUsed,
}: {
  users: readonly RuleUser[];
  none?: string | undefined;
}): ReactNode {
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
