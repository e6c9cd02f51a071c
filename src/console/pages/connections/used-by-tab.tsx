import { Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en.ts';
import { Note, Nothing, StatusBadge } from '../../parts/parts.ts';
import type { Connection } from './connection.ts';
import { ActionLink } from './traffic-columns.tsx';
import { useUsage } from './usage.ts';

const w = words.usedBy;

/** The Actions that send through a connection, and to which of its destinations. */
export function UsedByTab({ connection }: { connection: Connection }): ReactNode {
  const usage = useUsage();
  if (usage === undefined) return <Skeleton height={160} />;
  if (usage.actionsOf === undefined) return <Text c="dimmed">{words.users.unknown}</Text>;
  const actions = usage.actionsOf(connection.id);
  if (actions.length === 0) return <Nothing icon="actions" title={w.emptyTitle} text={w.emptyText} />;
  const destinations = new Map(usage.destinationsOf(connection.id).map((one) => [one.id, one.name]));
  return (
    <Stack component="ul" gap="xs" aria-label={w.title}>
      {actions.map((action) => (
        <Paper key={action.id} component="li" withBorder p="sm">
          <Group justify="space-between">
            <div>
              <Text component="div" fw={550}>
                <ActionLink action={action} />
              </Text>
              <Note>
                {w.sendsTo(action.destinations.flatMap(({ destinationId }) => destinations.get(destinationId) ?? []))}
              </Note>
            </div>
            <StatusBadge status={action.status} />
          </Group>
        </Paper>
      ))}
    </Stack>
  );
}
