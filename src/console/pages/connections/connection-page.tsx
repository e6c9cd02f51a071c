import { Button, Skeleton, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import { ShowAs } from '../../parts/show-as.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { type Connection, stateOf } from './connection.ts';
import { ConnectionEditor } from './connection-editor.tsx';
import { DeleteConnection } from './delete-connection.tsx';
import { DestinationsTab } from './destinations-tab.tsx';

const w = words.details;

export function ConnectionPage(): ReactNode {
  const { connectionId } = useParams({ from: '/shell/connections/$connectionId' });
  const { tab = 'details' } = useSearch({ from: '/shell/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const mayManage = useMay('connections:manage');
  const [isDeleting, setDeleting] = useState(false);
  const { data, error, refetch } = useQuery(apiQuery('getConnection', { params: { id: connectionId } }));
  const toList = () => void navigate({ to: '/connections' });
  const toTab = (next: 'details' | 'destinations') => void navigate({ search: { tab: next } });

  const actions =
    data === undefined ? undefined : (
      <>
        <ShowAs kind="connections" document={data} />
        {mayManage ? (
          <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => setDeleting(true)}>
            {words.delete}
          </Button>
        ) : null}
      </>
    );
  return (
    <Page
      title={w.tabs[tab]}
      object={data?.name ?? words.one}
      right="connections:view"
      crumbs={[{ label: words.title, to: '/connections' }]}
      lead={data === undefined ? undefined : <StatusBadge status={stateOf(data)} />}
      actions={actions}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Waiting /> : null}
      {data === undefined ? null : (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(next) => toTab(next === 'destinations' ? 'destinations' : 'details')}
        >
          <Tabs.List mb="md" aria-label={w.tabList}>
            <Tabs.Tab value="details">{w.tabs.details}</Tabs.Tab>
            <Tabs.Tab value="destinations">{w.tabs.destinations}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="details">
            <ConnectionEditor
              key={data.id}
              stored={data}
              draftKey={`connections/${data.id}`}
              onContinue={(saved) => {
                sayIfSaved(saved, data);
                toTab('destinations');
              }}
              onDone={(saved) => {
                sayIfSaved(saved, data);
                toList();
              }}
              onCancel={toList}
            />
          </Tabs.Panel>
          <Tabs.Panel value="destinations">
            <DestinationsTab connection={data} onDone={toList} />
          </Tabs.Panel>
        </Tabs>
      )}
      <DeleteConnection
        connection={isDeleting && data !== undefined ? data : null}
        onClose={() => setDeleting(false)}
        onDeleted={toList}
      />
    </Page>
  );
}

function sayIfSaved(saved: Connection, before: Connection): void {
  if (saved.version !== before.version) notifyDone(parts.saved(saved.name));
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
