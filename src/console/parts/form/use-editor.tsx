import { Alert, Button, Group, Stack } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, Suspense, useEffect, useEffectEvent, useRef, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { fieldErrors } from '../../data/data.ts';
import { parts, terms } from '../../messages/en.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { Icon, Note, Problem } from '../parts.ts';
import { InEditPlace } from './edit-place.tsx';
import css from './form.module.css';
import type { FormState } from './form-controls.tsx';
import { LeaveDialog, useUnsavedGuard } from './unsaved-guard.tsx';
import { useDraft } from './use-draft.tsx';

const ConflictDialog = lazyPart(() => import('./conflict-dialog.tsx'), 'ConflictDialog');

type Document = { id: string; version: number; updatedAt: string; updatedBy: string };

type Words = Readonly<Record<string, string>>;

/** The document of an editor, its routes and its form. `How`: the ways to save, one per button. */
export type EditorOptions<Stored extends Document, Draft extends object, Saved, How extends string> = {
  /** The name under which the browser keeps unsaved changes. */
  draftKey: string;
  /** The stored document; null: a new one. */
  stored: Stored | null;
  draftOf: (stored: Stored | null) => Draft;
  /** A draft with a change, such as a pasted command; precedes a kept draft. */
  first?: Draft | undefined;
  /** The part of a draft that the browser may keep: without its secrets. */
  kept?: (draft: Draft, before: Draft) => Partial<Draft>;
  /** Problems that the form finds itself, by field. */
  problemsOf: (draft: Draft, isNew: boolean, how: How) => Record<string, string>;
  /** Problems that the server names, by field of the form. */
  atFields?: (told: Words, draft: Draft) => Record<string, string>;
  create: (draft: Draft, how: How) => Promise<Saved>;
  /** Saves over the version that `over` names. Only what can be changed has it, and the next two. */
  replace?: (stored: Stored, draft: Draft, over: { ifMatch: number }, how: How) => Promise<Saved & Stored>;
  load?: (id: string) => Promise<Stored>;
  /** The body of a draft as the conflict dialog compares it with `theirs`. */
  shownOf?: (draft: Draft, stored: Stored | null, theirs: Stored | null) => object;
  /** The reason why nothing can be changed; null: it can. */
  blockedBy: string | null;
  /** The way that the keyboard saves. */
  how: How;
  /** A stored document opens to be read, unless the page is only for editing. */
  opensIn?: 'reading' | 'editing';
  /** This time it opens to be edited. */
  beginsEditing?: boolean;
  /**
   * After a save over the version `over`, 0 for a new document. `stored` may be the saved version by then: the page reads it
   * again first. A stored document is then only read, except after `staysIn`.
   */
  onSaved: (saved: Saved, how: How, draft: Draft, over: number) => void;
  staysIn?: How;
  /** Leaves a new document, or one that is only edited here. */
  onCancel: () => void;
  /** The fields that stop a save, before the first of them gets the focus. */
  onProblems?: (fields: readonly string[]) => void;
};

/** A form of one document: its draft, its problems, and everything around it. */
export type Editor<Stored, Draft, How extends string> = {
  draft: Draft;
  /** The draft with every key typed so far, drawn or not: what is sent. */
  latest: () => Draft;
  /** The stored document that the draft changes. */
  base: Stored | null;
  /** The draft as it was opened. */
  before: Draft;
  change: (part: Partial<Draft>) => void;
  errors: Words;
  /** What `controlsOf` takes of these. */
  form: FormState<Draft>;
  isDirty: boolean;
  isDisabled: boolean;
  isSaving: boolean;
  save: (how?: How) => void;
  /** Opens what is read for editing. */
  edit: () => void;
  /** Shows the problems of saving this way and says whether there are none; `isMeant` leaves out those of other parts. */
  check: (isMeant?: (field: string) => boolean, how?: How) => boolean;
  /** Shows problems, by field of the form. */
  tell: (problems: Words) => void;
  /** Puts the form between its notes and its buttons. `buttons`: in place of Save, while it is edited. */
  frame: (form: ReactNode, buttons?: { editing?: ReactNode; reading?: ReactNode }) => ReactNode;
};

/**
 * The state of an editor. It opens to be read, with Edit; then has Save and Cancel. The draft survives a reload, leaving
 * asks, and a version saved by another person shows both.
 */
