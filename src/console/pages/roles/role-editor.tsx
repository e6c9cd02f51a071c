import { Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { closure, type Right } from '../../../contract/accounts/rights.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { Editor } from '../../parts/editor.tsx';
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
  return (
    <Editor
      kind="role"
      stored={stored}
      draftOf={draftOf}
      problemsOf={({ name }): Record<string, string> => (name.trim() === '' ? { name: words.needsName } : {})}
      create={(draft) => client().call('createRole', { body: bodyOf(draft) })}
      replace={(id, draft, over) => client().call('changeRole', { params: { id }, body: bodyOf(draft), ...over })}
      load={async (id) => {
        const role = await client().call('getRole', { params: { id } });
        return { ...role, rights: [...closure(role.rights)] };
      }}
      shownOf={bodyOf}
      blocks={(base) => (base?.fixed === true ? words.fixedText : mayManage ? null : words.readOnly)}
      onSaved={onSaved}
      onCancel={onCancel}
    >
      {({ draft, errors, base, isDisabled, change }) => (
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
        </div>
      )}
    </Editor>
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
