import type { ReactNode } from 'react';
import { allRights, closure } from '../../../contract/accounts/rights.ts';
import { count, terms, roles as words } from '../../messages/en.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import type { Column } from '../../parts/list/list-page.tsx';
import { nameColumn, timeColumn } from '../../parts/list/standard-columns.tsx';
import { DeleteRole } from './delete-role.tsx';
import { blockedBy, type Role, roleKind } from './role.ts';

export function RolesPage(): ReactNode {
  return (
    <DocumentsPage
      kind={roleKind}
      words={{ ...words, list: terms.roles }}
      noun="roles"
      icon="lock"
      columns={columns}
      blockedBy={blockedBy}
      deletion={DeleteRole}
    />
  );
}

const columns: readonly Column<Role>[] = [
  nameColumn(roleKind),
  {
    id: 'rights',
    header: terms.rights,
    sort: ({ rights }) => closure(rights).size,
    cell: ({ rights }) => words.rights(closure(rights).size, allRights.length),
  },
  { id: 'users', header: words.columns.users, sort: ({ users }) => users, cell: ({ users }) => count.users(users) },
  timeColumn('modified', terms.modified, ({ fixed, updatedAt }) => (fixed ? null : updatedAt), {
    none: words.fixed,
  }),
];
