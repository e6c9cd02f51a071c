import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { ClientError } from '../../../client/client.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { ReadOnlyNote } from '../../parts/read-only-note.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
import { client } from '../../session/session.ts';
import { type User, useProtection } from './user.ts';
import { bodyOf, draftOf, emptyDraft, keptOf, problemsOf } from './user-draft.ts';
import { UserForm } from './user-form.tsx';

type Props = {
  /** What is stored; null: a new user. */
  stored: User | null;
  /** A user that was made without a password comes with `inviteUrl`. */
  onSaved: (saved: Answer<'createUser'>) => void;
  onCancel: () => void;
};

/** The form of a user with its buttons, and what happens when somebody else was quicker. */
export function UserEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  // What the form was opened with: later news of the same user must not overwrite what is being typed.
  const [base, setBase] = useState(stored);
  const isNew = base === null;
  const initial = base === null ? emptyDraft : draftOf(base);
  const draft = useDraft(`user.${stored?.id ?? 'new'}`, initial, { kept: keptOf });
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [theirs, setTheirs] = useState<User | null>(null);
  const create = useApi('createUser');
  const patch = useApi('changeUser');
  const blockedBy = useProtection()(base ?? { roleIds: [] });
  const guard = useUnsavedGuard(draft.isDirty, draft.forget);
  const saving = isNew ? create : patch;
  const form = useRef<HTMLDivElement>(null);

  const failed = saving.error;
  const told = atFields(failed);
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';
  const isAtFields = Object.keys(told).length > 0;

  // The first field that needs attention is where one goes on.
  useEffect(() => {
    if (Object.keys(wrong).length > 0 || isAtFields)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong, isAtFields]);

  function save(ifMatch = base?.version) {
    if (blockedBy !== null) return;
    const found = problemsOf(draft.value, isNew);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    const body = bodyOf(draft.value, isNew);
    const onSuccess = (saved: Answer<'createUser'>) => {
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
              setTheirs(await client().call('getUser', { params: { id: base.id } }));
          },
        },
      );
  }
  useHotkeys([['mod+S', () => save()]], []);

  return (
    <div ref={form}>
      <ReadOnlyNote because={blockedBy} />
      {draft.notice}
      <UserForm
        stored={base}
        draft={draft.value}
        errors={{ ...told, ...wrong }}
        isDisabled={blockedBy !== null}
        onChange={(change) => {
          draft.set((present) => ({ ...present, ...change }));
          setWrong({});
          saving.reset();
        }}
      />
      {failed !== null && !isAtFields && !isConflict ? (
        <div style={{ marginBlockStart: '1rem' }}>
          <Problem error={failed} />
        </div>
      ) : null}
      <SaveBar isDirty={draft.isDirty}>
        <Button loading={saving.isPending} disabled={blockedBy !== null} onClick={() => save()}>
          {parts.save}
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(base ?? {}), ...shownOf(bodyOf(draft.value, isNew)) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save(version)}
        onTheirs={() => {
          if (theirs !== null) draft.set(draftOf(theirs));
          setBase(theirs);
          setTheirs(null);
          patch.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}

/** What the server said about fields; an e-mail that somebody has belongs to the field E-mail, a role to the roles. */
function atFields(error: unknown): Record<string, string> {
  const told = Object.entries(fieldErrors(error));
  return Object.fromEntries(
    told.map(([path, text]) => [path === 'name' ? 'email' : path.startsWith('roleIds') ? 'roleIds' : path, text]),
  );
}

function shownOf({ password: _, ...shown }: ReturnType<typeof bodyOf>) {
  return shown;
}
