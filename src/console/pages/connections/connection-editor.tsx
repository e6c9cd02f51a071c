import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type CallInput, ClientError } from '../../../client/client.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import type { Connection } from './connection.ts';
import { problemsOf } from './connection-checks.ts';
import { bodyOf, type ConnectionDraft, draftOf, emptyDraft, withoutSecrets } from './connection-draft.ts';
import css from './connection-form.module.css';
import { ConnectionForm } from './connection-form.tsx';
import { TestAuthentication } from './test-authentication.tsx';

const w = words.details;

type Props = {
  /** What is stored; null: a new connection. */
  stored: Connection | null;
  /** What a new connection begins with, and the name under which the browser keeps what becomes of it. */
  start?: ConnectionDraft;
  draftKey: string;
  /** Whether the form begins with `start` even where the browser kept something. */
  isFresh?: boolean;
  /** After Save and Continue, and after Done. */
  onContinue: (saved: Connection) => void;
  onDone: (saved: Connection) => void;
  onCancel: () => void;
};

/** The form of a connection with its test, its buttons, and what happens when somebody else was quicker. */
export function ConnectionEditor({
  stored,
  start = emptyDraft,
  draftKey,
  isFresh = false,
  onContinue,
  onDone,
  onCancel,
}: Props): ReactNode {
  // What the form was opened with: later news of the same connection must not overwrite what is being typed.
  const [base, setBase] = useState(stored);
  const before = useMemo(() => (base === null ? start : draftOf(base)), [base, start]);
  const kept = useDraft<ConnectionDraft>(draftKey, before, {
    kept: withoutSecrets,
    ...(isFresh ? { first: start } : {}),
  });
  const { value: draft, set: write } = kept;
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [theirs, setTheirs] = useState<Connection | null>(null);
  const create = useApi('createConnection');
  const replace = useApi('replaceConnection');
  const mayManage = useMay('connections:manage');
  // News of the connection, such as a pause: taken over where nothing that was typed stands against it.
  useEffect(() => {
    if (stored === null || base === null || stored.version <= base.version) return;
    const isSameForm = JSON.stringify({ ...draftOf(stored), version: base.version }) === JSON.stringify(draftOf(base));
    if (kept.isDirty && !isSameForm) return;
    setBase(stored);
    write((present) => (kept.isDirty ? { ...present, version: stored.version } : draftOf(stored)));
  }, [stored, base, kept.isDirty, write]);

  // What a preset or a command filled in is not saved either.
  const isDirty = kept.isDirty || (base === null && start !== emptyDraft);
  const guard = useUnsavedGuard(kept.isDirty, kept.forget);
  const saving = base === null ? create : replace;
  const form = useRef<HTMLDivElement>(null);

  const failed = saving.error;
  const told = fieldErrors(failed);
  const errors = { ...told, ...problems };
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';
  const isAtFields = Object.keys(told).length > 0;

  // The first field that needs attention is where one goes on.
  useEffect(() => {
    if (Object.keys(problems).length > 0 || isAtFields)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems, isAtFields]);

  function change(next: Partial<ConnectionDraft>) {
    write((present) => ({ ...present, ...next }));
    if (Object.keys(problems).length > 0) setProblems(problemsOf({ ...draft, ...next }));
  }

  function save(then: (saved: Connection) => void, ifMatch = draft.version) {
    const found = problemsOf(draft);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    const body = bodyOf(draft, base);
    const onSuccess = (saved: Connection) => {
      setTheirs(null);
      guard.release();
      kept.forget();
      then(saved);
    };
    if (base === null) create.mutate({ body }, { onSuccess });
    else
      replace.mutate(
        { params: { id: base.id }, body, ...(ifMatch === null ? {} : { ifMatch }) },
        {
          onSuccess,
          async onError(error) {
            if (error.code === 'version_mismatch')
              setTheirs(await client().call('getConnection', { params: { id: base.id } }));
          },
        },
      );
  }
  useHotkeys([['mod+S', () => save(onContinue)]], []);

  return (
    <div ref={form}>
      {kept.notice}
      <div className={css['columns']}>
        <ConnectionForm draft={draft} stored={before} errors={errors} isDisabled={!mayManage} onChange={change} />
        <TestAuthentication
          isDisabled={!mayManage || draft.baseUrl.trim() === ''}
          // A stored connection is named by its id, so that its stored secrets can be used; the API takes it there.
          body={() =>
            ({
              ...bodyOf({ ...draft, name: draft.name.trim() || w.test }, base),
              ...(base === null ? {} : { id: base.id }),
            }) as CallInput<'testUnsavedConnection'>['body']
          }
        />
      </div>
      {failed !== null && !isAtFields && !isConflict ? (
        <div style={{ marginBlockStart: '1rem' }}>
          <Problem error={failed} />
        </div>
      ) : null}
      <SaveBar isDirty={isDirty}>
        <Button loading={saving.isPending} disabled={!mayManage} onClick={() => save(onContinue)}>
          {w.saveAndContinue}
        </Button>
        {base === null ? null : (
          <Button variant="default" disabled={saving.isPending} onClick={() => (isDirty ? save(onDone) : onDone(base))}>
            {w.done}
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(base ?? {}), ...bodyOf(draft, base) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save(onContinue, version)}
        onTheirs={() => {
          if (theirs !== null) write(draftOf(theirs));
          setBase(theirs);
          setTheirs(null);
          replace.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}
