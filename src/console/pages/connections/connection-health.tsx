import { Alert, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { outcomes, terms, connections as words } from '../../messages/en.ts';
import { ActButton, Countdown, Icon, TextLink, Time, useNow } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { endings } from './authentication-standing.ts';
import type { Connection } from './connection.ts';

const w = words.health;

/** What keeps deliveries from being sent, or soon will. */
export function ConnectionHealth({ connection }: { connection: Connection }): ReactNode {
  return (
    <>
      <Closed connection={connection} />
      <Endings connection={connection} />
    </>
  );
}

/** A pasted token or a certificate that ends: only a person can get another one. */
function Endings({ connection }: { connection: Connection }): ReactNode {
  return endings(connection.health, useNow()).map(({ kind, at }) => {
    const isOver = kind === 'expired' || kind === 'certificateExpired';
    const isToken = kind === 'expired' || kind === 'expires';
    return (
      <Alert
        key={kind}
        mb="md"
        color={isOver ? 'red' : 'orange'}
        icon={<Icon name={isOver ? 'alert' : 'clock'} />}
        title={w.ends[kind]}
      >
        <Text size="md">
          {isOver ? w.expired : terms.expires} <Time at={at} show="relative" />.{' '}
          {isToken ? w.replaceToken : w.replaceCertificate}
        </Text>
      </Alert>
    );
  });
}

/** Why deliveries are held, and what ends it; nothing while they are sent. */
function Closed({ connection }: { connection: Connection }): ReactNode {
  const { id, status, health } = connection;
  if (status === 'enabled' && health.state === 'ok' && health.held === 0) return null;
  const isOff = status !== 'enabled';
  const cause = health.reason === null ? null : outcomes.reason[health.reason];
  return (
    <Alert
      mb="md"
      color="orange"
      icon={<Icon name={isOff ? 'pause' : 'alert'} />}
      title={isOff ? w.off[status] : health.state === 'ok' ? w.holds : w.needsAttention}
    >
      <Stack gap={4}>
        {isOff || cause === null ? null : (
          <Text size="md">
            {w.cause(cause.why, health.detail ?? '')}
            {health.since === null ? null : (
              <>
                {' '}
                {w.since} <Time at={health.since} show="relative" />.
              </>
            )}
          </Text>
        )}
        <Text size="md">
          {isOff || health.state !== 'ok' ? w.held(health.held) : w.someHeld(health.held)}{' '}
          {health.held === 0 ? null : (
            <TextLink to="/deliveries" search={{ connection: id, status: 'held' }}>
              {w.showHeld}
            </TextLink>
          )}
        </Text>
        {isOff || health.nextProbeAt === null ? null : (
          <Text size="md">
            {w.nextProbe} <Countdown at={health.nextProbeAt} due={w.probing} />
          </Text>
        )}
        <Text size="md">{isOff ? w.resume : cause?.todo}</Text>
        {isOff || health.nextProbeAt === null ? null : <Opening connection={connection} />}
      </Stack>
    </Alert>
  );
}

/** For people who know that the system works again before the next probe. */
function Opening({ connection: { id, name } }: { connection: Connection }): ReactNode {
  const input = { params: { id } };
  if (!useMay('deliveries:manage')) return null;
  return (
    <Group gap="xs" mt="xs">
      <ActButton size="xs" route="probeConnection" input={input} done={w.probed(name)}>
        {w.probe}
      </ActButton>
      <ActButton size="xs" route="releaseConnection" input={input} done={w.released(name)}>
        {w.release}
      </ActButton>
    </Group>
  );
}
