import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { alerts as words } from '../../messages/en/alerts.ts';
import { settings } from '../../messages/en/settings.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import { AlertEditor } from './alert-editor.tsx';

export function NewAlertPage(): ReactNode {
  const navigate = useNavigate();
  return (
    <Page
      title={words.newTitle}
      right="settings:manage"
      crumbs={[
        { label: settings.title, to: '/settings' },
        { label: words.title, to: '/settings/alerts' },
      ]}
    >
      <AlertEditor
        stored={null}
        onSaved={({ id, name }) => {
          notifyDone(words.created(name));
          void navigate({ to: '/settings/alerts/$alertId', params: { alertId: id }, search: {} });
        }}
        onCancel={() => void navigate({ to: '/settings/alerts' })}
      />
    </Page>
  );
}
