import { type ReactNode, useMemo, useState } from 'react';
import { terms, users as words } from '../../messages/en.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { useStatusChange } from '../../parts/document/use-status-change.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { GuardedItem } from '../../parts/list/row-menu.tsx';
import { column, nameColumn, statusColumn, timeColumn } from '../../parts/list/standard-columns.tsx';
import { statusFilter } from '../../parts/list/use-list-page.tsx';
import { useMe } from '../../session/rights.ts';
import { type User, useProtection, useRoles, userKind } from './user.ts';
import { DeleteUser, InviteUser } from './user-dialogs.tsx';
import { UserStatus } from './user-status.tsx';

export function UsersPage(): ReactNode {
  const roles = useRoles() ?? [];
  const protection = useProtection();
  const me = useMe()?.user?.id;
  const [invited, invite] = useState<User | null>(null);
  const { labelOf, toggle } = useStatusChange('changeUser', userKind.nameOf, words.changed);
  const columns = useMemo(() => columnsOf(me), [me]);
  return (
    <DocumentsPage
      kind={userKind}
      words={words}
      noun="users"
      icon="user"
      code="millrace users create mara@shop.example --role Analyst"
      columns={columns}
      filters={[
        statusFilter,
        {
          key: 'role',
          label: terms.role,
          options: roles.map(({ id, name }) => ({ value: id, label: name })),
          of: ({ roleIds }) => roleIds,
        },
      ]}
      blockedBy={protection}
      deletion={DeleteUser}
      items={(user) => (
        <>
          <GuardedItem blockedBy={protection(user)} onClick={() => toggle(user)}>
            {labelOf(user)}
          </GuardedItem>
          <GuardedItem blockedBy={user.id === me ? words.ownPassword : protection(user)} onClick={() => invite(user)}>
            {words.invite}
          </GuardedItem>
        </>
      )}
    >
      <InviteUser document={invited} onClose={() => invite(null)} />
    </DocumentsPage>
  );
}

const columnsOf = (me: string | undefined): readonly Column<User>[] => [
  nameColumn(userKind, terms.email, ({ id }) => (id === me ? words.you : undefined)),
  { ...statusColumn<User>(), cell: (user) => <UserStatus user={user} /> },
  column('roles', terms.roles, { isText: true }, ({ roleIds }) => <RoleNames roleIds={roleIds} />),
  timeColumn('lastSignIn', terms.lastSignIn, ({ lastSignInAt }) => lastSignInAt, { none: terms.never }),
  timeColumn('created', terms.created, ({ createdAt }) => createdAt),
];

function RoleNames({ roleIds }: { roleIds: readonly string[] }): ReactNode {
  const roles = useRoles();
  if (roleIds.length === 0) return terms.none;
  return roleIds.map((id) => roles?.find((role) => role.id === id)?.name ?? id).join(', ');
}
