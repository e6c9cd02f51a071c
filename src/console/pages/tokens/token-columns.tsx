import { type Right, rights as rightWords } from '../../../contract/accounts/rights.ts';
import type { ShownToken } from '../../../contract/accounts/token.ts';
import { count } from '../../messages/counts.ts';
import { terms } from '../../messages/en/terms.ts';
import { tokens as words } from '../../messages/en/tokens.ts';
import { addressOf } from '../../parts/address-of.ts';
import { PlainLink } from '../../parts/links.tsx';
import type { Column } from '../../parts/list/list-page.tsx';
import { timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';

const columns: readonly Column<ShownToken>[] = [
  valueColumn('name', terms.name, ({ name }) => name, { isFixed: true, isText: true }),
  {
    id: 'rights',
    header: terms.rights,
    sort: ({ rights }) => rights.length,
    cell: ({ rights }) => <span title={inWords(rights)}>{count.rights(rights.length)}</span>,
  },
  {
    id: 'expires',
    header: terms.expires,
    sort: ({ expiresAt }) => expiresAt,
    cell: ({ expiresAt }) =>
      expiresAt === null ? (
        terms.never
      ) : Date.parse(expiresAt) <= Date.now() ? (
        <StatusBadge status="disabled" note={words.expired} />
      ) : (
        <Time at={expiresAt} />
      ),
  },
  timeColumn('used', terms.lastUsed, ({ lastUsedAt }) => lastUsedAt, { none: terms.never }),
  timeColumn('created', terms.created, ({ createdAt }) => createdAt, { isHiddenAtFirst: true }),
];

type Users = readonly { id: string; email: string }[] | undefined;

/** The columns of the list, with the owner by e-mail where all tokens are shown. */
export function columnsOf(withOwner: boolean, users: Users): readonly Column<ShownToken>[] {
  return withOwner ? [...columns.slice(0, 2), ownerColumn(users), ...columns.slice(2)] : columns;
}

function ownerColumn(users: Users): Column<ShownToken> {
  return {
    id: 'owner',
    header: terms.owner,
    isText: true,
    cell: ({ userId }) =>
      userId === null ? (
        words.adminToken
      ) : (
        <PlainLink to={addressOf('user', { id: userId })}>
          {users?.find(({ id }) => id === userId)?.email ?? userId}
        </PlainLink>
      ),
  };
}

const inWords = (rights: readonly Right[]) => rights.map((right) => rightWords[right]).join(', ');
