import { Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { closure, type Right } from '../../../contract/accounts/rights.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useMay, useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { RightsTable } from './rights-table.tsx';
import css from './role-editor.module.css';

type Role = Answer<'getRole'>;
type RoleDraft = { name: string; description: string; rights: readonly Right[] };

type Props = {
  /** What is stored; null: a new role. */
  stored: Role | null;
  onSaved: (saved: Role) => void;
  onCancel: () => void;
};

/** The form of a role with its buttons. */
export function RoleEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  const me = useMe();
  const mayManage = useMay('users:manage');
  const editor = useEditor<Role, RoleDraft, Role, 'save'>({
    draftKey: `role.${stored?.id ?? 'new'}`,
    stored,
    draftOf,
    problemsOf: ({ name }): Record<string, string> => (name.trim() === '' ? { name: words.needsName } : {}),
    create: (one) => client().call('createRole', { body: bodyOf(one) }),
    replace: ({ id }, one, over) => client().call('changeRole', { params: { id }, body: bodyOf(one), ...over }),
    async load(id) {
      const role = await client().call('getRole', { params: { id } });
      return { ...role, rights: [...closure(role.rights)] };
    },
    shownOf: bodyOf,
    blockedBy: stored?.fixed === true ? words.fixedText : mayManage ? null : words.readOnly,
    how: 'save',
    onSaved,
    onCancel,
  });
  const { draft, errors, base, isDisabled, change } = editor;
  return editor.frame(
    <div className={css['form']}>
      <Panel title={words.details}>
        <TextInput
          label={words.name}
          value={draft.name}
          onChange={({ currentTarget }) => change({ name: currentTarget.value })}
          error={errors['name']}
          disabled={isDisabled}
          required
        />
        <Textarea
          label={words.description}
          value={draft.description}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          error={errors['description']}
          disabled={isDisabled}
          autosize
          minRows={2}
          maxRows={8}
        />
      </Panel>
      <Panel title={words.rightsTitle} text={words.rightsText}>
        <RightsTable
          value={draft.rights}
          grantable={new Set([...(me?.rights ?? []), ...closure(base?.rights ?? [])])}
          isDisabled={isDisabled}
          error={errors['rights']}
          onChange={(rights) => change({ rights })}
        />
      </Panel>
    </div>,
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
