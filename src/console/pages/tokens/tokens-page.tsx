import { Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { administratorRoleId, type Right, rights as rightWords } from '../../../contract/accounts/rights.ts';
import type { ShownToken } from '../../../contract/accounts/token.ts';
import { useAllQuery } from '../../data/data.ts';
import { count, terms, tokens as words } from '../../messages/en.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { addressOf, PlainLink, StatusBadge, Time } from '../../parts/parts.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';

export function TokensPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/tokens' });
  const me = useMe();
  const mayUsers = useMay('users:view');
  const mayManage = useMay('users:manage');
  const [asked, ask] = useState<ShownToken | null>(null);
  const isOwn = !mayUsers || search.owner === 'me';
  const all = useAllQuery('listTokens', undefined, { enabled: me !== undefined && !isOwn });
  const own = useAllQuery('listMyTokens', undefined, { enabled: me !== undefined && isOwn });
  const { data: users } = useAllQuery('listUsers', undefined, { staleTime: 60_000 });
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

const texts = ({ name }: ShownToken) => [name];

const columns: readonly Column<ShownToken>[] = [
  valueColumn('name', terms.name, ({ name }) => name, { isFixed: true, isText: true }),
  column('rights', terms.rights, { sort: ({ rights }) => rights.length }, ({ rights }) => (
    <span title={inWords(rights)}>{count.rights(rights.length)}</span>
  )),
  column('expires', terms.expires, { sort: ({ expiresAt }) => expiresAt }, ({ expiresAt }) =>
    expiresAt === null ? (
      terms.never
    ) : Date.parse(expiresAt) <= Date.now() ? (
      <StatusBadge status="disabled" note={words.expired} />
    ) : (
      <Time at={expiresAt} />
    ),
  ),
  timeColumn('used', terms.lastUsed, ({ lastUsedAt }) => lastUsedAt, { none: terms.never }),
  timeColumn('created', terms.created, ({ createdAt }) => createdAt, { isHiddenAtFirst: true }),
];

type Users = readonly { id: string; email: string }[] | undefined;

/** The columns of the list, with the owner by e-mail where all tokens are shown. */
function columnsOf(withOwner: boolean, users: Users): readonly Column<ShownToken>[] {
  return withOwner ? [...columns.slice(0, 2), ownerColumn(users), ...columns.slice(2)] : columns;
}

function ownerColumn(users: Users): Column<ShownToken> {
  return column('owner', terms.owner, { isText: true }, ({ userId }) =>
    userId === null ? (
      words.adminToken
    ) : (
      <PlainLink to={addressOf('user', { id: userId })}>
        {users?.find(({ id }) => id === userId)?.email ?? userId}
      </PlainLink>
    ),
  );
}

const inWords = (rights: readonly Right[]) => rights.map((right) => rightWords[right]).join(', ');

/** Asks with the last use, and deletes: programs that use the token are rejected from then on. */
function DeleteToken({ isOwn, ...props }: DialogProps<ShownToken> & { isOwn: boolean }): ReactNode {
  const { document: token } = props;
  return (
    <DeleteDialog {...props} kind={isOwn ? 'myToken' : 'token'} name={token?.name ?? ''}>
      <Stack gap="sm">
        <Text>{words.deleteText}</Text>
        <Text>
          {words.lastUsed} {token?.lastUsedAt == null ? terms.never : <Time at={token.lastUsedAt} />}
        </Text>
      </Stack>
    </DeleteDialog>
  );
}