export function useEditor<Stored extends Document, Draft extends object, Saved, How extends string>(
  options: EditorOptions<Stored, Draft, Saved, How>,
): Editor<Stored, Draft, How> {
  const { stored, draftOf, blockedBy, atFields = (told) => ({ ...told }) } = options;
  // A newer version of the document must not overwrite what is being typed.
  type Versioned = Draft & { version: number | null };
  const openedWith = (one: Stored | null) => ({ base: one, before: versioned(draftOf(one), one) });
  const [{ base, before }, open] = useState(() => openedWith(stored));
  const first = options.first === undefined ? undefined : versioned(options.first, base);
  const kept = useDraft<Versioned>(options.draftKey, before, {
    ...(options.kept === undefined
      ? {}
      : { kept: (draft) => ({ ...options.kept?.(draft, before), version: draft.version }) as Partial<Versioned> }), // a part of the draft with its version
    first,
  });
  const { value: draft, latest, set, isDirty } = kept;
  const isOpenAtOnce = base === null || options.opensIn === 'editing' || options.beginsEditing === true || isDirty;
  const [isEditing, setEditing] = useState(isOpenAtOnce);
  const [isLeaving, setLeaving] = useState(false);
  const [wrong, setWrong] = useState<Words>({});
  const [theirs, setTheirs] = useState<Stored | null>(null);
  const guard = useUnsavedGuard(isDirty, kept.forget);
  const form = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const lastHow = useRef(options.how);

  function begin(next: Stored) {
    const opened = openedWith(next);
    open(opened);
    set(opened.before);
    kept.forget();
  }

  const saving = useMutation<Saved, ClientError, { how: How; ifMatch: number; sent: Versioned }>({
    mutationFn: ({ how, ifMatch, sent }) =>
      base === null || options.replace === undefined
        ? options.create(sent, how)
        : options.replace(base, sent, { ifMatch }, how),
    onSuccess(saved, { how, ifMatch, sent }) {
      setTheirs(null);
      guard.release();
      if (base === null) kept.forget();
      else {
        const stored = saved as Saved & Stored; // by `replace`
        const typed = latest();
        // What was typed since is not saved yet.
        if (formOf({ ...typed, version: sent.version }) !== formOf(sent)) {
          open(openedWith(stored));
          set({ ...typed, version: stored.version });
        } else {
          begin(stored);
          if (how !== options.staysIn) setEditing(options.opensIn === 'editing');
        }
      }
      options.onSaved(saved, how, sent, ifMatch);
    },
    async onError(error, { sent }) {
      const fields = Object.keys(atFields(fieldErrors(error), sent));
      wantsFocus.current = fields.length > 0;
      if (fields.length > 0) options.onProblems?.(fields);
      if (error.code === 'version_mismatch' && base !== null) setTheirs((await options.load?.(base.id)) ?? null);
    },
  });
  const failed = saving.error;
  const told = atFields(fieldErrors(failed), draft);
  const isAtFields = Object.keys(told).length > 0;
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';

  // A newer version, such as after a change of the status, is taken over unless it changes a field of a changed form.
  const takeOver = useEffectEvent((newer: Stored | null) => {
    if (newer === null || base === null || newer.version <= base.version) return;
    if (formOf(latest()) === formOf(before)) return begin(newer);
    if (formOf(draftOf(newer)) !== formOf(draftOf(base))) return;
    open({ base: newer, before: { ...before, version: newer.version } });
    set((present) => ({ ...present, version: newer.version }));
  });
  useEffect(() => takeOver(stored), [stored]);

  // The first field with a problem gets the focus, once it is there.
  useEffect(() => {
    const place = wantsFocus.current ? form.current?.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
    if (place == null) return;
    wantsFocus.current = false;
    place.focus();
  });

  function tell(problems: Words): void {
    const fields = Object.keys(problems);
    setWrong(problems);
    wantsFocus.current = fields.length > 0;
    if (fields.length > 0) options.onProblems?.(fields);
  }

  function check(isMeant: (field: string) => boolean = () => true, how = options.how): boolean {
    const found = Object.entries(options.problemsOf(latest(), base === null, how)).filter(([field]) => isMeant(field));
    tell(Object.fromEntries(found));
    return found.length === 0;
  }

  function save(how = options.how, ifMatch = latest().version ?? 0) {
    if (blockedBy !== null || !isEditing || saving.isPending) return;
    lastHow.current = how;
    if (check(undefined, how)) saving.mutate({ how, ifMatch, sent: latest() });
  }
  // A form behind a dialog is not meant.
  const isInFront = () => {
    const dialog = document.querySelector('[aria-modal="true"]');
    return dialog === null || (form.current !== null && dialog.contains(form.current));
  };
  useHotkeys([['mod+S', () => isInFront() && save()]], []);

  /** The button goes, and the focus with it: reading goes on at the form. */
  function edit() {
    setEditing(true);
    form.current?.focus({ preventScroll: true });
  }

  function stopEditing() {
    setLeaving(false);
    setWrong({});
    saving.reset();
    if (base !== null) begin(base);
    setEditing(false);
  }

  function cancel() {
    if (base === null || options.opensIn === 'editing') options.onCancel();
    else if (isDirty) setLeaving(true);
    else stopEditing();
  }

  function change(part: Partial<Draft>) {
    if (isDisabled) return;
    set((present) => ({ ...present, ...part }));
    setWrong({});
    wantsFocus.current = false;
    if (saving.isError) saving.reset();
  }

  const errors = { ...told, ...wrong };
  // A new document is left for its own page once it is saved: nothing typed while it is saved could be saved there.
  const isDisabled = blockedBy !== null || !isEditing || (base === null && saving.isPending);
  return {
    draft,
    latest,
    base,
    before,
    isDirty,
    isDisabled,
    isSaving: saving.isPending,
    errors,
    form: { draft, stored: before, errors, isDisabled, onChange: change },
    save,
    edit,
    check,
    tell,
    change,
    frame: (children, { editing, reading } = {}) => (
      <Stack ref={form} tabIndex={-1} className={css['editor'] ?? ''}>
        {blockedBy === null ? null : (
          <Alert color="gray" icon={<Icon name="lock" />}>
            {blockedBy}
          </Alert>
        )}
        {kept.notice}
        {children}
        {failed !== null && !isAtFields && !isConflict ? <Problem error={failed} /> : null}
        {blockedBy !== null ? null : isEditing ? (
          <SaveBar isDirty={isDirty}>
            {editing ?? (
              <Button variant="filled" loading={saving.isPending} onClick={() => save()}>
                {terms.save}
              </Button>
            )}
            <Button variant="subtle" color="gray" onClick={cancel}>
              {parts.cancel}
            </Button>
          </SaveBar>
        ) : (
          <>
            <InEditPlace>
              <Button variant="filled" data-key-edit onClick={edit}>
                {terms.edit}
              </Button>
            </InEditPlace>
            {reading === undefined ? null : <SaveBar isDirty={false}>{reading}</SaveBar>}
          </>
        )}
        {guard.dialog}
        <LeaveDialog isOpen={isLeaving} onConfirm={stopEditing} onCancel={() => setLeaving(false)} />
        {theirs === null ? null : (
          <Suspense>
            <ConflictDialog
              yours={{ ...theirs, ...options.shownOf?.(draft, base, theirs) }}
              theirs={theirs}
              isBusy={saving.isPending}
              onMine={(version) => save(lastHow.current, version)}
              onTheirs={() => {
                begin(theirs);
                setTheirs(null);
                saving.reset();
              }}
              onClose={() => setTheirs(null)}
            />
          </Suspense>
        )}
      </Stack>
    ),
  };
}

const versioned = <Draft extends object>(draft: Draft, of: { version: number } | null) => ({
  ...draft,
  version: of?.version ?? null,
});

/** A draft as text, without the keys of its rows, which differ each time. */
function formOf(draft: object): string {
  return JSON.stringify(draft, (name, value) => (name === 'key' ? undefined : value));
}

/** The buttons of a form, always in reach at its lower edge; says when something is not saved yet. */
function SaveBar({ isDirty, children }: { isDirty: boolean; children: ReactNode }): ReactNode {
  return (
    <Group className={css['bar'] ?? ''} justify="space-between" gap="xs">
      <Group gap="xs">{children}</Group>
      <Note role="status">{isDirty ? parts.unsaved : ''}</Note>
    </Group>
  );
}
