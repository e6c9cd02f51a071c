import { Button, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import type { CallInput } from '../../../../client/client.ts';
import { rights } from '../../../../contract/accounts/rights.ts';
import { useApi } from '../../../data/data.ts';
import { parts, terms, connections as words } from '../../../messages/en.ts';
import { filledIn } from '../../../presets/placeholders.ts';
import { useMay } from '../../../session/rights.ts';
import { client } from '../../../session/session.ts';
import { useEditor } from '../../form/use-editor.tsx';
import { Beside, notifyDone, notifyFailed } from '../../parts.ts';
import type { Connection } from '../connection.ts';
import type { Start } from '../start.ts';
import { type Destination, namesOf } from '../usage.ts';
import {
  bodyOf,
  type ConnectionDraft,
  draftOf,
  emptyDraft,
  problemsOf,
  valueProblems,
  withoutSecrets,
  withoutSecretValues,
} from './connection-draft.ts';
import { ConnectionForm } from './connection-form.tsx';
import { PresetFields } from './preset-fields.tsx';
import { TestAuthentication } from './test-authentication.tsx';

const w = words.details;

type Props = {
  /** null: a new connection. */
  stored: Connection | null;
  /** The beginning of a new connection, unless it is an empty form. */
  start?: Start;
  draftKey: string;
  /** Whether `start` precedes a kept draft, because it was just pasted. */
  isFresh?: boolean;
  /** In a dialog: the connection is used elsewhere, and its own pages are not opened. */
  onMade?: (connection: Connection, destinations: readonly Destination[]) => void;
  onCancel?: () => void;
};

/** The form of a connection with its test. Save and Continue leads to its destinations, Done to the list. */
export function ConnectionEditor({ stored, start, draftKey, isFresh = false, onMade, onCancel }: Props): ReactNode {
  const navigate = useNavigate();
  const mayManage = useMay('connections:manage');
  const createDestination = useApi('createDestination');
  // A later version of a connection that is copied must not change the form.
  const [{ draft: first, destinations, values = [] }] = useState<Start>(
    start ?? { draft: emptyDraft, destinations: [] },
  );
  const made = useRef<Destination[]>([]);
  const leave = ({ id }: Connection) => void navigate({ to: '/connections', search: { done: id } });
  const editor = useEditor<Connection, ConnectionDraft, Connection, 'continue' | 'done'>({
    draftKey,
    stored,
    draftOf: (one) => (one === null ? first : draftOf(one)),
    first: isFresh ? first : undefined,
    kept: (draft) => ({ ...withoutSecrets(draft), values: withoutSecretValues(draft, values) }),
    problemsOf: (draft) => ({ ...problemsOf(draft), ...valueProblems(draft, values) }),
    async create(draft) {
      const connection = await client().call('createConnection', { body: bodyOf(draft, null) });
      const params = { id: connection.id };
      for (const { path = '', ...one } of destinations) {
        const body = { ...one, path: filledIn(path, draft.values) };
        const created = await createDestination.mutateAsync({ params, body }).catch(notifyFailed);
        if (created !== undefined) made.current.push(created);
      }
      return connection;
    },
    replace: (base, draft, over) =>
      client().call('replaceConnection', { params: { id: base.id }, body: bodyOf(draft, base), ...over }),
    load: (id) => client().call('getConnection', { params: { id } }),
    shownOf: bodyOf,
    blockedBy: mayManage ? null : parts.mayNotChange(rights['connections:manage']),
    how: 'continue',
    onSaved(saved, how, { firstPath }, over) {
      if (saved.version !== over)
        notifyDone((stored !== null ? terms.saved : destinations.length === 0 ? w.created : w.createdWith)(saved.name));
      if (onMade !== undefined) return onMade(saved, made.current);
      if (how === 'done') return leave(saved);
      const search = { tab: 'destinations' as const, ...(firstPath === '' ? {} : { path: firstPath }) };
      void navigate({ to: '/connections/$connectionId', params: { connectionId: saved.id }, search });
    },
    onCancel: onCancel ?? (() => void navigate({ to: '/connections' })),
  });
  const { draft, base, form, isDirty, isSaving, save, frame } = editor;
  const done = (
    <Button disabled={isSaving} onClick={() => (base === null || isDirty ? save('done') : leave(base))}>
      {terms.done}
    </Button>
  );
  return frame(
    <>
      {destinations.length === 0 ? null : <Text c="dimmed">{w.comesWith(namesOf(destinations))}</Text>}
      <Beside
        asideWidth="22rem"
        aside={
          <TestAuthentication
            isDisabled={!mayManage || draft.baseUrl.trim() === ''}
            // With the id of a stored connection, the test uses its stored secrets.
            body={() =>
              ({
                ...bodyOf({ ...draft, name: draft.name.trim() || terms.testAuthentication }, base),
                ...(base === null ? {} : { id: base.id }),
              }) as CallInput<'testUnsavedConnection'>['body']
            }
          />
        }
      >
        <Stack>
          {values.length === 0 ? null : <PresetFields {...form} values={values} />}
          <ConnectionForm {...form} hasNoDestinations={base === null && destinations.length === 0} />
        </Stack>
      </Beside>
    </>,
    {
      editing: (
        <>
          <Button variant="filled" loading={isSaving} onClick={() => save('continue')}>
            {onMade === undefined ? w.saveAndContinue : words.dialog.createAndUse}
          </Button>
          {onMade === undefined ? done : null}
        </>
      ),
      reading: done,
    },
  );
}
