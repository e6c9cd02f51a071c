import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { settings } from '../../messages/en/settings.ts';
import { users as words } from '../../messages/en/users.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { DeleteUser } from './delete-user.tsx';
import { InviteUser } from './invite-user.tsx';
import { type User, useProtection } from './user.ts';
import { UserEditor } from './user-editor.tsx';
import css from './user-form.module.css';
import { UserStatus } from './user-status.tsx';

export function UserPage(): ReactNode {
  const { userId } = useParams({ from: '/shell/settings/users/$userId' });
  const navigate = useNavigate();
  const me = useMe();
  const protection = useProtection();
  const [dialog, open] = useState<'delete' | 'invite' | null>(null);
  const { data, error, refetch } = useQuery(apiQuery('getUser', { params: { id: userId } }));
  const toList = () => void navigate({ to: '/settings/users' });

  const actions =
    data === undefined || protection(data) !== null ? undefined : (
      <>
        {me?.user?.id === data.id ? null : (
          <Button variant="default" leftSection={<Icon name="key" />} onClick={() => open('invite')}>
            {words.invite}
          </Button>
        )}
        <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => open('delete')}>
          {words.delete}
        </Button>
      </>
    );
  return (
    <Page
      title={words.one}
      object={data?.email ?? words.one}
      id={data?.id}
      right="users:view"
      crumbs={[
        { label: settings.title, to: '/settings' },
        { label: words.title, to: '/settings/users' },
      ]}
      lead={data === undefined ? undefined : <Facts user={data} />}
      actions={actions}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Skeleton height={320} aria-busy="true" /> : null}
      {data === undefined ? null : (
        <UserEditor
          key={userId}
          stored={data}
          onSaved={({ email }) => notifyDone(parts.saved(email))}
          onCancel={toList}
        />
      )}
      <InviteUser user={dialog === 'invite' ? (data ?? null) : null} onClose={() => open(null)} />
      <DeleteUser user={dialog === 'delete' ? (data ?? null) : null} onClose={() => open(null)} onDeleted={toList} />
    </Page>
  );
}

function Facts({ user }: { user: User }): ReactNode {
  const { createdAt, lastSignInAt, updatedAt, updatedBy } = user;
  return (
    <div className={css['facts']}>
      <UserStatus user={user} />
      <span>
        {words.facts.lastSignIn} {lastSignInAt === null ? words.never : <Time at={lastSignInAt} />}
      </span>
      <span>
        {words.facts.created} <Time at={createdAt} />
      </span>
      <span>
        {words.facts.modified} <Time at={updatedAt} /> {words.modifiedBy(updatedBy)}
      </span>
    </div>
  );
}
