import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { allQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { ButtonLink } from '../../parts/links.tsx';
import { ListPage } from '../../parts/list/list-page.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { ShowAsDrawer } from '../../parts/payload/show-as.tsx';
import { saveExport } from '../../parts/payload/shown-as.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { useConnectionStatus } from './change-status.ts';
import type { Connection } from './connection.ts';
import { columns } from './connections-columns.tsx';
import { filters, type Row, texts } from './connections-list.ts';
import { DeleteConnection } from './delete-connection.tsx';
import { TestDialog } from './form/test-authentication.tsx';
import { ReadyBanner } from './ready-banner.tsx';
import { useFigures, useUsage } from './usage.ts';

type Asked = { what: 'delete' | 'test' | 'show'; row: Connection };

export function ConnectionsPage(): ReactNode {
  const search = useSearch({ from: '/shell/connections' });
  const mayManage = useMay('connections:manage');
  const [asked, ask] = useState<Asked | null>(null);
  const query = useQuery(allQuery('listConnections'));
  const usage = useUsage();
  const figures = useFigures('connection');
  const all = query.data;
  const data = useMemo(
    () => all?.map((connection): Row => ({ ...connection, usage, figures: figures?.get(connection.id) })),
    [all, usage, figures],
  );
  const { list, change, rows, create } = useListPage({
    ...listWords(
      {
        title: shell.pages.connections,
        ...words,
        ...(mayManage ? {} : { emptyText: words.emptyNoRight(rights['connections:manage']) }),
      },
      'connections',
      'connections',
      mayManage ? 'millrace apply crm.yaml' : undefined,
    ),
    search,
    query: { ...query, data },
    columns,
    rowKey,
    texts,
    filters,
    sortedBy: 'name',
    create: mayManage ? { label: terms.newConnection, to: '/connections/new' } : undefined,
    rowMenu: (row) => <More row={row} mayManage={mayManage} onAsk={(what) => ask({ what, row })} />,
  });
  const done = rows.find(({ id }) => id === search.done);
  const close = () => ask(null);
  const found = asked?.row ?? null;
  return (
    <Page
      title={shell.pages.connections}
      lead={words.lead}
      right="connections:view"
      actions={
        mayManage ? (
          <>
            <ButtonLink to="/connections/new/curl" variant="default" leftSection={<Icon name="code" />}>
              {words.pasteCurl}
            </ButtonLink>
            <ButtonLink
              to="/settings"
              search={{ tab: 'transfer' }}
              variant="default"
              leftSection={<Icon name="import" />}
            >
              {words.importYaml}
            </ButtonLink>
            {create}
          </>
        ) : undefined
      }
    >
      {done === undefined ? null : <ReadyBanner row={done} onClose={() => change({ done: undefined })} />}
      <ListPage {...list} />
      <DeleteConnection document={asked?.what === 'delete' ? found : null} onClose={close} />
      <TestDialog connection={asked?.what === 'test' ? found : null} onClose={close} />
      <ShowAsDrawer
        shown={asked?.what === 'show' && found !== null ? { kind: 'connections', document: found } : null}
        onClose={close}
      />
    </Page>
  );
}

const rowKey = ({ id }: Row) => id;

type MoreProps = { row: Row; mayManage: boolean; onAsk: (what: Asked['what']) => void };

function More({ row, mayManage, onAsk }: MoreProps): ReactNode {
  const { change } = useConnectionStatus();
  const destinations = row.usage?.destinations.get(row.id) ?? [];
  const isOff = row.status !== 'enabled';
  return (
    <RowMenu name={row.name}>
      <Menu.Item component={Link} to="/connections/$connectionId" params={{ connectionId: row.id } as never}>
        {terms.open}
      </Menu.Item>
      {mayManage ? (
        <>
          <Menu.Item onClick={() => onAsk('test')}>{terms.testAuthentication}</Menu.Item>
          <Menu.Item onClick={() => change(row, isOff ? 'enabled' : 'paused')}>
            {isOff ? terms.resume : terms.pause}
          </Menu.Item>
          <Menu.Item component={Link} to="/connections/new/webhook" search={{ from: row.id } as never}>
            {words.duplicate}
          </Menu.Item>
        </>
      ) : null}
      <Menu.Item onClick={() => saveExport(`${row.name}.yaml`, { id: row.id }).catch(notifyFailed)}>
        {words.export}
      </Menu.Item>
      <Menu.Item onClick={() => onAsk('show')}>{terms.showAs}</Menu.Item>
      {mayManage ? (
        <GuardedItem
          blockedBy={destinations.length > 0 ? words.inUse(destinations.length) : null}
          onClick={() => onAsk('delete')}
        >
          {terms.delete}
        </GuardedItem>
      ) : null}
    </RowMenu>
  );
}
