import { Button, Group, Menu, Switch, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { RowMenu } from '../../parts/row-menu.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import type { Connection } from './connection.ts';

const w = words.destinations;

type Destination = Answer<'getDestination'>;

/** The destinations of a connection, each with its switch. */
export function DestinationsTab({ connection, onDone }: { connection: Connection; onDone: () => void }): ReactNode {
  const search = useSearch({ from: '/shell/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const mayManage = useMay('connections:manage');
  const [deleted, ask] = useState<Destination | null>(null);
  const params = { id: connection.id };
  const query = useQuery({
    ...apiQuery('listDestinations', { params, query: { name: search.filter, cursor: search.cursor } }),
    placeholderData: keepPreviousData,
  });

  const create = mayManage ? (
    <Button
      component={Link}
      to="/connections/$connectionId/destinations/$destinationId"
      params={{ connectionId: connection.id, destinationId: 'new' } as never}
      leftSection={<Icon name="plus" />}
      data-key-new
    >
      {w.create}
    </Button>
  ) : undefined;
  const isEmpty = (query.data?.data.length ?? 0) === 0 && search.filter === undefined;
  return (
    <>
      {isEmpty ? null : (
        <Group justify="flex-end" mb="sm">
          {create}
        </Group>
      )}
      <ListPage
        name={w.title}
        query={query}
        columns={columns(mayManage)}
        rowKey={({ id }) => id}
        search={search}
        onSearch={(next) => void navigate({ search: { ...search, ...next }, replace: true })}
        empty={{ icon: 'deliveries', title: w.emptyTitle, text: w.emptyText, action: create }}
        emptyByFilter={w.emptyByFilter}
        {...(mayManage
          ? {
              rowMenu: (row: Destination) => (
                <RowMenu name={row.name}>
                  <Menu.Item onClick={() => ask(row)}>{words.delete}</Menu.Item>
                </RowMenu>
              ),
            }
          : {})}
      />
      <Group mt="md">
        <Button onClick={onDone} variant={isEmpty ? 'default' : 'filled'}>
          {words.details.done}
        </Button>
      </Group>
      <DeleteDestination destination={deleted} onClose={() => ask(null)} />
    </>
  );
}

function columns(mayManage: boolean): readonly Column<Destination>[] {
  return [
    {
      id: 'name',
      header: w.columns.name,
      isFixed: true,
      cell: ({ id, connectionId, name, description }) => (
        <RowLink
          to="/connections/$connectionId/destinations/$destinationId"
          params={{ connectionId, destinationId: id }}
          note={description}
        >
          {name}
        </RowLink>
      ),
    },
    { id: 'method', header: w.columns.method, cell: ({ method }) => <Text ff="monospace">{method}</Text> },
    {
      id: 'path',
      header: w.columns.path,
      cell: ({ path }) => (
        <Text ff="monospace" size="sm" truncate maw="20rem" title={path}>
          {path}
        </Text>
      ),
    },
    { id: 'contentType', header: w.columns.contentType, cell: ({ contentType }) => contentType },
    {
      id: 'status',
      header: w.columns.status,
      cell: (row) => (
        <Group gap="xs" wrap="nowrap">
          {mayManage ? <StatusSwitch destination={row} /> : null}
          <StatusBadge status={row.status} />
        </Group>
      ),
    },
    { id: 'modified', header: w.columns.modified, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  ];
}

function StatusSwitch({ destination }: { destination: Destination }): ReactNode {
  const patch = useApi('changeDestination');
  const { id, name, status, version } = destination;
  // What was chosen shows at once, until the list knows it.
  const [chosen, choose] = useState<{ isEnabled: boolean; version: number } | null>(null);
  const isEnabled = chosen?.version === version ? chosen.isEnabled : status === 'enabled';
  return (
    <Switch
      size="sm"
      aria-label={w.toggle(name)}
      checked={isEnabled}
      disabled={patch.isPending}
      onChange={({ currentTarget: { checked } }) => {
        choose({ isEnabled: checked, version });
        patch.mutate(
          { params: { id }, body: { status: checked ? 'enabled' : 'disabled' }, ifMatch: version },
          {
            onSuccess: () => notifyDone(checked ? w.enabled(name) : w.disabled(name)),
            onError(error) {
              choose(null);
              notifyFailed(error);
            },
          },
        );
      }}
    />
  );
}

function DeleteDestination({ destination, onClose }: { destination: Destination | null; onClose: () => void }) {
  const remove = useApi('deleteDestination');
  const name = destination?.name ?? '';
  const isInUse = remove.error?.code === 'in_use';
  function close() {
    remove.reset();
    onClose();
  }
  return (
    <ConfirmDialog
      isOpen={destination !== null}
      title={words.deleteTitle(name)}
      verb={words.delete}
      isBusy={remove.isPending}
      error={isInUse ? null : remove.error}
      blockedBy={isInUse ? w.usedBy(namesIn(remove.error?.problem['users'])) : null}
      onCancel={close}
      onConfirm={() =>
        destination !== null &&
        remove.mutate(
          { params: { id: destination.id } },
          {
            onSuccess() {
              notifyDone(parts.deleted(name));
              close();
            },
          },
        )
      }
    >
      {w.deleteText}
    </ConfirmDialog>
  );
}

function namesIn(users: unknown): string {
  return Array.isArray(users) ? users.map((one: { name?: unknown }) => String(one.name ?? '')).join(', ') : '';
}
