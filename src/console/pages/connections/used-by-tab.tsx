import { Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApiQuery, useNames } from '../../data/data.ts';
import { terms, connections as words } from '../../messages/en.ts';
import type { Connection } from '../../parts/connection/connection.ts';
import { Note, Nothing, PlainLink, Problem, StatusBadge } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { ActionLink } from './traffic-columns.tsx';

const w = words.usedBy;
const shown = 50;

/** The Actions that send through a connection, and to which of its destinations. */
export function UsedByTab({ connection }: { connection: Connection }): ReactNode {
  const maySee = useMay('actions:view');
  const query = { connectionId: connection.id, sort: 'name' as const, count: 'true' as const, limit: shown };
  const { data, error, refetch } = useApiQuery('listActions', { query }, { enabled: maySee });
  const names = useNames();
  if (!maySee) return <Text c="dimmed">{words.users.unknown}</Text>;
  if (data === undefined)
    return error === null ? <Skeleton height={160} /> : <Problem error={error} onRetry={() => void refetch()} />;
  const actions = data.data;
  if (actions.length === 0) return <Nothing icon="actions" title={w.emptyTitle} text={w.emptyText} />;
  const more = (data.count?.found ?? 0) - actions.length;
  return (
    <>
      <Stack component="ul" gap="xs" aria-label={w.title}>
        {actions.map((action) => (
          <Paper key={action.id} component="li" withBorder p="sm">
            <Group justify="space-between">
              <div>
                <Text component="div" fw={550}>
                  <ActionLink action={action} />
                </Text>
                <Note>
                  {w.sendsTo(
                    action.destinations
                      .filter(({ destinationId }) => names.of(destinationId)?.connectionId === connection.id)
                      .map(({ destinationId }) => names.destination(destinationId)),
                  )}
                </Note>
              </div>
              <StatusBadge status={action.status} />
            </Group>
          </Paper>
        ))}
      </Stack>
      {more <= 0 ? null : (
        <PlainLink to="/actions" search={{ connection: connection.id }}>
          {terms.more(more)}
        </PlainLink>
      )}
    </>
  );
}
