import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import type { Collector } from './collector.ts';
import { atFields, bodyOf, draftOf, emptyDraft, problemsOf } from './collector-draft.ts';
import { CollectorForm } from './collector-form.tsx';

type Props = {
  /** What is stored; null: a new collector. */
  stored: Collector | null;
  onSaved: (saved: Collector) => void;
  onCancel: () => void;
};

/** The form of a collector with its buttons, and what happens when somebody else was quicker. */
export function CollectorEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  // What the form was opened with: later news of the same collector must not overwrite what is being typed.
  const [base, setBase] = useState(stored);
  const draft = useDraft(`collector.${stored?.id ?? 'new'}`, base === null ? emptyDraft : draftOf(base));
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [theirs, setTheirs] = useState<Collector | null>(null);
  const create = useApi('createCollector');
  const replace = useApi('replaceCollector');
  const mayManage = useMay('collectors:manage');
  const guard = useUnsavedGuard(draft.isDirty, draft.forget);
  const saving = base === null ? create : replace;
  const form = useRef<HTMLDivElement>(null);

  const failed = saving.error;
  const told = atFields(fieldErrors(failed), draft.value);
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';
  const isAtFields = Object.keys(told).length > 0;

  // The first field that needs attention is where one goes on.
  useEffect(() => {
    if (Object.keys(wrong).length > 0 || isAtFields)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong, isAtFields]);

  function save(ifMatch = base?.version) {
    const found = problemsOf(draft.value);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    const body = bodyOf(draft.value);
    const onSuccess = (saved: Collector) => {
      setTheirs(null);
      draft.forget();
      guard.release();
      onSaved(saved);
    };
    if (base === null) create.mutate({ body }, { onSuccess });
    else
      replace.mutate(
        { params: { id: base.id }, body, ...(ifMatch === undefined ? {} : { ifMatch }) },
        {
          onSuccess,
          async onError(error) {
            if (error.code === 'version_mismatch')
              setTheirs(await client().call('getCollector', { params: { id: base.id } }));
          },
        },
      );
  }
  useHotkeys([['mod+S', () => save()]], []);

  return (
    <div ref={form}>
      {draft.notice}
      <CollectorForm
        draft={draft.value}
        errors={{ ...told, ...wrong }}
        isDisabled={!mayManage}
        onChange={(change) => {
          draft.set((present) => ({ ...present, ...change }));
          setWrong({});
        }}
      />
      {failed !== null && !isAtFields && !isConflict ? (
        <div style={{ marginBlockStart: '1rem' }}>
          <Problem error={failed} />
        </div>
      ) : null}
      <SaveBar isDirty={draft.isDirty}>
        <Button loading={saving.isPending} disabled={!mayManage} onClick={() => save()}>
          {parts.save}
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(base ?? {}), ...bodyOf(draft.value) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save(version)}
        onTheirs={() => {
          if (theirs !== null) draft.set(draftOf(theirs));
          setBase(theirs);
          setTheirs(null);
          replace.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}
