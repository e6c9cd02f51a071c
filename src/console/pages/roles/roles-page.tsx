import { Button, Menu } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { allRights, closure } from '../../../contract/accounts/rights.ts';
import { apiQuery } from '../../data/api.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { settings } from '../../messages/en/settings.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { GuardedItem, RowMenu } from '../../parts/row-menu.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { SettingsNav } from '../settings/settings-nav.tsx';
import { DeleteRole } from './delete-role.tsx';

type Role = Answer<'getRole'>;

export function RolesPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/roles' });
  const navigate = useNavigate({ from: '/settings/roles' });
  const mayLook = useMay('users:view');
  const mayManage = useMay('users:manage');
  const [asked, ask] = useState<Role | null>(null);
  const { filter, cursor } = search;
  const query = useQuery({
    ...apiQuery('listRoles', { query: { name: filter, cursor } }),
    placeholderData: keepPreviousData,
    enabled: mayLook,
  });
  const create = mayManage ? (
    <Button component={Link} to="/settings/roles/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  ) : undefined;
  return (
    <Page
      title={words.title}
      lead={words.lead}
      right="users:view"
      crumbs={[{ label: settings.title, to: '/settings' }]}
      actions={create}
    >
      <SettingsNav />
      <ListPage
        name={words.list}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={(next) => void navigate({ search: (present) => ({ ...present, ...next }), replace: true })}
        empty={{ icon: 'lock', title: words.emptyTitle, text: words.emptyText }}
        emptyByFilter={words.emptyByFilter}
        {...(mayManage ? { rowMenu: (row: Role) => <More row={row} onDelete={() => ask(row)} /> } : {})}
      />
      <DeleteRole role={asked} onClose={() => ask(null)} onDeleted={() => ask(null)} />
    </Page>
  );
}

const columns: readonly Column<Role>[] = [
  {
    id: 'name',
    header: words.columns.name,
    isFixed: true,
    wraps: true,
    cell: ({ id, name, description }) => (
      <RowLink to="/settings/roles/$roleId" params={{ roleId: id }} note={description}>
        {name}
      </RowLink>
    ),
  },
  {
    id: 'rights',
    header: words.columns.rights,
    cell: ({ rights }) => words.rights([...closure(rights)].length, allRights.length),
  },
  { id: 'users', header: words.columns.users, cell: ({ users }) => words.users(users) },
  {
    id: 'modified',
    header: words.columns.modified,
    cell: ({ fixed, updatedAt }) => (fixed ? words.fixed : <Time at={updatedAt} />),
  },
];

function More({ row, onDelete }: { row: Role; onDelete: () => void }): ReactNode {
  return (
    <RowMenu name={row.name}>
      <Menu.Item component={Link} to="/settings/roles/$roleId" params={{ roleId: row.id } as never}>
        {words.open}
      </Menu.Item>
      <GuardedItem blockedBy={row.fixed ? words.fixedText : null} onClick={onDelete}>
        {words.delete}
      </GuardedItem>
    </RowMenu>
  );
}
