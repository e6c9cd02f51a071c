import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { settings } from '../../messages/en/settings.ts';
import { users as words } from '../../messages/en/users.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import { type Invitation, ShownInvitation } from './invite-user.tsx';
import { UserEditor } from './user-editor.tsx';

export function NewUserPage(): ReactNode {
  const navigate = useNavigate();
  const [invitation, show] = useState<Invitation | null>(null);
  const toList = () => void navigate({ to: '/settings/users' });
  return (
    <Page
      title={words.newTitle}
      right="users:manage"
      crumbs={[
        { label: settings.title, to: '/settings' },
        { label: words.title, to: '/settings/users' },
      ]}
    >
      <UserEditor
        stored={null}
        onSaved={({ email, inviteUrl }) => {
          if (inviteUrl !== undefined) {
            show({ email, url: inviteUrl });
            return;
          }
          notifyDone(words.created(email));
          toList();
        }}
        onCancel={toList}
      />
      <ShownInvitation invitation={invitation} onDone={toList} />
    </Page>
  );
}
