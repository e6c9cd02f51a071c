import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import type { Connection } from './connection.ts';
import { ConnectionEditor } from './connection-editor.tsx';

export function NewConnectionPage(): ReactNode {
  const navigate = useNavigate();
  function goOn({ id, name }: Connection) {
    notifyDone(words.details.created(name));
    void navigate({ to: '/connections/$connectionId', params: { connectionId: id }, search: { tab: 'destinations' } });
  }
  return (
    <Page
      title={words.details.newTitle}
      right="connections:manage"
      crumbs={[
        { label: words.title, to: '/connections' },
        { label: words.create, to: '/connections/new' },
      ]}
    >
      <ConnectionEditor
        stored={null}
        draftKey="connections/new"
        onContinue={goOn}
        onDone={goOn}
        onCancel={() => void navigate({ to: '/connections' })}
      />
    </Page>
  );
}
