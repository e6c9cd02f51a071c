import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApi } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { Time, useNow } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { endings } from './authentication-standing.ts';
import { type Connection, causeOf } from './connection.ts';

const w = words.health;

/** What stands in the way of deliveries, or soon will. */
export function ConnectionHealth({ connection }: { connection: Connection }): ReactNode {
  return (
    <>
      <Closed connection={connection} />
      <Endings connection={connection} />
    </>
  );
}

/** A pasted token and a certificate have an end, and only a person can get another one. */
function Endings({ connection }: { connection: Connection }): ReactNode {
  return endings(connection.health, useNow()).map(({ kind, at }) => <EndOf key={kind} kind={kind} at={at} />);
}

function EndOf({ kind, at }: ReturnType<typeof endings>[number]): ReactNode {
  const isOver = kind === 'expired' || kind === 'certificateExpired';
  const words = w.ends[kind];
  return (
    <Alert
      mb="md"
      variant="light"
      color={isOver ? 'red' : 'orange'}
      icon={<Icon name={isOver ? 'alert' : 'clock'} />}
      title={shell.pages.connections}
    >
      <Text size="md">
        {isOver ? w.expired : terms.expires} <Time at={at} show="relative" />. {words.todo}
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
                {w.since} <Time at={health.since} show="relative" />.
              </>
            )}
          </Text>
        )}
        <Text size="md">{w.held(health.held)}</Text>
        {isOff || health.nextProbeAt === null ? null : (
          <Text size="md">
            {w.nextProbe} <Countdown at={health.nextProbeAt} due={w.probing} />
          </Text>
        )}
        <Text size="md">{isOff ? w.resume : cause === null ? '' : outcomes.reason[cause.reason].todo}</Text>
        {isOff || health.nextProbeAt === null ? null : <Opening connection={connection} />}
      </Stack>
    </Alert>
  );
}

/** Who knows more than the next probe has not to wait for it. */
function Opening({ connection: { id, name } }: { connection: Connection }): ReactNode {
  const probe = useApi('probeConnection');
  const release = useApi('releaseConnection');
  if (!useMay('deliveries:manage')) return null;
  const params = { id };
  return (
    <Group gap="xs" mt="xs">
      <Button
        variant="default"
        size="xs"
        loading={probe.isPending}
        onClick={() => probe.mutate({ params }, { onSuccess: () => notifyDone(w.probed(name)), onError: notifyFailed })}
      >
        {w.probe}
      </Button>
      <Button
        variant="default"
        size="xs"
        loading={release.isPending}
        onClick={() =>
          release.mutate({ params }, { onSuccess: () => notifyDone(w.released(name)), onError: notifyFailed })
        }
      >
        {w.release}
      </Button>
    </Group>
  );
}
