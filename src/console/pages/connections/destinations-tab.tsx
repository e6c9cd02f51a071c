import { Button, Group, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { allQuery, useApi } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { DeleteDialog } from '../../parts/document/delete-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { ButtonLink } from '../../parts/links.tsx';
import { ListPage } from '../../parts/list/list-page.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { useMay } from '../../session/rights.ts';
import { useDestinationStatus } from './change-status.ts';
import type { Connection } from './connection.ts';
import { columnsFor, type DestinationRow } from './destinations-columns.tsx';
import { copyOf } from './new/start.ts';
import { namesOf } from './traffic-columns.tsx';
import { useFigures, useHeld, useUsage } from './usage.ts';

const w = words.destinations;
const address = '/connections/$connectionId/destinations/$destinationId';

/** The destinations of a connection, each with its switch. */
export function DestinationsTab({ connection, onDone }: { connection: Connection; onDone: () => void }): ReactNode {
  const search = useSearch({ from: '/shell/connections/$connectionId' });
  const mayManage = useMay('connections:manage');
  const mayManageActions = useMay('actions:manage');
  const [asked, ask] = useState<DestinationRow | null>(null);
  const query = useQuery(allQuery('listDestinations', { params: { id: connection.id } }));
  const usage = useUsage();
  const figures = useFigures('destination');
  const held = useHeld(connection.id);
  const all = query.data;
  const data = useMemo(
    () =>
      all?.map(
        (one): DestinationRow => ({ ...one, usage, figures: figures?.get(one.id), held: held?.get(one.id) ?? 0 }),
      ),
    [all, usage, figures, held],
  );
  const columns = useMemo(() => columnsFor(mayManage), [mayManage]);
  const unused =
    usage?.knowsActions === true
      ? all?.find(({ id, status }) => status === 'enabled' && (usage.actions.get(id) ?? []).length === 0)
      : undefined;

  const toNew = { to: address, params: { connectionId: connection.id, destinationId: 'new' } } as const;
  const buttons = mayManage ? (
    <Group gap="xs">
      <ButtonLink {...toNew} search={{ from: 'curl' }} variant="default" leftSection={<Icon name="code" />}>
        {words.pasteCurl}
      </ButtonLink>
      <ButtonLink {...toNew} search={{ path: search.path }} leftSection={<Icon name="plus" />} data-key-new>
        {w.create}
      </ButtonLink>
    </Group>
  ) : undefined;
  const { list, isEmpty } = useListPage({
    name: words.columns.destinations,
    noun: nouns.destinations,
    search,
    query: { ...query, data },
    columns,
    rowKey,
    texts,
    sortedBy: 'name',
    empty: { icon: 'deliveries', title: terms.noDestinations, text: w.emptyText, action: buttons },
    tools: buttons,
    ...(mayManage ? { rowMenu: (row: DestinationRow) => <More row={row} onDelete={() => ask(row)} /> } : {}),
  });
  return (
    <>
      <ListPage {...list} />
      <Group mt="md">
        <Button onClick={onDone} variant={isEmpty ? 'default' : 'filled'}>
          {terms.done}
        </Button>
        {unused === undefined || !mayManageActions ? null : (
          <ButtonLink to="/actions/new" search={{ destination: unused.id }} variant="default">
            {w.inAction}
          </ButtonLink>
        )}
      </Group>
      <DeleteDialog document={asked} kind="destination" name={asked?.name ?? ''} onClose={() => ask(null)}>
        {asked !== null && asked.held > 0 ? w.deleteHeld(asked.held) : w.deleteText}
      </DeleteDialog>
    </>
  );
}

const rowKey = ({ id }: DestinationRow) => id;
const texts = ({ name, description, path }: DestinationRow) => [name, description, path];

function More({ row, onDelete }: { row: DestinationRow; onDelete: () => void }): ReactNode {
  const { change } = useDestinationStatus();
  const create = useApi('createDestination');
  const { id, connectionId, name, status, usage } = row;
  const users = usage?.actions.get(id) ?? [];
  const isOff = status !== 'enabled';
  const toDetails = { component: Link, to: address, params: { connectionId, destinationId: id } as never };
  function duplicate() {
    create.mutate(
      { params: { id: connectionId }, body: copyOf(row, terms.copyOf(name)) },
      { onSuccess: (made) => notifyDone(w.duplicated(made.name)), onError: notifyFailed },
    );
  }
  return (
    <RowMenu name={name}>
      <Menu.Item {...toDetails}>{terms.open}</Menu.Item>
      <Menu.Item {...toDetails} search={{ test: '1' } as never}>
        {terms.sendTest}
      </Menu.Item>
      <Menu.Item onClick={duplicate}>{terms.duplicate}</Menu.Item>
      <Menu.Item onClick={() => void change(row, isOff ? 'enabled' : 'paused')}>
        {isOff ? terms.enable : terms.pause}
      </Menu.Item>
      <GuardedItem blockedBy={users.length > 0 ? w.usedBy(namesOf(users)) : null} onClick={onDelete}>
        {terms.delete}
      </GuardedItem>
    </RowMenu>
  );
}
