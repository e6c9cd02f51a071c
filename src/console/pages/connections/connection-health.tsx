import { Alert, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { Icon } from '../../parts/icon.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { authenticationOf } from './authentication-standing.ts';
import { type Connection, causeOf } from './connection.ts';

const w = words.health;

/** What stands in the way of deliveries, or soon will. */
export function ConnectionHealth({ connection }: { connection: Connection }): ReactNode {
  return (
    <>
      <Closed connection={connection} />
      <EndOfSecret connection={connection} />
    </>
  );
}

/** A pasted token has an end, and only a person can get another one. */
function EndOfSecret({ connection }: { connection: Connection }): ReactNode {
  const standing = authenticationOf(connection, useNow());
  if (standing.kind !== 'expired' && standing.kind !== 'expires') return null;
  const isOver = standing.kind === 'expired';
  return (
    <Alert
      mb="md"
      variant="light"
      color={isOver ? 'red' : 'orange'}
      icon={<Icon name={isOver ? 'alert' : 'clock'} />}
      title={isOver ? w.secretExpired : w.secretExpires}
    >
      <Text size="md">
        {w.secretText[standing.kind]} <Time at={standing.at} />. {w.secretText.todo}
      </Text>
    </Alert>
  );
}

/** What keeps a connection from delivering, what happens to events meanwhile, and what ends it; nothing when all is well. */
function Closed({ connection }: { connection: Connection }): ReactNode {
  const { status, health } = connection;
  if (status === 'enabled' && health.state === 'ok' && health.held === 0) return null;
  const isOff = status !== 'enabled';
  const cause = causeOf(health);
  return (
    <Alert
      mb="md"
      variant="light"
      color="orange"
      icon={<Icon name={isOff ? 'pause' : 'alert'} />}
      title={isOff ? w.off[status] : health.state === 'ok' ? w.holds : w.needsAttention}
    >
      <Stack gap={4}>
        {isOff || health.reason === null ? null : (
          <Text size="md">
            {cause === null ? health.reason : w.cause(outcomes.reason[cause.reason].why, cause.detail)}
            {health.since === null ? null : (
              <>
                {' '}
                {w.since} <Time at={health.since} />.
              </>
            )}
          </Text>
        )}
        <Text size="md">{w.held(health.held)}</Text>
        <Text size="md">{isOff ? w.resume : cause === null ? '' : outcomes.reason[cause.reason].todo}</Text>
      </Stack>
    </Alert>
  );
}
