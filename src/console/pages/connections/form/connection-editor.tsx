import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CallInput } from '../../../../client/client.ts';
import { rights } from '../../../../contract/accounts/rights.ts';
import { connections as words } from '../../../messages/en/connections.ts';
import { parts } from '../../../messages/en/parts.ts';
import { terms } from '../../../messages/en/terms.ts';
import { Beside } from '../../../parts/beside.tsx';
import { useEditor } from '../../../parts/form/use-editor.tsx';
import { useMay } from '../../../session/rights.ts';
import { client } from '../../../session/session.ts';
import type { Connection } from '../connection.ts';
import { bodyOf, type ConnectionDraft, draftOf, emptyDraft, problemsOf, withoutSecrets } from './connection-draft.ts';
import { ConnectionForm } from './connection-form.tsx';
import { TestAuthentication } from './test-authentication.tsx';

const w = words.details;

type Props = {
  /** null: a new connection. */
  stored: Connection | null;
  /** The initial form of a new connection. */
  start?: ConnectionDraft;
  draftKey: string;
  /** Whether `start` precedes a kept draft. */
  isFresh?: boolean;
  /** After Save and Continue. */
  onContinue: (saved: Connection, draft: ConnectionDraft) => void;
  /** After Done, which saves changes. */
  onDone?: (saved: Connection) => void;
  onCancel: () => void;
};

/** The form of a connection with its test. */
export function ConnectionEditor({
  stored,
  start = emptyDraft,
  draftKey,
  isFresh = false,
  ...leave
}: Props): ReactNode {
  const mayManage = useMay('connections:manage');
  const editor = useEditor<Connection, ConnectionDraft, Connection, 'continue' | 'done'>({
    draftKey,
    stored,
    draftOf: (one) => (one === null ? start : draftOf(one)),
    first: isFresh ? start : undefined,
    kept: withoutSecrets,
    problemsOf,
    create: (draft) => client().call('createConnection', { body: bodyOf(draft, null) }),
    replace: (base, draft, over) =>
      client().call('replaceConnection', { params: { id: base.id }, body: bodyOf(draft, base), ...over }),
    load: (id) => client().call('getConnection', { params: { id } }),
    shownOf: bodyOf,
    blockedBy: mayManage ? null : parts.noRight(rights['connections:manage']),
    how: 'continue',
    onSaved: (saved, how, draft) => (how === 'done' ? leave.onDone?.(saved) : leave.onContinue(saved, draft)),
    onCancel: leave.onCancel,
  });
  const { draft, base, form, isDirty, isSaving, save, frame } = editor;
  const done =
    base === null ? null : (
      <Button variant="default" disabled={isSaving} onClick={() => (isDirty ? save('done') : leave.onDone?.(base))}>
        {terms.done}
      </Button>
    );
  return frame(
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
      <ConnectionForm {...form} hasNoDestinations={base === null && start === emptyDraft} />
    </Beside>,
    {
      editing: (
        <>
          <Button loading={isSaving} onClick={() => save('continue')}>
            {w.saveAndContinue}
          </Button>
          {done}
        </>
      ),
      reading: done,
    },
  );
}
