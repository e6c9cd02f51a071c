import { Button, Group, Menu, Switch, Text } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { kept, useApi, useApiQuery } from '../../data/data.ts';
import { formatNumber, nouns, parts, terms, connections as words } from '../../messages/en.ts';
import { type Connection, destinationStateOf, useDestinationStatus } from '../../parts/connection/connection.ts';
import { copyOfDestination } from '../../parts/connection/start.ts';
import {
  type Destination,
  type Figures,
  namesOf,
  type UsedBy,
  usageIn,
  useFigures,
  useHeld,
} from '../../parts/connection/usage.ts';
import { DeleteDialog } from '../../parts/document/delete-dialog.tsx';
import { servedQuery, servedSorts } from '../../parts/document/served-list.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { column, modifiedColumn, nameColumn } from '../../parts/list/standard-columns.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { ButtonLink, Icon, Note, notifyDone, notifyFailed, StatusBadge, Time } from '../../parts/parts.ts';
import { placeholderIn } from '../../presets/placeholders.ts';
import { useMay } from '../../session/rights.ts';
import { Dash, trafficColumns } from './traffic-columns.tsx';

const w = words.destinations;
const address = '/connections/$connectionId/destinations/$destinationId';

/** The destinations of a connection, each with its switch. */
export function DestinationsTab({ connection }: { connection: Connection }): ReactNode {
  const navigate = useNavigate();
  const search = useSearch({ from: '/shell/connections/$connectionId' });
  const mayManage = useMay('connections:manage');
  const mayManageActions = useMay('actions:manage');
  const [asked, ask] = useState<Destination | null>(null);
  const query = useApiQuery(
    'listDestinations',
    { params: { id: connection.id }, query: { ...servedQuery(search), usage: 'true' } },
    kept,
  );
  const usage = query.data?.usage;
  const usedByOf = useMemo(() => {
    const usageOf = usageIn(usage);
    return (id: string) => usageOf(id)?.usedBy;
  }, [usage]);
  const figuresOf = useFigures('destination');
  const heldOf = useHeld(connection.id);
  const columns = useMemo(
    (): Column<Destination>[] => [
      nameColumn({ kind: 'destination', nameOf: ({ name }) => name }, w.columns.name),
      column('status', terms.status, { sort: ({ status }) => status }, (row) => (
        <Group gap="xs" wrap="nowrap">
          {mayManage ? <StatusSwitch destination={row} /> : null}
          <StatusBadge status={destinationStateOf(row)} />
        </Group>
      )),
      column('method', w.columns.method, ({ method }) => <Text ff="monospace">{method}</Text>),
      column('path', terms.endpointPath, { isText: true }, ({ path }) => (
        <Text ff="monospace" size="sm" truncate title={path}>
          {path === '' ? '/' : path}
        </Text>
      )),
      column('contentType', terms.contentType, { leavesFirst: true }, ({ contentType }) => (
        <Text size="sm" truncate maw="11rem" title={contentType}>
          {contentType}
        </Text>
      )),
      ...trafficColumns(usedByOf, figuresOf),
      column('last', w.columns.last, { sort: ({ id }) => figuresOf(id)?.lastAttemptAt }, ({ id }) => (
        <LastResult figures={figuresOf(id)} />
      )),
      column('held', parts.status.held, { sort: ({ id }) => heldOf(id), align: 'end' }, ({ id }) =>
        heldOf(id) === 0 ? <Dash text={w.noneHeld} /> : formatNumber(heldOf(id)),
      ),
      modifiedColumn(),
    ],
    [mayManage, usedByOf, figuresOf, heldOf],
  );
  const unused = query.data?.data.find(({ id, status }) => status === 'enabled' && usedByOf(id)?.count === 0);

  const toNew = { to: address, params: { connectionId: connection.id, destinationId: 'new' } } as const;
  const buttons = mayManage ? (
    <Group gap="xs">
      <ButtonLink {...toNew} search={{ from: 'curl' }} leftSection={<Icon name="code" />}>
        {words.pasteCurl}
      </ButtonLink>
      <ButtonLink
        variant="filled"
        {...toNew}
        search={{ path: search.path }}
        leftSection={<Icon name="plus" />}
        data-key-new
      >
        {terms.newDestination}
      </ButtonLink>
    </Group>
  ) : undefined;
  const { list, isEmpty } = useListPage({
    name: words.columns.destinations,
    noun: nouns.destinations,
    search,
    query,
    columns,
    servedSorts,
    sortedBy: 'name',
    empty: { icon: 'deliveries', title: terms.noDestinations, text: w.emptyText, action: buttons },
    tools: buttons,
    ...(mayManage
      ? {
          rowMenu: (row: Destination) => <More destination={row} usedBy={usedByOf(row.id)} onDelete={() => ask(row)} />,
        }
      : {}),
  });
  const held = asked === null ? 0 : heldOf(asked.id);
  return (
    <>
      <ListPage {...list} />
      <Group mt="md">
        <Button
          onClick={() => void navigate({ to: '/connections', search: { done: connection.id } })}
          variant={isEmpty ? 'default' : 'filled'}
        >
          {terms.done}
        </Button>
        {unused === undefined || !mayManageActions ? null : (
          <ButtonLink to="/actions/new" search={{ destination: unused.id }}>
            {w.inAction}
          </ButtonLink>
        )}
      </Group>
      <DeleteDialog document={asked} kind="destination" name={asked?.name ?? ''} onClose={() => ask(null)}>
        {held > 0 ? w.deleteHeld(held) : w.deleteText}
      </DeleteDialog>
    </>
  );
}

