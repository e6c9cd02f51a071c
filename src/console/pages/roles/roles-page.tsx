import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { allRights, closure } from '../../../contract/accounts/rights.ts';
import { allQuery } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { DeleteRole } from './delete-role.tsx';
import { blockedBy, type Role } from './role.ts';

export function RolesPage(): ReactNode {
  const mayLook = useMay('users:view');
  const mayManage = useMay('users:manage');
  const [asked, ask] = useState<Role | null>(null);
  const { list, create } = useListPage({
    name: terms.roles,
    noun: nouns.roles,
    search: useSearch({ from: '/shell/settings/roles' }),
    query: useQuery({ ...allQuery('listRoles'), enabled: mayLook }),
    columns,
    rowKey,
    texts,
    sortedBy: 'name',
    create: mayManage ? { label: words.create, to: '/settings/roles/new' } : undefined,
    empty: { icon: 'lock', title: words.emptyTitle, text: words.emptyText },
    ...(mayManage ? { rowMenu: (row: Role) => <More row={row} onDelete={() => ask(row)} /> } : {}),
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
      <DeleteRole document={asked} onClose={() => ask(null)} />
    </Page>
  );
}

const rowKey = ({ id }: Role) => id;
const texts = ({ name, description }: Role) => [name, description];

const columns: readonly Column<Role>[] = [
  {
    id: 'name',
    header: terms.name,
    isFixed: true,
    isText: true,
    sort: ({ name }) => name,
    cell: ({ id, name, description }) => (
      <RowLink to="/settings/roles/$roleId" params={{ roleId: id }} note={description}>
        {name}
      </RowLink>
    ),
  },
  {
    id: 'rights',
    header: terms.rights,
    sort: ({ rights }) => [...closure(rights)].length,
    cell: ({ rights }) => words.rights([...closure(rights)].length, allRights.length),
  },
  { id: 'users', header: words.columns.users, sort: ({ users }) => users, cell: ({ users }) => words.users(users) },
  {
    id: 'modified',
    header: terms.modified,
    sort: ({ fixed, updatedAt }) => (fixed ? null : updatedAt),
    cell: ({ fixed, updatedAt }) => (fixed ? words.fixed : <Time at={updatedAt} />),
  },
];

function More({ row, onDelete }: { row: Role; onDelete: () => void }): ReactNode {
  return (
    <RowMenu name={row.name}>
      <Menu.Item component={Link} to="/settings/roles/$roleId" params={{ roleId: row.id } as never}>
        {terms.open}
      </Menu.Item>
      <GuardedItem blockedBy={blockedBy(row)} onClick={onDelete}>
        {terms.delete}
      </GuardedItem>
    </RowMenu>
  );
}
