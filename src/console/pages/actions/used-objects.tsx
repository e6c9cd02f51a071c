import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Condition } from '../../../contract/documents/condition.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Panel } from '../../parts/panel.tsx';
import { useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { StatusBadge } from '../../parts/status-badge.tsx';
import type { Action } from './action.ts';
import type { Places } from './use-places.ts';
import css from './used-objects.module.css';

const w = words.details;

/** Everything that an action is built on, each a link. */
export function UsedObjects({ action, places }: { action: Action; places: Places }): ReactNode {
  const { nameOf } = useBehaviors();
  const named = leaves(action.rules);
  const behaviors = [...new Set(named.flatMap((one) => ('behavior' in one ? [one.behavior] : [])))];
  const parameters = [
    ...new Set([
      ...named.flatMap((one) => ('parameter' in one ? [one.parameter] : [])),
      ...action.destinations.flatMap(({ mapping }) =>
        mapping.flatMap((line) => ('parameter' in line ? [line.parameter] : [])),
      ),
    ]),
  ].sort();
  return (
    <div className={css['used']}>
      <Panel title={shell.pages.behaviors}>
        <List>
          {behaviors.map((id) => (
            <li key={id}>
              <Anchor component={Link} to="/behaviors/$behaviorId" params={{ behaviorId: id } as never}>
                {nameOf(id) ?? id}
              </Anchor>
            </li>
          ))}
        </List>
      </Panel>
      <Panel title={words.details.destinations}>
        <List>
          {action.destinations.map(({ destinationId }) => {
            const destination = places.destinations.find(({ id }) => id === destinationId);
            return (
              <li key={destinationId}>
                {destination === undefined ? (
                  places.nameOf(destinationId)
                ) : (
                  <>
                    <Anchor
                      component={Link}
                      to="/connections/$connectionId/destinations/$destinationId"
                      params={{ connectionId: destination.connectionId, destinationId } as never}
                    >
                      {places.nameOf(destinationId)}
                    </Anchor>{' '}
                    <StatusBadge status={destination.status} />
                  </>
                )}
              </li>
            );
          })}
        </List>
      </Panel>
      <Panel title={w.usedParameters} text={w.usedParametersText}>
        <List>
          {parameters.map((name) => (
            <li key={name}>
              <Text span ff="monospace" size="sm">
                {name}
              </Text>
            </li>
          ))}
        </List>
      </Panel>
    </div>
  );
}

function List({ children }: { children: readonly ReactNode[] }): ReactNode {
  return children.length === 0 ? <Text c="dimmed">{terms.none}</Text> : <ul className={css['list']}>{children}</ul>;
}

/** The behaviors and comparisons of a condition. */
function leaves(condition: Condition): (Condition & ({ behavior: string } | { parameter: string }))[] {
  if ('all' in condition) return condition.all.flatMap(leaves);
  if ('any' in condition) return condition.any.flatMap(leaves);
  return 'not' in condition ? leaves(condition.not) : [condition];
}
