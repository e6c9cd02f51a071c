import { Button, Drawer, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { shell } from '../../messages/en/shell.ts';
import { studio as words } from '../../messages/en/studio.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { ShowAs } from '../../parts/payload/show-as.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { RecoverButton } from '../replays/recover-button.tsx';
import { type DestinationDraft, draftOfCurl, emptyDraft } from './destination-draft.ts';
import { DestinationEditor } from './destination-editor.tsx';
import { resultingUrl } from './endpoint-address.ts';

const address = '/connections/$connectionId/destinations/$destinationId';

const CurlStart = lazy(() =>
  import('../connections/curl/curl-destination-start.tsx').then(({ CurlStart }) => ({ default: CurlStart })),
);

const VersionsTab = lazy(() =>
  import('../../parts/payload/versions-tab.tsx').then(({ VersionsTab }) => ({ default: VersionsTab })),
);

export function DestinationPage(): ReactNode {
  const { connectionId, destinationId } = useParams({ from: `/shell${address}` });
  const [hasVersions, openVersions] = useState(false);
  const [restored, setRestored] = useState(0);
  const mayManage = useMay('connections:manage');
  const isNew = destinationId === 'new';
  const { from, path = '' } = useSearch({ from: `/shell${address}` });
  const [start, setStart] = useState<DestinationDraft>();
  const navigate = useNavigate();
  const connection = useQuery(apiQuery('getConnection', { params: { id: connectionId } }));
  const destination = useQuery({
    ...apiQuery('getDestination', { params: { id: destinationId } }),
    enabled: !isNew,
  });
  const stored = isNew ? null : destination.data;
  const failed = connection.error ?? destination.error;
  const toTab = () =>
    void navigate({ to: '/connections/$connectionId', params: { connectionId }, search: { tab: 'destinations' } });

  // An address put together by hand: a destination belongs to one connection.
  if (stored != null && stored.connectionId !== connectionId)
    return (
      <Navigate to={address} params={{ connectionId: stored.connectionId, destinationId }} search={true} replace />
    );
  return (
    <Page
      title={isNew ? words.createTitle : words.title}
      lead={isNew && from === 'curl' ? words.curlLead : undefined}
      object={isNew ? undefined : (stored?.name ?? words.title)}
      id={stored?.id}
      right={isNew ? 'connections:manage' : 'connections:view'}
      crumbs={[
        { label: shell.pages.connections, to: '/connections' },
        {
          label: connection.data?.name ?? terms.connection,
          to: '/connections/$connectionId',
          params: { connectionId },
        },
      ]}
      actions={
        stored == null ? undefined : (
          <>
            <RecoverButton destinationId={destinationId} />
            <Button variant="default" leftSection={<Icon name="clock" />} onClick={() => openVersions(true)}>
              {terms.versions}
            </Button>
            <ShowAs kind="destinations" document={stored} />
          </>
        )
      }
    >
      {connection.data === undefined || stored === undefined ? (
        failed === null ? (
          <Waiting />
        ) : (
          <Problem error={failed} onRetry={() => void Promise.all([connection.refetch(), destination.refetch()])} />
        )
      ) : isNew && from === 'curl' ? (
        <Suspense fallback={<Waiting />}>
          <CurlStart
            connection={connection.data}
            urlOf={(path) => resultingUrl(path, connection.data) ?? connection.data.baseUrl}
            onUse={(made) => {
              setStart(draftOfCurl(made));
              void navigate({ to: address, params: { connectionId, destinationId }, replace: true });
            }}
            onCancel={toTab}
          />
        </Suspense>
      ) : (
        <DestinationEditor
          key={`${destinationId} ${restored}`}
          connection={connection.data}
          stored={stored}
          start={isNew ? (start ?? (path === '' ? undefined : { ...emptyDraft, path })) : undefined}
          onSaved={({ name }) => {
            notifyDone(terms.saved(name));
            toTab();
          }}
          onStay={({ id, name }) => {
            notifyDone(terms.saved(name));
            if (isNew)
              void navigate({ to: address, params: { connectionId, destinationId: id }, search: true, replace: true });
          }}
          onCancel={toTab}
        />
      )}
      {stored == null || !hasVersions ? null : (
        <Drawer
          opened
          onClose={() => openVersions(false)}
          position="right"
          size="xl"
          title={terms.versions}
          closeButtonProps={{ 'aria-label': terms.close }}
        >
          <Suspense fallback={<Skeleton height={200} />}>
            <VersionsTab
              kind="destination"
              document={stored}
              mayManage={mayManage}
              onRestored={() => {
                openVersions(false);
                void destination.refetch().then(() => setRestored((count) => count + 1));
              }}
            />
          </Suspense>
        </Drawer>
      )}
    </Page>
  );
}

function Waiting(): ReactNode {
  return (
    <Stack aria-busy="true">
      <Skeleton height={300} />
      <Skeleton height={240} />
    </Stack>
  );
}
