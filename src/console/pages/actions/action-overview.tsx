import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { useBehaviors } from '../../parts/rules/use-behaviors.ts';
import type { Action } from './action.ts';
import { ActionFigures } from './action-figures.tsx';
import { heldAt } from './standing.ts';
import { connectionOf, type Places } from './use-places.ts';

const w = words.details;

type Props = Pick<Parameters<typeof ActionFigures>[0], 'time' | 'onTime'> & { action: Action; places: Places };

/** An action at a glance: what fires it, and what it sends where, and what came of it. */
export function ActionOverview({ action, places, time, onTime }: Props): ReactNode {
  const { nameOf } = useBehaviors();
  const held = action.status === 'enabled' ? heldAt(action, places) : [];
  return (
    <Stack>
      {held.length === 0 ? null : (
        <Alert color="orange" variant="light" icon={<Icon name="alert" />}>
          {w.attention(held.map(places.nameOf).join(', '))}
        </Alert>
      )}
      <Panel title={terms.rules} text={w.rulesText}>
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
              {mapping.length === 0 ? terms.unmapped : w.fields(mapping.length)}
            </Text>
          </div>
        ))}
      </Panel>
      <ActionFigures actionId={action.id} time={time} onTime={onTime} />
    </Stack>
  );
}
