import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ClientError } from '../../client/client.ts';
import { fieldErrors } from '../data/field-errors.ts';
import { parts } from '../messages/en/parts.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { Problem } from './problem.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { SaveBar } from './save-bar.tsx';
import { useUnsavedGuard } from './unsaved-guard.tsx';
import { useDraft } from './use-draft.tsx';

type Document = { id: string; version: number; updatedAt: string; updatedBy: string };

type Words = Readonly<Record<string, string>>;

type Props<Stored extends Document, Draft extends object, Saved extends Stored> = {
  /** What kind of thing it is, for the key under which the browser keeps unsaved changes. */
  kind: string;
  /** What is stored; null: a new one. */
  stored: Stored | null;
  draftOf: (stored: Stored | null) => Draft;
  /** What of a draft may be kept in the browser: without its secrets. */
  kept?: (draft: Draft) => Partial<Draft>;
  /** What the form itself can tell to be wrong, by field. */
  problemsOf: (draft: Draft, isNew: boolean) => Record<string, string>;
  /** What the server said about fields, at the fields of the form. */
  atFields?: (told: Words, draft: Draft) => Record<string, string>;
  create: (draft: Draft) => Promise<Saved>;
  /** Saves over the version that the last argument names. */
  replace: (id: string, draft: Draft, over: { ifMatch: number }) => Promise<Saved>;
  /** What somebody else has saved meanwhile. */
  load: (id: string) => Promise<Stored>;
  /** The body of a draft as it is compared with theirs: without secrets. */
  shownOf: (draft: Draft, isNew: boolean) => object;
  /** Why nothing can be changed; null: it can. */
  blocks: (base: Stored | null) => string | null;
  onSaved: (saved: Saved) => void;
  onCancel: () => void;
  children: (form: {
    draft: Draft;
    errors: Words;
    /** What the form was opened with. */
    base: Stored | null;
    isDisabled: boolean;
    change: (part: Partial<Draft>) => void;
  }) => ReactNode;
};

/** A form of one thing with its buttons, and what happens when somebody else was quicker. */
export function Editor<Stored extends Document, Draft extends object, Saved extends Stored>(
  props: Props<Stored, Draft, Saved>,
): ReactNode {
  const { kind, stored, draftOf, kept, atFields = (told) => ({ ...told }) } = props;
  // What the form was opened with: later news of the same thing must not overwrite what is being typed.
  const [base, setBase] = useState(stored);
  const isNew = base === null;
  const blockedBy = props.blocks(base);
  const draft = useDraft(`${kind}.${stored?.id ?? 'new'}`, draftOf(base), kept === undefined ? {} : { kept });
  const [wrong, setWrong] = useState<Words>({});
  const [theirs, setTheirs] = useState<Stored | null>(null);
  const guard = useUnsavedGuard(draft.isDirty, draft.forget);
  const form = useRef<HTMLDivElement>(null);
  const saving = useMutation<Saved, ClientError, number>({
    mutationFn: (ifMatch) =>
      base === null ? props.create(draft.value) : props.replace(base.id, draft.value, { ifMatch }),
    onSuccess(saved) {
      setTheirs(null);
      draft.forget();
      guard.release();
      props.onSaved(saved);
    },
    async onError(error) {
      if (error.code === 'version_mismatch' && base !== null) setTheirs(await props.load(base.id));
    },
  });

  const failed = saving.error;
  const told = atFields(fieldErrors(failed), draft.value);
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';
  const isAtFields = Object.keys(told).length > 0;

  // The first field that needs attention is where one goes on.
  useEffect(() => {
    if (Object.keys(wrong).length > 0 || isAtFields)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong, isAtFields]);

  function save(ifMatch = base?.version ?? 0) {
    if (blockedBy !== null) return;
    const found = props.problemsOf(draft.value, isNew);
    setWrong(found);
    if (Object.keys(found).length === 0) saving.mutate(ifMatch);
  }
  useHotkeys([['mod+S', () => save()]], []);

  return (
    <div ref={form}>
      <ReadOnlyNote because={blockedBy} />
      {draft.notice}
      {props.children({
        draft: draft.value,
        errors: { ...told, ...wrong },
        base,
        isDisabled: blockedBy !== null,
        change(part) {
          draft.set((present) => ({ ...present, ...part }));
          setWrong({});
          saving.reset();
        },
      })}
      {failed !== null && !isAtFields && !isConflict ? (
        <div style={{ marginBlockStart: '1rem' }}>
          <Problem error={failed} />
        </div>
      ) : null}
      <SaveBar isDirty={draft.isDirty}>
        <Button loading={saving.isPending} disabled={blockedBy !== null} onClick={() => save()}>
          {parts.save}
        </Button>
        <Button variant="subtle" color="gray" onClick={props.onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(base ?? {}), ...props.shownOf(draft.value, isNew) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save(version)}
        onTheirs={() => {
          if (theirs !== null) draft.set(draftOf(theirs));
          setBase(theirs);
          setTheirs(null);
          saving.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}
