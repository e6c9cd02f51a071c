import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { administratorRoleId } from '../../../contract/accounts/role.ts';
import type { ShownToken } from '../../../contract/accounts/token.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { terms } from '../../messages/en/terms.ts';
import { tokens as words } from '../../messages/en/tokens.ts';
import { ListPage } from '../../parts/list/list-page.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { useMay, useMe } from '../../session/rights.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { DeleteToken } from './delete-token.tsx';
import { columnsOf } from './token-columns.tsx';

export function TokensPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/tokens' });
  const me = useMe();
  const mayUsers = useMay('users:view');
  const mayManage = useMay('users:manage');
  const [asked, ask] = useState<ShownToken | null>(null);
  const isOwn = !mayUsers || search.owner === 'me';
  const all = useQuery({ ...allQuery('listTokens'), enabled: me !== undefined && !isOwn });
  const own = useQuery({
    ...apiQuery('listMyTokens'),
    enabled: me !== undefined && isOwn,
    select: ({ data }) => data,
  });
  const { data: users } = useQuery({ ...allQuery('listUsers'), enabled: mayUsers, staleTime: 60_000 });
  const columns = useMemo(() => columnsOf(mayUsers, users), [mayUsers, users]);

  function blockedBy({ userId }: ShownToken): string | null {
    if (me !== undefined && userId === (me.user?.id ?? null)) return null;
    if (!mayManage) return words.noRightToDelete;
    const holder = users?.find(({ id }) => id === userId);
    const isProtected = userId === null || holder?.roleIds.includes(administratorRoleId) === true;
    return isProtected && me?.administrator !== true ? words.onlyAdministrators : null;
  }

  const { list, create } = useListPage({
    ...listWords(words, 'tokens', 'key', 'millrace tokens create "Nightly import" --right events:view --days 30'),
    search,
    query: isOwn ? own : all,
    columns,
    rowKey,
    texts,
    filters: mayUsers ? [{ key: 'owner', label: terms.owner, options: [{ value: 'me', label: words.mine }] }] : [],
    sortedBy: '-created',
    create: { label: words.create, to: '/settings/tokens/new' },
    rowMenu: (row) => (
      <RowMenu name={row.name}>
        <GuardedItem blockedBy={blockedBy(row)} onClick={() => ask(row)}>
          {terms.delete}
        </GuardedItem>
      </RowMenu>
    ),
  });
  return (
    <Page title={words.title} lead={mayUsers ? words.lead : words.leadOwn} crumbs={[settingsCrumb]} actions={create}>
      <ListPage {...list} />
      <DeleteToken
        document={asked}
        isOwn={asked !== null && asked.userId === (me?.user?.id ?? null)}
        onClose={() => ask(null)}
      />
    </Page>
  );
}

const rowKey = ({ id }: ShownToken) => id;
const texts = ({ name }: ShownToken) => [name];
