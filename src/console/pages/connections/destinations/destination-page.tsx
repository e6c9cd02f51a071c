import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, Suspense, useState } from 'react';
import { useApiQuery } from '../../../data/data.ts';
import { shell, terms, destinations as words } from '../../../messages/en.ts';
import type { Connection } from '../../../parts/connection/connection.ts';
import { HoldCause, HoldEnd } from '../../../parts/connection/hold-actions.tsx';
import { Icon, SideDialog } from '../../../parts/parts.ts';
import { ShowAs } from '../../../parts/payload/show-as.tsx';
import { LoadLine } from '../../../parts/text/load-line.tsx';
import { useMay } from '../../../session/rights.ts';
import { lazyPart } from '../../../shell/lazy-part.ts';
import { LoadedPage } from '../../../shell/page.tsx';
import { type Destination, type DestinationDraft, emptyDraft } from './destination-draft.ts';
import { DestinationEditor } from './destination-editor.tsx';

const address = '/connections/$connectionId/destinations/$destinationId';

const CurlForm = lazyPart(() => import('../curl/curl-form.tsx'), 'CurlForm');
const RecoverButton = lazyPart(() => import('../../../parts/replay/replay-button.tsx'), 'RecoverButton');
const VersionsTab = lazyPart(() => import('../../../parts/payload/versions-tab.tsx'), 'VersionsTab');

/** Destination Details, of a stored destination or of a new one. */
export function DestinationPage(): ReactNode {
  const { connectionId: id, destinationId } = useParams({ from: `/shell${address}` });
  const { from, edit } = useSearch({ from: `/shell${address}` });
  const isNew = destinationId === 'new';
  const connection = useApiQuery('getConnection', { params: { id } });
  const stored = useApiQuery('getDestination', { params: { id: destinationId } }, { enabled: !isNew });
  const destination = isNew ? null : stored.data;
  // An address put together by hand: a destination belongs to one connection.
  if (destination != null && destination.connectionId !== id)
    return <Navigate to={address} params={{ ...destination, destinationId }} search={true} replace />;
  return (
    <LoadedPage
      query={{
        data: connection.data && destination !== undefined ? { connection: connection.data, destination } : undefined,
        error: connection.error ?? stored.error,
        refetch: () => Promise.all([connection.refetch(), isNew ? null : stored.refetch()]),
      }}
      one={isNew ? terms.newDestination : words.title}
      nameOf={(loaded) => loaded.destination?.name ?? terms.newDestination}
      idOf={(loaded) => loaded.destination?.id}
      right={isNew ? 'connections:manage' : 'connections:view'}
      lead={({ destination }) => {
        if (destination !== null) return <LoadLine requests={destination.health.requests} />;
        return from === 'curl' ? terms.curlLead : undefined;
      }}
      crumbs={[
        { label: shell.pages.connections, to: '/connections' },
        {
          label: connection.data?.name ?? terms.connection,
          to: '/connections/$connectionId',
          params: { connectionId: id },
        },
      ]}
      actions={(loaded) =>
        loaded.destination === null ? null : (
          <>
            <Suspense>
              <RecoverButton destinationId={destinationId} />
            </Suspense>
            <Versions destination={loaded.destination} />
            <ShowAs kind="destinations" document={loaded.destination} />
          </>
        )
      }
    >
      {(loaded) =>
        loaded.destination === null ? (
          <NewDestination connection={loaded.connection} />
        ) : (
          <>
            <Suspended destination={loaded.destination} />
            <DestinationEditor
              key={destinationId}
              connection={loaded.connection}
              stored={loaded.destination}
              begins={edit === 'on'}
            />
          </>
        )
      }
    </LoadedPage>
  );
}

/** Why responses hold the deliveries of an enabled destination, and what ends it; nothing while they are sent. */
function Suspended({ destination: { connectionId, status, health } }: { destination: Destination }): ReactNode {
  if (status !== 'enabled' || health.state === 'ok') return null;
  return (
    <Alert mb="md" color="orange" icon={<Icon name="alert" />} title={words.needsAttention}>
      <Stack gap={4}>
        <Text size="md">
          <HoldCause health={health} />
        </Text>
        <HoldEnd connectionId={connectionId} health={health} />
      </Stack>
    </Alert>
  );
}

/** A new destination: empty, at a path that was moved from the Base URL, or from a pasted command. */
function NewDestination({ connection }: { connection: Connection }): ReactNode {
  const { from, path = '' } = useSearch({ from: `/shell${address}` });
  const [pasted, paste] = useState<DestinationDraft>();
  const navigate = useNavigate();
  if (from !== 'curl')
    return (
      <DestinationEditor
        connection={connection}
        stored={null}
        start={pasted ?? (path === '' ? undefined : { ...emptyDraft, path })}
      />
    );
  const params = { connectionId: connection.id, destinationId: 'new' };
  return (
    <Suspense fallback={<Skeleton height={320} aria-busy="true" />}>
      <CurlForm
        connection={connection}
        onUse={(_request, draft) => {
          if (draft !== null) paste(draft);
          void navigate({ to: address, params, replace: true });
        }}
        onCancel={() => void navigate({ to: '/connections/$connectionId', params, search: { tab: 'destinations' } })}
      />
    </Suspense>
  );
}

/** The button that opens the versions of a destination, by the address: a link may open them too. */
function Versions({ destination }: { destination: Destination }): ReactNode {
  const { versions } = useSearch({ from: `/shell${address}` });
  const navigate = useNavigate({ from: address });
  const show = (next: typeof versions) =>
    void navigate({ search: (now) => ({ ...now, versions: next }), replace: true, resetScroll: false });
  const mayManage = useMay('connections:manage');
  return (
    <>
      <Button leftSection={<Icon name="clock" />} onClick={() => show('open')}>
        {terms.versions}
      </Button>
      <SideDialog isOpen={versions === 'open'} onClose={() => show(undefined)} size="xl" title={terms.versions}>
        <Suspense fallback={<Skeleton height={200} />}>
          <VersionsTab
            kind="destination"
            document={destination}
            mayManage={mayManage}
            onRestored={() => show(undefined)}
          />
        </Suspense>
      </SideDialog>
    </>
  );
}
