import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { terms } from '../../messages/en/terms.ts';
import { users as words } from '../../messages/en/users.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { useMe } from '../../session/rights.ts';
import { DeleteUser } from './delete-user.tsx';
import { InviteUser } from './invite-user.tsx';
import { type User, useProtection, userKind } from './user.ts';
import { UserEditor } from './user-editor.tsx';
import { UserStatus } from './user-status.tsx';

export function UserPage(): ReactNode {
  const me = useMe();
  const protection = useProtection();
  const [invited, invite] = useState<User | null>(null);
  return (
    <DocumentPage
      kind={userKind}
      lead={(user) => <Facts user={user} />}
      actions={(user) =>
        protection(user) !== null || me?.user?.id === user.id ? null : (
          <Button variant="default" leftSection={<Icon name="key" />} onClick={() => invite(user)}>
            {words.invite}
          </Button>
        )
      }
      blockedBy={protection}
      deletion={DeleteUser}
    >
      {(user) => (
        <>
          <UserEditor key={user.id} stored={user} />
          <InviteUser document={invited} onClose={() => invite(null)} />
        </>
      )}
    </DocumentPage>
  );
}

function Facts({ user }: { user: User }): ReactNode {
  const { createdAt, lastSignInAt, updatedAt, updatedBy } = user;
  return (
    <Group gap="xs">
      <UserStatus user={user} />
      <span>
        {terms.lastSignIn} {lastSignInAt === null ? terms.never : <Time at={lastSignInAt} />}
      </span>
      <span>
        {terms.created} <Time at={createdAt} />
      </span>
      <span>
        {terms.modified} <Time at={updatedAt} /> {terms.by(updatedBy)}
      </span>
    </Group>
  );
}
