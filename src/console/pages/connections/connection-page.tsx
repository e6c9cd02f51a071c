import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms, connections as words } from '../../messages/en.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { Icon, StatusBadge, Time, useNow } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { useConnectionStatus } from './change-status.ts';
import { type Connection, stateOf } from './connection.ts';
import { ConnectionHealth } from './connection-health.tsx';
import { connectionKind } from './connection-kind.ts';
import { ConnectionEditor } from './form/connection-editor.tsx';
import { blockedBy, useUsage } from './usage.ts';

// Loaded when they are opened: the form comes first.
const DestinationsTab = lazyPart(() => import('./destinations-tab.tsx'), 'DestinationsTab');
const ActivityTab = lazyPart(() => import('./activity-tab.tsx'), 'ActivityTab');
const UsedByTab = lazyPart(() => import('./used-by-tab.tsx'), 'UsedByTab');

export function ConnectionPage(): ReactNode {
  const usage = useUsage();
  return (
    <DocumentPage
      kind={connectionKind}
      lead={(connection) => <Standing connection={connection} />}
      actions={(connection) => <Switch connection={connection} />}
      blockedBy={(connection) => blockedBy(usage, connection)}
      tabs={words.details.tabs}
      // A connection with a problem opens with what happens on it.
      opensAt={({ health }) => (health.state === 'ok' ? 'details' : 'activity')}
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
      {(connection) => <ConnectionHealth connection={connection} />}
    </DocumentPage>
  );
}

function Switch({ connection }: { connection: Connection }): ReactNode {
  const status = useConnectionStatus();
  const isOn = connection.status === 'enabled';
  if (!useMay('connections:manage')) return null;
  return (
    <Button
      leftSection={<Icon name={isOn ? 'pause' : 'play'} />}
      loading={status.isPending}
      onClick={() => void status.change(connection, isOn ? 'paused' : 'enabled')}
    >
      {isOn ? terms.pause : terms.resume}
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
      {tokenExpiresAt === null || Date.parse(tokenExpiresAt) <= now ? null : (
        <Text span c="dimmed">
          {words.authentication.token} <Time at={tokenExpiresAt} show="relative" />
        </Text>
      )}
    </Group>
  );
}
