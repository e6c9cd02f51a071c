import { List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { allRights, closure, type Right } from '../../../contract/accounts/rights.ts';
import { useAllQuery } from '../../data/data.ts';
import { count, terms, roles as words } from '../../messages/en.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { documentKind } from '../../parts/document/document-kind.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import { block, bodyBy, type DraftOf, draftBy, type FieldWords, needed, text } from '../../parts/form/form-fields.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { column, nameColumn, timeColumn } from '../../parts/list/standard-columns.tsx';
import { addressOf, Panel, TextLink } from '../../parts/parts.ts';
import { RightsTable } from '../../parts/rights/rights-table.tsx';
import { useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { settingsCrumb } from '../../shell/page.tsx';

type Role = RouteResponse<'getRole'>;

const roleKind = documentKind('role', {
  newTitle: words.create,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/roles' }],
  rights: 'users',
  created: words.created,
  createdOpens: 'list',
});

/** Why a role can't be deleted; null: it can. */
const blockedBy = ({ fixed }: Role): string | null => (fixed ? words.fixedText : null);

export function RolePage(): ReactNode {
  return (
    <DocumentPage kind={roleKind} lead={({ users }) => count.users(users)} blockedBy={blockedBy} deletion={DeleteRole}>
      {(role) => <RoleEditor key={role.id} stored={role} />}
    </DocumentPage>
  );
}

export const NewRolePage = newDocumentPage(roleKind, RoleEditor);

const fields = { name: needed(text('name')), description: block('description') };
const labels: Readonly<Record<keyof typeof fields, FieldWords>> = {
  name: [terms.name],
  description: [terms.description],
};
type RoleDraft = DraftOf<typeof fields> & { rights: readonly Right[] };

/** The form of a role with its buttons. `stored`: null for a new one. */
function RoleEditor({ stored }: { stored: Role | null }): ReactNode {
  const me = useMe();
  const editor = useDocumentEditor(roleKind, stored, {
    draftOf: (role): RoleDraft => ({ ...draftBy(fields, {}, role), rights: [...closure(role?.rights ?? [])] }),
    problemsOf: ({ name }): Record<string, string> => (name.trim() === '' ? { name: terms.enterName } : {}),
    bodyOf: ({ rights, ...draft }) => ({ name: '', ...bodyBy(fields, {}, draft), rights: [...rights] }),
    async load(id) {
      const role = await client().call('getRole', { params: { id } });
      return { ...role, rights: [...closure(role.rights)] };
    },
    ...(stored?.fixed === true ? { blockedBy: words.fixedText } : {}),
  });
  const { draft, errors, base, isDisabled, change } = editor;
  const field = controlsOf(fields, {}, labels, editor.form);
  return editor.frame(
    <Stack maw="46rem">
      <Panel title={terms.role}>
        {field('name')}
        {field('description')}
      </Panel>
      <Panel title={terms.rights} text={words.rightsText}>
        <RightsTable
          value={draft.rights}
          grantable={new Set([...(me?.rights ?? []), ...closure(base?.rights ?? [])])}
          isDisabled={isDisabled}
          error={errors['rights']}
          onChange={(rights) => change({ rights })}
        />
      </Panel>
    </Stack>,
  );
}

const namedUsers = 10;

/** Asks and deletes. While users have the role, the first of them are listed instead. */
function DeleteRole(props: DialogProps<Role>): ReactNode {
  const { document: role } = props;
  const { data: users = [], isLoading } = useAllQuery(
    'listUsers',
    { query: { roleId: role?.id ?? '' } },
    { enabled: role !== null },
  );
  const inUse =
    users.length === 0 ? null : (
      <>
        <Text>{words.inUse(users.length)}</Text>
        <List mt="xs">
          {users.slice(0, namedUsers).map(({ id, email }) => (
            <List.Item key={id}>
              <TextLink to={addressOf('user', { id })}>{email}</TextLink>
            </List.Item>
          ))}
          {users.length <= namedUsers ? null : (
            <List.Item>
              <TextLink to="/settings/users" search={{ role: role?.id }}>
                {terms.more(users.length - namedUsers)}
              </TextLink>
            </List.Item>
          )}
        </List>
      </>
    );
  return (
    <DeleteDialog {...props} kind="role" name={role?.name ?? ''} isBusy={isLoading} blockedBy={inUse}>
      {words.deleteText}
    </DeleteDialog>
  );
}

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
  column('rights', terms.rights, { sort: ({ rights }) => closure(rights).size }, ({ rights }) =>
    words.rights(closure(rights).size, allRights.length),
  ),
  column('users', words.columns.users, { sort: ({ users }) => users }, ({ users }) => count.users(users)),
  timeColumn('modified', terms.modified, ({ fixed, updatedAt }) => (fixed ? null : updatedAt), {
    none: words.fixed,
  }),
];
