import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { allQuery, useApi } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { users as words } from '../../messages/en/users.ts';
import { notifyUndo } from '../../parts/list/delete-document.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';
import { useMay, useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { DeleteUser } from './delete-user.tsx';
import { InviteUser } from './invite-user.tsx';
import { type User, useProtection, useRoles } from './user.ts';
import { UserStatus } from './user-status.tsx';

export function UsersPage(): ReactNode {
  const mayLook = useMay('users:view');
  const mayManage = useMay('users:manage');
  const roles = useRoles();
  const [asked, ask] = useState<{ what: 'delete' | 'invite'; row: User } | null>(null);
  const search = useSearch({ from: '/shell/settings/users' });
  const { list, create } = useListPage({
    name: words.title,
    noun: nouns.users,
    search,
    query: useQuery({ ...allQuery('listUsers'), enabled: mayLook }),
    columns,
    rowKey,
    filterBy: words.filterBy,
    texts,
    passes: ({ status, roleIds }) =>
      (search.status === undefined || status === search.status) &&
      (search.role === undefined || roleIds.includes(search.role)),
    filters: [
      { key: 'status', label: terms.status, options: statuses },
      { key: 'role', label: terms.role, options: (roles ?? []).map(({ id, name }) => ({ value: id, label: name })) },
    ],
    sortedBy: 'email',
    create: mayManage ? { label: words.create, to: '/settings/users/new' } : undefined,
    empty: {
      icon: 'user',
      title: words.emptyTitle,
      text: words.emptyText,
      code: 'millrace users create mara@shop.example --role Analyst',
    },
    ...(mayManage ? { rowMenu: (row: User) => <More row={row} onAsk={(what) => ask({ what, row })} /> } : {}),
  });
  return (
    <Page
      title={words.title}
      lead={words.lead}
      right="users:view"
      crumbs={[{ label: shell.pages.settings, to: '/settings' }]}
      actions={create}
    >
      <ListPage {...list} />
      <InviteUser document={asked?.what === 'invite' ? asked.row : null} onClose={() => ask(null)} />
      <DeleteUser document={asked?.what === 'delete' ? asked.row : null} onClose={() => ask(null)} />
    </Page>
  );
}

const rowKey = ({ id }: User) => id;
const texts = ({ email }: User) => [email];
const statuses = (['enabled', 'disabled'] as const).map((value) => ({ value, label: parts.status[value] }));

const columns: readonly Column<User>[] = [
  {
    id: 'email',
    header: terms.email,
    isFixed: true,
    isText: true,
    sort: ({ email }) => email,
    cell: (row) => <EmailCell user={row} />,
  },
  {
    id: 'status',
    header: terms.status,
    sort: ({ status }) => status,
    cell: (user) => <UserStatus user={user} />,
  },
  { id: 'roles', header: terms.roles, isText: true, cell: ({ roleIds }) => <RoleNames roleIds={roleIds} /> },
  {
    id: 'lastSignIn',
    header: terms.lastSignIn,
    sort: ({ lastSignInAt }) => lastSignInAt,
    cell: ({ lastSignInAt }) => (lastSignInAt === null ? terms.never : <Time at={lastSignInAt} />),
  },
  {
    id: 'created',
    header: terms.created,
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
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
  if (roleIds.length === 0) return terms.none;
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
          notifyUndo(status === 'enabled' ? terms.enabledNow(row.email) : words.disabled(row.email), () =>
            set(row.status, version),
          ),
        onError: notifyFailed,
      },
    );
  }
  return (
    <RowMenu name={row.email}>
      <Menu.Item component={Link} to="/settings/users/$userId" params={{ userId: row.id } as never}>
        {terms.open}
      </Menu.Item>
      <GuardedItem blockedBy={blockedBy} onClick={() => set(isEnabled ? 'disabled' : 'enabled', row.version)}>
        {isEnabled ? terms.disable : terms.enable}
      </GuardedItem>
      <GuardedItem blockedBy={isYou ? words.ownPassword : blockedBy} onClick={() => onAsk('invite')}>
        {words.invite}
      </GuardedItem>
      <GuardedItem blockedBy={blockedBy} onClick={() => onAsk('delete')}>
        {terms.delete}
      </GuardedItem>
    </RowMenu>
  );
}
