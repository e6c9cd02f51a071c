import { Button, Group, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { type Answer, ClientError } from '../../../client/client.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import type { TemplateFinding } from '../../editor/findings.ts';
import type { EditorHandle } from '../../editor/template-editor.tsx';
import { parts } from '../../messages/en/parts.ts';
import { studio as words } from '../../messages/en/studio.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { usePicked } from '../../parts/event-picker.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import {
  bodyOf,
  type Destination,
  type DestinationDraft,
  draftOf,
  emptyDraft,
  unreadable,
  withoutSecrets,
} from './destination-draft.ts';
import { DestinationForm } from './destination-form.tsx';
import { PreviewPanel, type Shown } from './preview-panel.tsx';
import { SendTest } from './send-test.tsx';
import css from './studio.module.css';
import { TemplateField } from './template-field.tsx';
import { useData } from './use-data.ts';
import { usePreview } from './use-preview.ts';

const AdvancedSettings = lazy(() =>
  import('./advanced-settings.tsx').then(({ AdvancedSettings }) => ({ default: AdvancedSettings })),
);

const page = '/shell/connections/$connectionId/destinations/$destinationId';

const unreadableAt = {
  name: ['name', words.required],
  wait: ['settings.batch.waitMs', words.notATime],
  per: ['settings.rate.perMs', words.notATime],
  schedule: ['settings.retry.scheduleMs', words.notATime],
} as const;

type Props = {
  connection: { id: string; baseUrl: string; port: number | null };
  /** What is stored; null: a new destination. */
  stored: Destination | null;
  /** What a new destination begins with, when something was pasted. */
  start?: DestinationDraft | undefined;
  onSaved: (saved: Destination) => void;
  /** After Save and stay. */
  onStay: (saved: Destination) => void;
  onCancel: () => void;
};

/** The form of a destination, its template and the preview beside it. */
export function DestinationEditor({ connection, stored, start, onSaved, onStay, onCancel }: Props): ReactNode {
  // What the form was opened with: later news of the same destination must not overwrite what is being typed.
  const [base, setBase] = useState(stored);
  const before = base === null ? emptyDraft : draftOf(base);
  const kept = useDraft<DestinationDraft>(`destination.${connection.id}.${base?.id ?? 'new'}`, before, {
    kept: (draft) => withoutSecrets(draft, before),
    first: start,
  });
  const { value: draft, set: write, isDirty } = kept;
  const [unread, setUnread] = useState<ReturnType<typeof unreadable>>([]);
  const [theirs, setTheirs] = useState<Destination | null>(null);
  const create = useApi('createDestination');
  const replace = useApi('replaceDestination');
  const mayManage = useMay('connections:manage');
  const guard = useUnsavedGuard(isDirty, kept.forget);
  const saving = base === null ? create : replace;
  const form = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorHandle>(null);
  const [findings, setFindings] = useState<readonly TemplateFinding[]>([]);
  const [isFull, setFull] = useState(false);
  const address = useSearch({ from: page });
  const navigate = useNavigate({ from: '/connections/$connectionId/destinations/$destinationId' });
  const shown = { tab: address.tab ?? 'request', eventId: address.eventId ?? '', actionId: address.actionId ?? '' };
  const show = (next: Partial<Shown>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
  const [pasted, paste] = useState('');
  const [test, setTest] = useState<Answer<'testDestination'> | null>(null);
  const { known, actions, action } = useData(base?.id ?? null, shown.actionId);
  const picked = usePicked(shown.eventId, pasted, base?.id);
  const tried = {
    destinationId: base?.id ?? null,
    connectionId: connection.id,
    draft,
    sample: picked === null || 'error' in picked ? null : picked,
    actionId: action?.id ?? null,
  };
  const blocking = findings.filter(({ severity }) => severity === 'error');
  const hasErrors = blocking.length > 0;
  const preview = usePreview(tried, hasErrors);
  const maySave = mayManage && !hasErrors;

  const failed = saving.error;
  const told = fieldErrors(failed);
  const errors = { ...told, ...Object.fromEntries(unread.map((name) => unreadableAt[name])) };
  const isConflict = failed instanceof ClientError && failed.code === 'version_mismatch';
  const isAtFields = Object.keys(told).length > 0;

  // The first field that needs attention is where one goes on.
  useEffect(() => {
    if (unread.length > 0 || isAtFields) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [unread, isAtFields]);

  function change(next: Partial<DestinationDraft>) {
    write((present) => ({ ...present, ...next }));
    if (unread.length > 0) setUnread([]);
  }

  function save(then: 'leave' | 'stay', ifMatch = base?.version) {
    if (!maySave) return;
    const absent = unreadable(draft);
    setUnread(absent);
    if (absent.length > 0) return;
    const body = bodyOf({ ...draft, template: editor.current?.text() ?? draft.template });
    const onSuccess = (saved: Destination) => {
      setTheirs(null);
      kept.forget();
      if (then === 'stay' && base !== null) {
        setBase(saved);
        write(draftOf(saved));
        return onStay(saved);
      }
      guard.release();
      if (then === 'stay') onStay(saved);
      else onSaved(saved);
    };
    if (base === null) create.mutate({ params: { id: connection.id }, body }, { onSuccess });
    else
      replace.mutate(
        { params: { id: base.id }, body, ...(ifMatch === undefined ? {} : { ifMatch }) },
        {
          onSuccess,
          async onError(error) {
            if (error.code === 'version_mismatch')
              setTheirs(await client().call('getDestination', { params: { id: base.id } }));
          },
        },
      );
  }
  function run() {
    show({ tab: 'request' });
    preview.run();
  }
  useHotkeys(
    [
      ['mod+S', () => save('stay')],
      ['mod+Enter', run],
    ],
    [],
  );

  const fields = { draft, errors, isDisabled: !mayManage, onChange: change };
  return (
    <div ref={form}>
      {kept.notice}
      <div className={css['columns']} data-full={isFull || undefined}>
        <div className={css['column']}>
          <DestinationForm {...fields} connection={connection} />
          <TemplateField
            draft={draft}
            saved={before.template}
            known={known}
            isDisabled={!mayManage}
            findings={findings}
            error={errors['template']}
            handle={editor}
            isFull={isFull}
            onFull={setFull}
            onFindings={setFindings}
            onChange={change}
            onRun={run}
          />
          <Suspense>
            <AdvancedSettings {...fields} stored={before} destinationId={base?.id ?? null} />
          </Suspense>
        </div>
        <div className={css['column']}>
          <PreviewPanel
            shown={shown}
            onShow={show}
            pasted={pasted}
            onPaste={paste}
            tried={tried}
            actions={actions}
            action={action}
            preview={preview}
            hasErrors={hasErrors}
            test={test}
            onInsert={(path) => editor.current?.insertPath(path)}
            onGoTo={(line, column) => editor.current?.goToLine(line, column)}
            sendTest={
              <SendTest
                tried={tried}
                baseUrl={connection.baseUrl}
                hasErrors={hasErrors}
                onSent={(delivery) => {
                  setTest(delivery);
                  show({ tab: 'response' });
                }}
              />
            }
          />
        </div>
      </div>
      {failed !== null && !isAtFields && !isConflict ? <Problem error={failed} /> : null}
      {blocking[0] === undefined ? null : (
        <Group gap="xs" mt="md">
          <Text c="var(--console-bad)">{words.blocked(blocking.length)}</Text>
          <Button variant="default" size="compact-sm" onClick={() => editor.current?.goTo(blocking[0] ?? { from: 0 })}>
            {words.showError}
          </Button>
        </Group>
      )}
      <SaveBar isDirty={isDirty}>
        <Button loading={saving.isPending} disabled={!maySave} onClick={() => save('leave')}>
          {parts.save}
        </Button>
        <Button variant="default" disabled={!maySave || saving.isPending} onClick={() => save('stay')}>
          {words.saveAndStay}
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(base ?? {}), ...bodyOf(draft) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save('leave', version)}
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