type MoreProps = { destination: Destination; usedBy: UsedBy | undefined; onDelete: () => void };

function More({ destination, usedBy, onDelete }: MoreProps): ReactNode {
  const { change } = useDestinationStatus();
  const create = useApi('createDestination');
  const { id, connectionId, name, status } = destination;
  const isOff = status !== 'enabled';
  const left = placeholderIn(destination.path);
  const toDetails = { component: Link, to: address, params: { connectionId, destinationId: id } as never };
  function duplicate() {
    create.mutate(
      { params: { id: connectionId }, body: copyOfDestination(destination, terms.copyOf(name)) },
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
      <GuardedItem
        blockedBy={isOff && left !== null ? words.dialog.placeholder(left) : null}
        onClick={() => void change(destination, isOff ? 'enabled' : 'paused')}
      >
        {isOff ? terms.enable : terms.pause}
      </GuardedItem>
      <GuardedItem
        blockedBy={usedBy == null || usedBy.count === 0 ? null : w.usedBy(namesOf(usedBy.first, usedBy.count))}
        onClick={onDelete}
      >
        {terms.delete}
      </GuardedItem>
    </RowMenu>
  );
}

/** The status of the last response, and when it came. */
function LastResult({ figures }: { figures: Figures | undefined }): ReactNode {
  if (figures === undefined || figures.lastAttemptAt === null) return <Dash text={words.figures.nothing} />;
  const { lastStatus } = figures;
  const isGood = lastStatus !== null && lastStatus < 300;
  return (
    <>
      <Text span fw={550} c={isGood ? 'var(--console-good)' : 'var(--console-bad)'}>
        {lastStatus === null ? terms.noResponse : terms.http(lastStatus)}
      </Text>{' '}
      <Note span>
        <Time at={figures.lastAttemptAt} />
      </Note>
    </>
  );
}

function StatusSwitch({ destination }: { destination: Destination }): ReactNode {
  const { change, isPending } = useDestinationStatus();
  const { name, status, version, path } = destination;
  const left = placeholderIn(path);
  // The new status shows at once, until the list has it.
  const [chosen, choose] = useState<{ isEnabled: boolean; version: number } | null>(null);
  const isEnabled = chosen?.version === version ? chosen.isEnabled : status === 'enabled';
  return (
    <Switch
      size="sm"
      aria-label={w.toggle(name)}
      title={left === null ? undefined : words.dialog.placeholder(left)}
      checked={isEnabled}
      disabled={isPending || (left !== null && !isEnabled)}
      onChange={({ currentTarget: { checked } }) => {
        choose({ isEnabled: checked, version });
        void change(destination, checked ? 'enabled' : 'disabled').then((isSaved) => isSaved || choose(null));
      }}
    />
  );
}
