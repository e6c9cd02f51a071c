import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, Suspense, useRef, useState } from 'react';
import { rights } from '../../../../contract/accounts/rights.ts';
import type { TemplateFinding } from '../../../editor/findings.ts';
import type { EditorHandle } from '../../../editor/template-editor.tsx';
import { parts, terms, destinations as words } from '../../../messages/en.ts';
import { useEditor } from '../../../parts/form/use-editor.tsx';
import { Note, notifyDone } from '../../../parts/parts.ts';
import { useMay } from '../../../session/rights.ts';
import { client } from '../../../session/session.ts';
import { lazyPart } from '../../../shell/lazy-part.ts';
import {
  bodyOf,
  type Destination,
  type DestinationDraft,
  draftOf,
  emptyDraft,
  problemsOf,
  withoutSecrets,
} from './destination-draft.ts';
import css from './destination-editor.module.css';
import { DestinationForm } from './destination-form.tsx';
import { useDestinationPreview } from './preview/use-preview.ts';
import { TemplateField } from './template-field.tsx';

const PreviewPanel = lazyPart(() => import('./preview/preview-panel.tsx'), 'PreviewPanel');
const AdvancedSettings = lazyPart(() => import('./advanced-settings.tsx'), 'AdvancedSettings');

type Props = {
  connection: { id: string; baseUrl: string; port: number | null };
  /** What is stored; null: a new destination. */
  stored: Destination | null;
  /** What a new destination begins with, when something was pasted. */
  start?: DestinationDraft | undefined;
  /** Whether a stored one opens to be edited. */
  begins?: boolean;
};

/** The form of a destination, its template and the preview beside it. */
export function DestinationEditor({ connection, stored, start, begins = false }: Props): ReactNode {
  const navigate = useNavigate();
  const params = { connectionId: connection.id };
  const leave = () => void navigate({ to: '/connections/$connectionId', params, search: { tab: 'destinations' } });
  const mayManage = useMay('connections:manage');
  const mayReplay = useMay('deliveries:manage');
  const [findings, setFindings] = useState<readonly TemplateFinding[]>([]);
  const blocking = findings.filter(({ severity }) => severity === 'error');
  const hasErrors = blocking.length > 0;
  const editor = useRef<EditorHandle>(null);
  const { draft, latest, base, form, isDisabled, isDirty, isSaving, save, edit, frame } = useEditor<
    Destination,
    DestinationDraft,
    Destination,
    'leave' | 'stay'
  >({
    draftKey: `destination.${connection.id}.${stored?.id ?? 'new'}`,
    stored,
    draftOf: (one) => (one === null ? emptyDraft : draftOf(one)),
    first: start,
    kept: withoutSecrets,
    problemsOf: (draft) => ({
      ...problemsOf(draft),
      ...(hasErrors ? { template: words.blocked(blocking.length) } : {}),
    }),
    create: (draft) => client().call('createDestination', { params: { id: connection.id }, body: bodyOf(draft) }),
    replace: ({ id }, draft, over) =>
      client().call('replaceDestination', { params: { id }, body: bodyOf(draft), ...over }),
    load: (id) => client().call('getDestination', { params: { id } }),
    shownOf: bodyOf,
    blockedBy: mayManage ? null : parts.mayNotChange(rights['connections:manage']),
    how: 'stay',
    beginsEditing: begins,
    staysIn: 'stay',
    onSaved({ id, name }, how) {
      notifyDone(terms.saved(name));
      if (stored !== null && mayReplay) {
        const open = () => void navigate({ to: '/replays', search: { from: 'failed', destination: id } });
        // Loaded after the save. Without it, failed deliveries are sent again from the page of the destination.
        import('../../../parts/replay/offer-failed.ts')
          .then(({ offerFailed }) => offerFailed(id, open))
          .catch(() => {});
      }
      if (how === 'leave') leave();
      else if (stored === null)
        void navigate({
          to: '/connections/$connectionId/destinations/$destinationId',
          params: { ...params, destinationId: id },
          replace: true,
        });
    },
    onCancel: leave,
  });
  const [isFull, setFull] = useState(false);
  const given = { destinationId: base?.id ?? null, connectionId: connection.id, draft, latest };
  const preview = useDestinationPreview(given, hasErrors);
  useHotkeys([['mod+Enter', preview.run]], []);

  return frame(
    <div className={css['columns']} data-full={isFull || undefined} data-reading={isDisabled || undefined}>
      <Stack miw={0}>
        <DestinationForm {...form} connection={connection} isNew={stored === null} />
        <TemplateField
          {...form}
          known={preview.known}
          findings={findings}
          handle={editor}
          isFull={isFull}
          onFull={setFull}
          onFindings={setFindings}
          onRun={preview.run}
          isNew={stored === null}
          save={
            mayManage && isDisabled ? (
              <Button size="xs" variant="filled" onClick={edit}>
                {terms.edit}
              </Button>
            ) : isDisabled ? null : (
              <>
                <Button size="xs" variant="filled" loading={isSaving} disabled={hasErrors} onClick={() => save('stay')}>
                  {words.saveAndStay}
                </Button>
                <Note role="status">{isDirty ? parts.unsaved : ''}</Note>
              </>
            )
          }
        />
        <Suspense>
          <AdvancedSettings {...form} destinationId={base?.id ?? null} />
        </Suspense>
      </Stack>
      <div className={css['preview']}>
        <Suspense fallback={<Skeleton height={320} />}>
          <PreviewPanel
            preview={preview}
            baseUrl={connection.baseUrl}
            onInsert={(path) => editor.current?.insertPath(path)}
            onGoTo={(line, column) => editor.current?.goToLine(line, column)}
          />
        </Suspense>
      </div>
    </div>,
    {
      editing: (
        <>
          <Button variant="filled" loading={isSaving} disabled={hasErrors} onClick={() => save('leave')}>
            {terms.save}
          </Button>
          <Button disabled={hasErrors || isSaving} onClick={() => save('stay')}>
            {words.saveAndStay}
          </Button>
          {blocking[0] === undefined ? null : (
            <>
              <Text c="var(--console-bad)">{words.blocked(blocking.length)}</Text>
              <Button size="compact-sm" onClick={() => editor.current?.goTo(blocking[0] ?? { from: 0 })}>
                {words.check.filter}
              </Button>
            </>
          )}
        </>
      ),
    },
  );
}
