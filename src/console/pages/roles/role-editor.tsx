import { Stack, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { closure, type Right } from '../../../contract/accounts/rights.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { terms } from '../../messages/en/terms.ts';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { Panel } from '../../parts/panel.tsx';
import { useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { RightsTable } from './rights-table.tsx';
import { type Role, roleKind } from './role.ts';

type RoleDraft = { name: string; description: string; rights: readonly Right[] };

/** The form of a role with its buttons. `stored`: null for a new one. */
export function RoleEditor({ stored }: { stored: Role | null }): ReactNode {
  const me = useMe();
  const editor = useDocumentEditor(roleKind, stored, {
    draftOf,
    problemsOf: ({ name }): Record<string, string> => (name.trim() === '' ? { name: terms.enterName } : {}),
    bodyOf,
    async load(id) {
      const role = await client().call('getRole', { params: { id } });
      return { ...role, rights: [...closure(role.rights)] };
    },
    ...(stored?.fixed === true ? { blockedBy: words.fixedText } : {}),
  });
  const { draft, errors, base, isDisabled, change } = editor;
  return editor.frame(
    <Stack maw="46rem">
      <Panel title={terms.role}>
        <TextInput
          label={terms.name}
          value={draft.name}
          onChange={({ currentTarget }) => change({ name: currentTarget.value })}
          error={errors['name']}
          disabled={isDisabled}
          required
        />
        <Textarea
          label={terms.description}
          value={draft.description}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          error={errors['description']}
          disabled={isDisabled}
          autosize
          minRows={2}
          maxRows={8}
        />
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

function bodyOf({ name, description, rights }: RoleDraft) {
  return { name: name.trim(), description, rights: [...rights] };
}

function draftOf(role: Role | null): RoleDraft {
  return {
    name: role?.name ?? '',
    description: role?.description ?? '',
    rights: [...closure(role?.rights ?? [])],
  };
}
