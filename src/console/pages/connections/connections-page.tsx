import { Alert, Group, Menu, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { kept, useApiQuery, watched } from '../../data/data.ts';
import { terms, connections as words } from '../../messages/en.ts';
import { type AuthenticationStanding, authenticationOf } from '../../parts/connection/authentication-standing.ts';
import { type Connection, connectionKind, stateOf, useConnectionStatus } from '../../parts/connection/connection.ts';
import { TestDialog } from '../../parts/connection/form/test-authentication.tsx';
import { blockedBy, type Figures, type FiguresOf, namesOf, usageIn, useFigures } from '../../parts/connection/usage.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { servedQuery } from '../../parts/document/served-list.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { column, modifiedByColumn, modifiedColumn, nameColumn } from '../../parts/list/standard-columns.tsx';
import { ButtonLink, Icon, StatusBadge, Time, useNow } from '../../parts/parts.ts';
import { resultingUrl } from '../../parts/text/endpoint-address.ts';
import { useMay } from '../../session/rights.ts';
import { filters, filtersOf } from './connections-filters.ts';
import { trafficColumns } from './traffic-columns.tsx';

export function ConnectionsPage(): ReactNode {
  const mayManage = useMay('connections:manage');
  const [tested, test] = useState<Connection | null>(null);
  const { labelOf, toggle } = useConnectionStatus();
  const search = useSearch({ from: '/shell/connections' });
  const served = useApiQuery(
    'listConnections',
    { query: { ...servedQuery(search), ...filtersOf(search), usage: 'true' } },
    { ...kept, ...watched },
  );
  const usage = served.data?.usage;
  const usageOf = useMemo(() => usageIn(usage), [usage]);
  const figuresOf = useFigures('connection');
  const columns = useMemo(() => columnsOf(usageOf, figuresOf), [usageOf, figuresOf]);
  return (
    <DocumentsPage
      kind={connectionKind}
      words={mayManage ? words : { ...words, emptyText: words.emptyNoRight(rights['connections:manage']) }}
      noun="connections"
      icon="connections"
      code="millrace apply crm.yaml"
      columns={columns}
      served={served}
      opens="done"
      filters={filters}
      actions={
        <>
          <ButtonLink to="/connections/new/curl" leftSection={<Icon name="code" />}>
            {words.pasteCurl}
          </ButtonLink>
          <ButtonLink to="/settings" search={{ tab: 'transfer' }} leftSection={<Icon name="import" />}>
            {words.importYaml}
          </ButtonLink>
        </>
      }
      items={(row) => (
        <>
          <Menu.Item onClick={() => test(row)}>{terms.testAuthentication}</Menu.Item>
          <Menu.Item onClick={() => toggle(row)}>{labelOf(row)}</Menu.Item>
        </>
      )}
      blockedBy={({ id }) => blockedBy(usageOf(id)?.destinations)}
      above={search.done === undefined ? null : <ReadyBanner id={search.done} />}
    >
      <TestDialog connection={tested} onClose={() => test(null)} />
    </DocumentsPage>
  );
}

const w = words.ready;

/** The next step after Done, until events can be sent through this connection. Nothing when Actions use all of it. */
function ReadyBanner({ id }: { id: string }): ReactNode {
  const navigate = useNavigate({ from: '/connections' });
  const mayManage = useMay('actions:manage');
  const params = { id };
  const connection = useApiQuery('getConnection', { params }).data;
  const page = useApiQuery('listDestinations', { params, query: { usage: 'true', limit: 200 } }).data;
  const maySeeActions = useMay('actions:view');
  if (connection === undefined || page === undefined || !maySeeActions) return null;
  const { name, health } = connection;
  const isFine = health.state === 'ok';
  const destinations = page.data;
  const usageOf = usageIn(page.usage);
  const enabled = destinations.filter(({ status }) => status === 'enabled');
  const unused = enabled.filter((one) => usageOf(one.id)?.usedBy?.count === 0);
  const first = isFine ? unused[0] : undefined;
  if (first === undefined && isFine && enabled.length > 0) return null;
  return (
    <Alert
      mb="md"
      color="mill"
      role="status"
      icon={<Icon name={first === undefined ? 'connections' : 'check'} />}
      title={first === undefined ? w.notYet(name) : w.title(name)}
      withCloseButton
      closeButtonLabel={terms.close}
      onClose={() => void navigate({ search: (now) => ({ ...now, done: undefined }), replace: true })}
    >
      <Group justify="space-between" gap="xs">
        <Text size="md">
          {!isFine
            ? w.needsAttention
            : first !== undefined
              ? w.text(namesOf(unused))
              : destinations.length === 0
                ? w.noDestination
                : w.noneEnabled}
        </Text>
        {!isFine ? (
          <ButtonLink to="/connections/$connectionId" params={{ connectionId: id }} search={{ tab: 'details' }}>
            {terms.openConnection}
          </ButtonLink>
        ) : first === undefined ? (
          <ButtonLink to="/connections/$connectionId" params={{ connectionId: id }} search={{ tab: 'destinations' }}>
            {w.openDestinations}
          </ButtonLink>
        ) : mayManage ? (
          <ButtonLink variant="filled" to="/actions/new" search={{ destination: first.id }}>
            {words.destinations.inAction}
          </ButtonLink>
        ) : null}
      </Group>
    </Alert>
  );
}

type UsageOf = (id: string) => NonNullable<RouteResponse<'listConnections'>['usage']>[number] | undefined;

/** The Base URL with the port. */
const reachedAt = (one: Connection): string =>
  one.port === null ? one.baseUrl : (resultingUrl('', one) ?? one.baseUrl);

const columnsOf = (usageOf: UsageOf, figuresOf: FiguresOf): readonly Column<Connection>[] => [
  nameColumn(connectionKind),
  column('state', terms.state, { sort: (row) => stateOf(row) }, (row) => (
    <Group gap="xs" wrap="nowrap">
      <StatusBadge status={stateOf(row)} />
      {row.health.held === 0 ? null : (
        <Text span size="sm" c="var(--console-warn)">
          {words.held(row.health.held)}
        </Text>
      )}
    </Group>
  )),
  column('baseUrl', terms.baseUrl, { sort: ({ baseUrl }) => baseUrl, isText: true }, (one) => (
    <Text span ff="monospace" size="sm" title={reachedAt(one)}>
      {reachedAt(one)}
    </Text>
  )),
  column('auth', words.columns.auth, { isText: true }, (row) => (
    <Authentication connection={row} figures={figuresOf(row.id)} />
  )),
  column('destinations', words.columns.destinations, { align: 'end' }, ({ id }) => {
    const usage = usageOf(id);
    return usage === undefined ? null : words.destinationCount(usage.enabledDestinations, usage.destinations);
  }),
  ...trafficColumns((id) => usageOf(id)?.usedBy, figuresOf),
  column('type', terms.type, { leavesFirst: true, isHiddenAtFirst: true }, ({ type }) => words.types[type]),
  modifiedColumn({ isHiddenAtFirst: true }),
  modifiedByColumn(),
];

function toneOf(kind: AuthenticationStanding['kind']): string {
  if (kind === 'token' || kind === 'ok') return 'dimmed';
  return kind === 'expires' || kind === 'certificateExpires' ? 'var(--console-warn)' : 'var(--console-bad)';
}

/** `Rejected since` is followed by a time, and `Token expires` by how long it is until then. */
const isPast = (kind: AuthenticationStanding['kind']) => kind === 'missing' || kind === 'refused';

type AuthenticationProps = { connection: Connection; figures: Figures | undefined };

/** The type of authentication, and its state: rejected, about to end, or OK. */
function Authentication({ connection, figures }: AuthenticationProps): ReactNode {
  const standing = authenticationOf({ ...connection, figures }, useNow());
  const { kind } = standing;
  return (
    <>
      {words.details.authTypes[connection.auth.type]}
      {kind === 'unknown' ? null : (
        <Text span size="sm" ml="xs" c={toneOf(kind)}>
          {words.authentication[kind]}{' '}
          {'at' in standing ? <Time at={standing.at} show={isPast(kind) ? 'date' : 'relative'} /> : null}
        </Text>
      )}
    </>
  );
}
