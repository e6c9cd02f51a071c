import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { shell } from '../../messages/en/shell.ts';
import { Panel } from '../../parts/panel.tsx';
import { type Behavior, behaviorsIn, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { StatusBadge } from '../../parts/status-badge.tsx';
import css from './used-by-tab.module.css';

const w = words.details;

/** The actions and behaviors that use a behavior. */
export function UsedByTab({ behavior }: { behavior: Behavior }): ReactNode {
  const { data } = useQuery(apiQuery('listActions', { query: { behaviorId: behavior.id, limit: 200 } }));
  const { behaviors } = useBehaviors();
  if (data === undefined) return <Skeleton height={120} aria-busy="true" />;
  const others = behaviors.filter(({ condition }) => behaviorsIn(condition).includes(behavior.id));
  if (data.data.length === 0 && others.length === 0) return <Text c="dimmed">{w.usedByNone}</Text>;
  return (
    <>
      {data.data.length === 0 ? null : (
        <Panel title={shell.pages.actions}>
          <ul className={css['users']}>
            {data.data.map(({ id, name, status }) => (
              <li key={id}>
                <Anchor component={Link} to="/actions/$actionId" params={{ actionId: id } as never}>
                  {name}
                </Anchor>{' '}
                <StatusBadge status={status} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {others.length === 0 ? null : (
        <Panel title={shell.pages.behaviors}>
          <ul className={css['users']}>
            {others.map(({ id, name }) => (
              <li key={id}>
                <Anchor component={Link} to="/behaviors/$behaviorId" params={{ behaviorId: id } as never}>
                  {name}
                </Anchor>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
