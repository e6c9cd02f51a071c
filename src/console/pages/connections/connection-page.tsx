import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { terms, connections as words } from '../../messages/en.ts';
import { endings } from '../../parts/connection/authentication-standing.ts';
import { type Connection, connectionKind, stateOf, useConnectionStatus } from '../../parts/connection/connection.ts';
import { ConnectionEditor } from '../../parts/connection/form/connection-editor.tsx';
import { HoldCause, HoldEnd } from '../../parts/connection/hold-actions.tsx';
import { blockedBy, useDestinationCount } from '../../parts/connection/usage.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { ActButton, Countdown, Icon, StatusBadge, TextLink, Time, useNow } from '../../parts/parts.ts';
import { LoadLine } from '../../parts/text/load-line.tsx';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { Draining } from './draining.tsx';

// Loaded when they are opened: the form comes first.
const DestinationsTab = lazyPart(() => import('./destinations-tab.tsx'), 'DestinationsTab');
const ActivityTab = lazyPart(() => import('./activity-tab.tsx'), 'ActivityTab');
const UsedByTab = lazyPart(() => import('./used-by-tab.tsx'), 'UsedByTab');

export function ConnectionPage(): ReactNode {
  const { connectionId } = useParams({ from: '/shell/connections/$connectionId' });
  const destinations = useDestinationCount(connectionId);
  return (
    <DocumentPage
      kind={connectionKind}
      lead={(connection) => <Standing connection={connection} />}
      actions={(connection) => <Switch connection={connection} />}
      blockedBy={() => blockedBy(destinations)}
      tabs={words.details.tabs}
      // A connection with a problem opens with what happens on it, one without its credentials where they are entered.
      opensAt={({ health: { state, reason } }) =>
        state === 'ok' || reason === 'credentials_missing' ? 'details' : 'activity'
      }
      kept="details"
      panels={{
        details: (connection) => (
          <ConnectionEditor key={connection.id} stored={connection} draftKey={`connections/${connection.id}`} />
        ),
        destinations: (connection) => <DestinationsTab connection={connection} />,
        activity: (connection) => <ActivityTab connection={connection} />,
        usedBy: (connection) => <UsedByTab connection={connection} />,
      }}
    >
      {(connection) => (
        <>
          <Closed connection={connection} />
          <Draining connection={connection} />
          <Waiting connection={connection} />
          <Endings connection={connection} />
        </>
      )}
    </DocumentPage>
  );
}

function Switch({ connection }: { connection: Connection }): ReactNode {
  const { isPending, labelOf, toggle } = useConnectionStatus();
  if (!useMay('connections:manage')) return null;
  return (
    <Button
      leftSection={<Icon name={connection.status === 'enabled' ? 'pause' : 'play'} />}
      loading={isPending}
      onClick={() => toggle(connection)}
    >
      {labelOf(connection)}
    </Button>
  );
}

/** The state of a connection, and how long its access token lasts. */
function Standing({ connection }: { connection: Connection }): ReactNode {
  const { tokenExpiresAt } = connection.health;
  const now = useNow();
  return (
    <Group gap="sm">
      <StatusBadge status={stateOf(connection)} />
      <LoadLine requests={connection.health.requests} />
      {tokenExpiresAt === null || Date.parse(tokenExpiresAt) <= now ? null : (
        <Text span c="dimmed">
          {words.authentication.token} <Time at={tokenExpiresAt} show="relative" />
        </Text>
      )}
    </Group>
  );
}

const healthWords = words.health;

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
        title={healthWords.ends[kind]}
      >
        <Text size="md">
          {isOver ? healthWords.expired : terms.expires} <Time at={at} show="relative" />.{' '}
          {isToken ? healthWords.replaceToken : healthWords.replaceCertificate}
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
  return (
    <Alert
      mb="md"
      color="orange"
      icon={<Icon name={isOff ? 'pause' : 'alert'} />}
      title={isOff ? healthWords.off[status] : health.state === 'ok' ? healthWords.holds : healthWords.needsAttention}
    >
      <Stack gap={4}>
        {isOff || health.reason === null ? null : (
          <Text size="md">
            <HoldCause health={health} />
          </Text>
        )}
        <Text size="md">
          {isOff || health.state !== 'ok' ? healthWords.held(health.held) : healthWords.someHeld(health.held)}{' '}
          {health.held === 0 ? null : (
            <TextLink to="/deliveries" search={{ connection: id, status: 'held' }}>
              {healthWords.showHeld}
            </TextLink>
          )}
        </Text>
        {isOff ? <Text size="md">{healthWords.resume}</Text> : <HoldEnd connectionId={id} health={health} />}
      </Stack>
    </Alert>
  );
}

/** Until when no request is sent: its system asked for that, or its token endpoint failed. */
function Waiting({ connection: { id, name, status, health } }: { connection: Connection }): ReactNode {
  const mayEnd = useMay('deliveries:manage');
  if (status !== 'enabled' || health.waitsUntil === null) return null;
  return (
    <Alert mb="md" color="orange" icon={<Icon name="clock" />} title={healthWords.waits}>
      <Text size="md">
        {healthWords.nextRequest} <Countdown at={health.waitsUntil} due={healthWords.probing} />
      </Text>
      {!mayEnd ? null : (
        <ActButton
          mt="xs"
          size="xs"
          route="probeConnection"
          input={{ params: { id } }}
          done={healthWords.requested(name)}
        >
          {healthWords.probe}
        </ActButton>
      )}
    </Alert>
  );
}
