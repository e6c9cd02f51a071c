import { Alert, Group, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { terms, connections as words } from '../../messages/en.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { ButtonLink, Icon } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { useConnectionStatus } from './change-status.ts';
import type { Connection } from './connection.ts';
import { connectionKind } from './connection-kind.ts';
import { columnsOf } from './connections-columns.tsx';
import { filtersOf, texts } from './connections-filters.ts';
import { TestDialog } from './form/test-authentication.tsx';
import { namesOf } from './traffic-columns.tsx';
import { blockedBy, type Usage, useFigures, useUsage } from './usage.ts';

export function ConnectionsPage(): ReactNode {
  const mayManage = useMay('connections:manage');
  const [tested, test] = useState<Connection | null>(null);
  const status = useConnectionStatus();
  const usage = useUsage();
  const figuresOf = useFigures('connection');
  const columns = useMemo(() => columnsOf(usage, figuresOf), [usage, figuresOf]);
  return (
    <DocumentsPage
      kind={connectionKind}
      words={mayManage ? words : { ...words, emptyText: words.emptyNoRight(rights['connections:manage']) }}
      noun="connections"
      icon="connections"
      code="millrace apply crm.yaml"
      columns={columns}
      opens="done"
      filters={filtersOf(usage)}
      texts={texts}
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
          <Menu.Item onClick={() => status.change(row, row.status === 'enabled' ? 'paused' : 'enabled')}>
            {row.status === 'enabled' ? terms.pause : terms.resume}
          </Menu.Item>
        </>
      )}
      blockedBy={(row) => blockedBy(usage, row)}
      above={<ReadyBanner usage={usage} />}
    >
      <TestDialog connection={tested} onClose={() => test(null)} />
    </DocumentsPage>
  );
}

const w = words.ready;

/** The next step after Done, until events can be sent through this connection. Nothing when Actions use all of it. */
function ReadyBanner({ usage }: { usage: Usage | undefined }): ReactNode {
  const { done } = useSearch({ from: '/shell/connections' });
  const navigate = useNavigate({ from: '/connections' });
  const mayManage = useMay('actions:manage');
  const connection = useQuery(connectionKind.all()).data?.find(({ id }) => id === done);
  if (connection === undefined || usage?.actionsOf === undefined) return null;
  const { id, name } = connection;
  const { actionsOf } = usage;
  const destinations = usage.destinationsOf(id);
  const enabled = destinations.filter(({ status }) => status === 'enabled');
  const unused = enabled.filter((one) => actionsOf(one.id).length === 0);
  const [first] = unused;
  if (first === undefined && enabled.length > 0) return null;
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
          {first !== undefined ? w.text(namesOf(unused)) : destinations.length === 0 ? w.noDestination : w.noneEnabled}
        </Text>
        {first === undefined ? (
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
