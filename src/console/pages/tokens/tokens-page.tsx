import { Button, NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { administratorRoleId } from '../../../contract/accounts/role.ts';
import type { ShownToken } from '../../../contract/accounts/token.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { wholeList } from '../../data/whole-list.ts';
import { settings } from '../../messages/en/settings.ts';
import { tokens as words } from '../../messages/en/tokens.ts';
import { Icon } from '../../parts/icon.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { GuardedItem, RowMenu } from '../../parts/row-menu.tsx';
import { useMay, useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { SettingsNav } from '../settings/settings-nav.tsx';
import { DeleteToken } from './delete-token.tsx';
import { columns, ownerColumn } from './token-columns.tsx';

export function TokensPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/tokens' });
  const navigate = useNavigate({ from: '/settings/tokens' });
  const me = useMe();
  const mayUsers = useMay('users:view');
  const mayManage = useMay('users:manage');
  const [asked, ask] = useState<ShownToken | null>(null);
  const { filter, cursor, owner } = search;
  const isOwn = !mayUsers || owner === 'me';
  const all = useQuery({
    ...apiQuery('listTokens', { query: { name: filter, cursor } }),
    placeholderData: keepPreviousData,
    enabled: me !== undefined && !isOwn,
  });
  const own = useQuery({
    ...apiQuery('listMyTokens'),
    enabled: me !== undefined && isOwn,
    select: ({ data }) => wholeList({ data: data.filter(({ name }) => hasText(name, filter)) }),
  });
  const { data: users } = useQuery({ ...allQuery('listUsers'), enabled: mayUsers, staleTime: 60_000 });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });

  function blockedBy({ userId }: ShownToken): string | null {
    if (me !== undefined && userId === (me.user?.id ?? null)) return null;
    if (!mayManage) return words.noRightToDelete;
    const holder = users?.find(({ id }) => id === userId);
    const isProtected = userId === null || holder?.roleIds.includes(administratorRoleId) === true;
    return isProtected && me?.administrator !== true ? words.onlyAdministrators : null;
  }

  const query = isOwn ? own : all;
  const create = (
    <Button component={Link} to="/settings/tokens/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  );
  // An empty list has the button in its middle.
  const isEmpty = query.data?.data.length === 0 && filter === undefined && owner === undefined;
  return (
    <Page
      title={words.title}
      lead={mayUsers ? words.lead : words.leadOwn}
      crumbs={[{ label: settings.title, to: '/settings' }]}
      actions={isEmpty ? undefined : create}
    >
      <SettingsNav />
      <ListPage
        name={words.list}
        query={query}
        columns={mayUsers ? [...columns.slice(0, 2), ownerColumn(users), ...columns.slice(2)] : columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={change}
        isFiltered={owner !== undefined}
        onClear={() => void navigate({ search: {} })}
        filters={
          mayUsers ? (
            <NativeSelect
              aria-label={words.owner}
              value={owner ?? ''}
              onChange={({ currentTarget: { value } }) =>
                change({ owner: value === 'me' ? 'me' : undefined, cursor: undefined })
              }
              data={[
                { value: '', label: words.everybody },
                { value: 'me', label: words.mine },
              ]}
            />
          ) : undefined
        }
        empty={{
          icon: 'lock',
          title: words.emptyTitle,
          text: words.emptyText,
          action: create,
          code: 'millrace tokens create "Nightly import" --right events:view --days 30',
        }}
        emptyByFilter={words.emptyByFilter}
        rowMenu={(row) => (
          <RowMenu name={row.name}>
            <GuardedItem blockedBy={blockedBy(row)} onClick={() => ask(row)}>
              {words.delete}
            </GuardedItem>
          </RowMenu>
        )}
      />
      <DeleteToken
        token={asked}
        isOwn={asked !== null && asked.userId === (me?.user?.id ?? null)}
        onClose={() => ask(null)}
      />
    </Page>
  );
}

function hasText(name: string, filter: string | undefined): boolean {
  return filter === undefined || name.toLowerCase().includes(filter.toLowerCase());
}
