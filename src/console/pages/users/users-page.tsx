import { Button, Menu, NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery, useApi } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { settings } from '../../messages/en/settings.ts';
import { users as words } from '../../messages/en/users.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { GuardedItem, RowMenu } from '../../parts/row-menu.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { notifyUndo } from '../../parts/undo.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { SettingsNav } from '../settings/settings-nav.tsx';
import { DeleteUser } from './delete-user.tsx';
import { InviteUser } from './invite-user.tsx';
import { type User, useProtection, useRoles } from './user.ts';

export function UsersPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/users' });
  const navigate = useNavigate({ from: '/settings/users' });
  const mayLook = useMay('users:view');
  const mayManage = useMay('users:manage');
  const roles = useRoles();
  const [asked, ask] = useState<{ what: 'delete' | 'invite'; row: User } | null>(null);
  const { filter, cursor, status, role } = search;
  const query = useQuery({
    ...apiQuery('listUsers', { query: { email: filter, cursor, status, roleId: role } }),
    placeholderData: keepPreviousData,
    enabled: mayLook,
  });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const filterBy = (next: Partial<typeof search>) => change({ ...next, cursor: undefined });

  const create = mayManage ? (
    <Button component={Link} to="/settings/users/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  ) : undefined;
  const isFiltered = status !== undefined || role !== undefined;
  // An empty list has the button in its middle.
  const isEmpty = query.data?.data.length === 0 && filter === undefined && !isFiltered;
  return (
    <Page
      title={words.title}
      lead={words.lead}
      right="users:view"
      crumbs={[{ label: settings.title, to: '/settings' }]}
      actions={isEmpty ? undefined : create}
    >
      <SettingsNav />
      <ListPage
        name={words.list}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={change}
        filterHint={words.filterHint}
        isFiltered={isFiltered}
        onClear={() => void navigate({ search: {} })}
        filters={
          <>
            <NativeSelect
              aria-label={words.status}
              value={status ?? ''}
              onChange={({ currentTarget: { value } }) => filterBy({ status: statuses.find((one) => one === value) })}
              data={[
                { value: '', label: words.anyStatus },
                ...statuses.map((value) => ({ value, label: parts.status[value] })),
              ]}
            />
            <NativeSelect
              aria-label={words.role}
              value={role ?? ''}
              onChange={({ currentTarget: { value } }) => filterBy({ role: value === '' ? undefined : value })}
              data={[
                { value: '', label: words.anyRole },
                ...(roles ?? []).map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </>
        }
        empty={{
          icon: 'user',
          title: words.emptyTitle,
          text: words.emptyText,
          action: create,
          code: 'millrace users create mara@shop.example --role Analyst',
        }}
        emptyByFilter={words.emptyByFilter}
        {...(mayManage ? { rowMenu: (row: User) => <More row={row} onAsk={(what) => ask({ what, row })} /> } : {})}
      />
      <InviteUser user={asked?.what === 'invite' ? asked.row : null} onClose={() => ask(null)} />
      <DeleteUser
        user={asked?.what === 'delete' ? asked.row : null}
        onClose={() => ask(null)}
        onDeleted={() => ask(null)}
      />
    </Page>
  );
}

const statuses = ['enabled', 'disabled'] as const;

const columns: readonly Column<User>[] = [
  { id: 'email', header: words.columns.email, isFixed: true, cell: (row) => <EmailCell user={row} /> },
  {
    id: 'status',
    header: words.columns.status,
    cell: ({ status, invited }) => <StatusBadge status={status} {...(invited ? { note: words.invited } : {})} />,
  },
  { id: 'roles', header: words.columns.roles, wraps: true, cell: ({ roleIds }) => <RoleNames roleIds={roleIds} /> },
  {
    id: 'lastSignIn',
    header: words.columns.lastSignIn,
    cell: ({ lastSignInAt }) => (lastSignInAt === null ? words.never : <Time at={lastSignInAt} />),
  },
  { id: 'created', header: words.columns.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

function EmailCell({ user }: { user: User }): ReactNode {
  const isYou = useMe()?.user?.id === user.id;
  return (
    <RowLink to="/settings/users/$userId" params={{ userId: user.id }} {...(isYou ? { note: words.you } : {})}>
      {user.email}
    </RowLink>
  );
}

function RoleNames({ roleIds }: { roleIds: readonly string[] }): ReactNode {
  const roles = useRoles();
  if (roleIds.length === 0) return words.noRoles;
  return roleIds.map((id) => roles?.find((role) => role.id === id)?.name ?? id).join(', ');
}

type MoreProps = { row: User; onAsk: (what: 'delete' | 'invite') => void };

function More({ row, onAsk }: MoreProps): ReactNode {
  const patch = useApi('changeUser');
  const blockedBy = useProtection()(row);
  const isYou = useMe()?.user?.id === row.id;
  const isEnabled = row.status === 'enabled';
  function set(status: User['status'], ifMatch: number) {
    patch.mutate(
      { params: { id: row.id }, body: { status }, ifMatch },
      {
        onSuccess: ({ version }) =>
          notifyUndo(status === 'enabled' ? words.enabled(row.email) : words.disabled(row.email), () =>
            set(row.status, version),
          ),
        onError: notifyFailed,
      },
    );
  }
  return (
    <RowMenu name={row.email}>
      <Menu.Item component={Link} to="/settings/users/$userId" params={{ userId: row.id } as never}>
        {words.open}
      </Menu.Item>
      <GuardedItem blockedBy={blockedBy} onClick={() => set(isEnabled ? 'disabled' : 'enabled', row.version)}>
        {isEnabled ? words.disable : words.enable}
      </GuardedItem>
      <GuardedItem blockedBy={isYou ? words.notYourself : blockedBy} onClick={() => onAsk('invite')}>
        {words.invite}
      </GuardedItem>
      <GuardedItem blockedBy={blockedBy} onClick={() => onAsk('delete')}>
        {words.delete}
      </GuardedItem>
    </RowMenu>
  );
}
