import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { roles as words } from '../../messages/en/roles.ts';
import { settings } from '../../messages/en/settings.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import { RoleEditor } from './role-editor.tsx';

export function NewRolePage(): ReactNode {
  const navigate = useNavigate();
  const toList = () => void navigate({ to: '/settings/roles' });
  return (
    <Page
      title={words.newTitle}
      right="users:manage"
      crumbs={[
        { label: settings.title, to: '/settings' },
        { label: words.title, to: '/settings/roles' },
      ]}
    >
      <RoleEditor
        stored={null}
        onSaved={({ name }) => {
          notifyDone(words.created(name));
          toList();
        }}
        onCancel={toList}
      />
    </Page>
  );
}
