import { Button, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { ShowAs } from '../../parts/payload/show-as.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { useConnectionStatus } from './change-status.ts';
import { type Connection, stateOf } from './connection.ts';
import { ConnectionHealth } from './connection-health.tsx';
import { DeleteConnection } from './delete-connection.tsx';
import { DestinationsTab } from './destinations-tab.tsx';
import { ConnectionEditor } from './form/connection-editor.tsx';

const w = words.details;

type TabName = keyof typeof w.tabs;

// Loaded when somebody looks at them: the form comes first.
const ActivityTab = lazy(() => import('./activity-tab.tsx').then(({ ActivityTab }) => ({ default: ActivityTab })));
const UsedByTab = lazy(() => import('./used-by-tab.tsx').then(({ UsedByTab }) => ({ default: UsedByTab })));
const VersionsTab = lazy(() =>
  import('../../parts/payload/versions-tab.tsx').then(({ VersionsTab }) => ({ default: VersionsTab })),
);

export function ConnectionPage(): ReactNode {
  const { connectionId } = useParams({ from: '/shell/connections/$connectionId' });
  const { tab: chosenTab } = useSearch({ from: '/shell/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const mayManage = useMay('connections:manage');
  const [isDeleting, setDeleting] = useState(false);
  const status = useConnectionStatus();
  const { data, error, refetch } = useQuery(apiQuery('getConnection', { params: { id: connectionId } }));
  // The first look at a connection with a problem is at what happens on it.
  const first = useRef<TabName>(undefined);
  first.current ??= data === undefined ? undefined : data.health.state === 'ok' ? 'details' : 'activity';
  const tab = chosenTab ?? first.current ?? 'details';
  const toList = () => void navigate({ to: '/connections' });
  const done = () => void navigate({ to: '/connections', search: { done: connectionId } });
  const toTab = (next: TabName) => void navigate({ search: { tab: next } });

  const actions =
    data === undefined ? undefined : (
      <>
        {mayManage ? (
          <Button
            variant="default"
            leftSection={<Icon name={data.status === 'enabled' ? 'pause' : 'play'} />}
            loading={status.isPending}
            onClick={() => status.change(data, data.status === 'enabled' ? 'paused' : 'enabled')}
          >
            {data.status === 'enabled' ? terms.pause : terms.resume}
          </Button>
        ) : null}
        <ShowAs kind="connections" document={data} />
        {mayManage ? (
          <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => setDeleting(true)}>
            {terms.delete}
          </Button>
        ) : null}
      </>
    );
  const panels: Record<TabName, (connection: Connection) => ReactNode> = {
    details: (connection) => (
      <ConnectionEditor
        key={connection.id}
        stored={connection}
        draftKey={`connections/${connection.id}`}
        onContinue={(made) => {
          sayIfSaved(made, connection);
          toTab('destinations');
        }}
        onDone={(made) => {
          sayIfSaved(made, connection);
          done();
        }}
        onCancel={toList}
      />
    ),
    destinations: (connection) => <DestinationsTab connection={connection} onDone={done} />,
    activity: (connection) => <ActivityTab connection={connection} />,
    usedBy: (connection) => <UsedByTab connection={connection} />,
    versions: (connection) => <VersionsTab kind="connection" document={connection} mayManage={mayManage} />,
  };
  return (
    <Page
      title={w.tabs[tab]}
      object={data?.name ?? terms.connection}
      id={data?.id}
      right="connections:view"
      crumbs={[{ label: shell.pages.connections, to: '/connections' }]}
      lead={data === undefined ? undefined : <Standing connection={data} />}
      actions={actions}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Waiting /> : null}
      {data === undefined ? null : (
        <>
          <ConnectionHealth connection={data} />
          <Tabs
            value={tab}
            keepMounted={false}
            onChange={(next) => toTab((next ?? 'details') as TabName)} // one of the tabs below
          >
            <Tabs.List mb="md" aria-label={terms.connection}>
              {Object.entries(w.tabs).map(([name, label]) => (
                <Tabs.Tab key={name} value={name}>
                  {label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {Object.entries(panels).map(([name, panel]) => (
              // The form stays while one looks elsewhere: what was typed into it, secrets too, must not be lost.
              <Tabs.Panel key={name} value={name} keepMounted={name === 'details'}>
                <Suspense fallback={<Skeleton height={260} />}>{panel(data)}</Suspense>
              </Tabs.Panel>
            ))}
          </Tabs>
        </>
      )}
      <DeleteConnection
        connection={isDeleting && data !== undefined ? data : null}
        onClose={() => setDeleting(false)}
        onDeleted={toList}
      />
    </Page>
  );
}

/** How it stands, and how long the token at hand lasts. */
function Standing({ connection }: { connection: Connection }): ReactNode {
  const { tokenExpiresAt } = connection.health;
  const now = useNow();
  const isAtHand = tokenExpiresAt !== null && Date.parse(tokenExpiresAt) > now;
  return (
    <Group gap="sm">
      <StatusBadge status={stateOf(connection)} />
      {isAtHand ? (
        <Text span c="dimmed">
          {words.authentication.token} <Time at={tokenExpiresAt} show="relative" />
        </Text>
      ) : null}
    </Group>
  );
}

function sayIfSaved(saved: Connection, before: Connection): void {
  if (saved.version !== before.version) notifyDone(terms.saved(saved.name));
}

function Waiting(): ReactNode {
  return (
    <Stack aria-busy="true">
      <Skeleton height={36} width="18rem" />
      <Skeleton height={260} />
      <Skeleton height={160} />
    </Stack>
  );
}
