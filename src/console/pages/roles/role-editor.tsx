import { Button, Textarea, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Answer, ClientError } from '../../../client/client.ts';
import type { Right } from '../../../contract/rights.ts';
import { closure } from '../../../contract/rights.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { parts } from '../../messages/en/parts.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { ReadOnlyNote } from '../../parts/read-only-note.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
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

/** The form of a role with its buttons, and what happens when somebody else was quicker. */
export function RoleEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  // What the form was opened with: later news of the same role must not overwrite what is being ticked.
  const [base, setBase] = useState(stored);
  const draft = useDraft(`role.${stored?.id ?? 'new'}`, draftOf(base));
  const [isNameMissing, setNameMissing] = useState(false);
  const [theirs, setTheirs] = useState<Role | null>(null);
  const create = useApi('createRole');
  const patch = useApi('changeRole');
  const me = useMe();
  const mayManage = useMay('users:manage');
  const guard = useUnsavedGuard(draft.isDirty, draft.forget);
  const saving = base === null ? create : patch;
  const name = useRef<HTMLInputElement>(null);

  const because = base?.fixed === true ? words.fixedText : mayManage ? null : words.readOnly;
  const failed = saving.error;
  const told = fieldErrors(failed);
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';
  const isAtFields = Object.keys(told).length > 0;
  const body = { ...draft.value, name: draft.value.name.trim(), rights: [...draft.value.rights] };

  useEffect(() => {
    if (isNameMissing || told['name'] !== undefined) name.current?.focus();
  }, [isNameMissing, told['name']]);

  function save(ifMatch = base?.version) {
    if (because !== null) return;
    setNameMissing(body.name === '');
    if (body.name === '') return;
    const onSuccess = (saved: Role) => {
      setTheirs(null);
      draft.forget();
      guard.release();
      onSaved(saved);
    };
    if (base === null) create.mutate({ body }, { onSuccess });
    else
      patch.mutate(
        { params: { id: base.id }, body, ...(ifMatch === undefined ? {} : { ifMatch }) },
        {
          onSuccess,
          async onError(error) {
            if (error.code === 'version_mismatch')
              setTheirs(await client().call('getRole', { params: { id: base.id } }));
          },
        },
      );
  }
  useHotkeys([['mod+S', () => save()]], []);

  function change(next: Partial<RoleDraft>) {
    draft.set((present) => ({ ...present, ...next }));
    setNameMissing(false);
    saving.reset();
  }
  return (
    <div>
      <ReadOnlyNote because={because} />
      {draft.notice}
      <div className={css['form']}>
        <Panel title={words.details}>
          <TextInput
            ref={name}
            label={words.name}
            value={draft.value.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
            error={isNameMissing ? words.needsName : told['name']}
            disabled={because !== null}
            required
          />
          <Textarea
            label={words.description}
            value={draft.value.description}
            onChange={({ currentTarget }) => change({ description: currentTarget.value })}
            error={told['description']}
            disabled={because !== null}
            autosize
            minRows={2}
            maxRows={8}
          />
        </Panel>
        <Panel title={words.rightsTitle} text={words.rightsText}>
          <RightsTable
            value={draft.value.rights}
            grantable={new Set([...(me?.rights ?? []), ...closure(base?.rights ?? [])])}
            isDisabled={because !== null}
            error={told['rights']}
            onChange={(rights) => change({ rights })}
          />
        </Panel>
      </div>
      {failed !== null && !isAtFields && !isConflict ? (
        <div style={{ marginBlockStart: '1rem' }}>
          <Problem error={failed} />
        </div>
      ) : null}
      <SaveBar isDirty={draft.isDirty}>
        <Button loading={saving.isPending} disabled={because !== null} onClick={() => save()}>
          {parts.save}
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(base ?? {}), ...body }}
        theirs={theirs === null ? null : { ...theirs, rights: [...closure(theirs.rights)] }}
        isBusy={saving.isPending}
        onMine={(version) => save(version)}
        onTheirs={() => {
          draft.set(draftOf(theirs));
          setBase(theirs);
          setTheirs(null);
          patch.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}

function draftOf(role: Role | null): RoleDraft {
  return {
    name: role?.name ?? '',
    description: role?.description ?? '',
    rights: [...closure(role?.rights ?? [])],
  };
}
