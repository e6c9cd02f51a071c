import { Button, Drawer, Skeleton } from '@mantine/core';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
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
import { LoadedPage } from '../../shell/loaded-page.tsx';
import { type Crumb, Page } from '../../shell/page.tsx';
import type { Connection } from '../connections/connection.ts';
import { destinationOf } from '../connections/curl/curl-destination.ts';
import { RecoverButton } from '../replays/recover-button.tsx';
import { type Destination, type DestinationDraft, emptyDraft } from './destination-draft.ts';
import { DestinationEditor } from './destination-editor.tsx';

const address = '/connections/$connectionId/destinations/$destinationId';

const CurlForm = lazy(() =>
  import('../connections/curl/curl-form.tsx').then(({ CurlForm }) => ({ default: CurlForm })),
);
const VersionsTab = lazy(() =>
  import('../../parts/payload/versions-tab.tsx').then(({ VersionsTab }) => ({ default: VersionsTab })),
);

/** Destination Details, of a stored destination or of a new one. */
export function DestinationPage(): ReactNode {
  const { connectionId: id, destinationId } = useParams({ from: `/shell${address}` });
  const isNew = destinationId === 'new';
  const connection = useQuery(apiQuery('getConnection', { params: { id } }));
  const destination = useQuery({ ...apiQuery('getDestination', { params: { id: destinationId } }), enabled: !isNew });
  const crumbs: Crumb[] = [
    { label: shell.pages.connections, to: '/connections' },
    {
      label: connection.data?.name ?? terms.connection,
      to: '/connections/$connectionId',
      params: { connectionId: id },
    },
  ];
  if (isNew) return <NewDestination connection={connection} crumbs={crumbs} />;
  // An address put together by hand: a destination belongs to one connection.
  if (destination.data !== undefined && destination.data.connectionId !== id)
    return <Navigate to={address} params={{ ...destination.data, destinationId }} search={true} replace />;
  return (
    <LoadedPage
      query={{
        data: connection.data && destination.data && { connection: connection.data, destination: destination.data },
        error: connection.error ?? destination.error,
        refetch: () => Promise.all([connection.refetch(), destination.refetch()]),
      }}
      one={words.title}
      nameOf={({ destination: { name } }) => name}
      idOf={({ destination: { id } }) => id}
      right="connections:view"
      crumbs={crumbs}
      actions={(loaded) => (
        <>
          <RecoverButton destinationId={destinationId} />
          <Versions destination={loaded.destination} />
          <ShowAs kind="destinations" document={loaded.destination} />
        </>
      )}
    >
      {(loaded) => <StoredDestination key={destinationId} {...loaded} />}
    </LoadedPage>
  );
}

function StoredDestination({
  connection,
  destination,
}: {
  connection: Connection;
  destination: Destination;
}): ReactNode {
  const leave = useToDestinations(connection.id);
  return (
    <DestinationEditor
      connection={connection}
      stored={destination}
      onSaved={leave}
      onStay={({ name }) => notifyDone(terms.saved(name))}
      onCancel={() => leave()}
    />
  );
}

/** Leads to the destinations of a connection, and says what was saved. */
function useToDestinations(connectionId: string): (saved?: Destination) => void {
  const navigate = useNavigate();
  return (saved) => {
    if (saved !== undefined) notifyDone(terms.saved(saved.name));
    void navigate({ to: '/connections/$connectionId', params: { connectionId }, search: { tab: 'destinations' } });
  };
}

type NewProps = { connection: Pick<UseQueryResult<Connection>, 'data' | 'error' | 'refetch'>; crumbs: Crumb[] };

/** A new destination: empty, at a path that was moved from the Base URL, or from a pasted command. */
function NewDestination({ connection: { data: connection, error, refetch }, crumbs }: NewProps): ReactNode {
  const { from, path = '' } = useSearch({ from: `/shell${address}` });
  const { connectionId } = useParams({ from: `/shell${address}` });
  const [pasted, setPasted] = useState<DestinationDraft>();
  const navigate = useNavigate();
  const leave = useToDestinations(connectionId);
  const toDetails = (destinationId: string) =>
    void navigate({ to: address, params: { connectionId, destinationId }, replace: true });
  const isCurl = from === 'curl';
  return (
    <Page
      title={words.createTitle}
      lead={isCurl ? words.curlLead : undefined}
      right="connections:manage"
      crumbs={crumbs}
    >
      {connection === undefined ? (
        error === null ? (
          <Skeleton height={320} aria-busy="true" />
        ) : (
          <Problem error={error} onRetry={() => void refetch()} />
        )
      ) : isCurl ? (
        <Suspense fallback={<Skeleton height={320} aria-busy="true" />}>
          <CurlForm
            connection={connection}
            onUse={(request) => {
              const found = destinationOf(request, connection);
              if (found.kind === 'destination') setPasted(found.draft);
              toDetails('new');
            }}
            onCancel={() => leave()}
          />
        </Suspense>
      ) : (
        <DestinationEditor
          connection={connection}
          stored={null}
          start={pasted ?? (path === '' ? undefined : { ...emptyDraft, path })}
          onSaved={leave}
          onStay={({ id, name }) => {
            notifyDone(terms.saved(name));
            toDetails(id);
          }}
          onCancel={() => leave()}
        />
      )}
    </Page>
  );
}

/** The button that opens the versions of a destination. A link may open them too. */
function Versions({ destination }: { destination: Destination }): ReactNode {
  const { versions } = useSearch({ from: '/shell/connections/$connectionId/destinations/$destinationId' });
  const [isOpen, open] = useState(versions === 'open');
  const mayManage = useMay('connections:manage');
  return (
    <>
      <Button variant="default" leftSection={<Icon name="clock" />} onClick={() => open(true)}>
        {terms.versions}
      </Button>
      <Drawer
        opened={isOpen}
        onClose={() => open(false)}
        position="right"
        size="xl"
        title={terms.versions}
        closeButtonProps={{ 'aria-label': terms.close }}
      >
        <Suspense fallback={<Skeleton height={200} />}>
          <VersionsTab kind="destination" document={destination} mayManage={mayManage} onRestored={() => open(false)} />
        </Suspense>
      </Drawer>
    </>
  );
}
