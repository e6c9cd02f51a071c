import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { closure, type Right } from '../../../contract/accounts/rights.ts';
import { count, terms, roles as words } from '../../messages/en.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import { block, bodyBy, type DraftOf, draftBy, type FieldWords, needed, text } from '../../parts/form/form-fields.ts';
import { Panel } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { DeleteRole } from './delete-role.tsx';
import { RightsTable } from './rights-table.tsx';
import { blockedBy, type Role, roleKind } from './role.ts';

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
