import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { Panel } from '../../parts/panel.tsx';
import { conditionWords } from '../conditions/condition-words.ts';
import { useBehaviors } from '../conditions/use-behaviors.ts';
import type { Action } from './action.ts';
import { connectionOf, type Places } from './use-places.ts';

const w = words.details;

/** An action at a glance: what fires it, and what it sends where. */
export function ActionOverview({ action, places }: { action: Action; places: Places }): ReactNode {
  const { nameOf } = useBehaviors();
  return (
    <Stack>
      <Panel title={w.rules} text={w.rulesText}>
        <Text fw={550}>{conditionWords(action.rules, nameOf)}</Text>
      </Panel>
      <Panel title={w.destinations}>
        {action.destinations.length === 0 ? <Text c="dimmed">{w.noDestinations}</Text> : null}
        {action.destinations.map(({ destinationId, mapping }) => (
          <div key={destinationId}>
            <Anchor
              component={Link}
              to="/connections/$connectionId/destinations/$destinationId"
              params={{ connectionId: connectionOf(places, destinationId), destinationId } as never}
            >
              {places.nameOf(destinationId)}
            </Anchor>
            <Text c="dimmed" size="sm">
              {mapping.length === 0 ? w.allFields : w.fields(mapping.length)}
            </Text>
          </div>
        ))}
      </Panel>
    </Stack>
  );
}
