import { Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { queryClient } from '../../../data/query-client.ts';
import { connections as words } from '../../../messages/en/connections.ts';
import { shell } from '../../../messages/en/shell.ts';
import { terms } from '../../../messages/en/terms.ts';
import { notifyDone, notifyFailed } from '../../../parts/notify.ts';
import { client } from '../../../session/session.ts';
import type { Crumb } from '../../../shell/page.tsx';
import type { Connection } from '../connection.ts';
import { type ConnectionDraft, emptyDraft } from '../form/connection-draft.ts';
import { ConnectionEditor } from '../form/connection-editor.tsx';
import { namesOf } from '../traffic-columns.tsx';
import type { Start } from './start.ts';

/** The pages above every page that creates a connection. */
export const newCrumbs: Crumb[] = [
  { label: shell.pages.connections, to: '/connections' },
  { label: terms.newConnection, to: '/connections/new' },
];

type Props = {
  /** null: an empty form. */
  start: Start | null;
  draftKey: string;
  /** Whether `start` precedes a kept draft, because it was just pasted. */
  isFresh?: boolean;
  /** Above the form, in place of the names of these destinations. */
  children?: ReactNode;
};

/** The form of a new connection. Save and Continue creates its destinations and opens them. */
export function NewConnection({ start, draftKey, isFresh = false, children }: Props): ReactNode {
  const navigate = useNavigate();
  // A later version of the copied connection must not change the form.
  const [first] = useState(start);
  async function goOn({ id, name }: Connection, { firstPath }: ConnectionDraft) {
    notifyDone(words.details.created(name));
    for (const body of first?.destinations ?? [])
      await client().call('createDestination', { params: { id }, body }).catch(notifyFailed);
    if (first !== null) await queryClient.invalidateQueries();
    const search = { tab: 'destinations' as const, ...(firstPath === '' ? {} : { path: firstPath }) };
    await navigate({ to: '/connections/$connectionId', params: { connectionId: id }, search });
  }
  return (
    <>
      {children ??
        (first === null || first.destinations.length === 0 ? null : (
          <Text c="dimmed" mb="md">
            {words.details.comesWith(namesOf(first.destinations))}
          </Text>
        ))}
      <ConnectionEditor
        stored={null}
        start={first?.draft ?? emptyDraft}
        draftKey={draftKey}
        isFresh={isFresh}
        onContinue={goOn}
        onCancel={() => void navigate({ to: '/connections' })}
      />
    </>
  );
}
