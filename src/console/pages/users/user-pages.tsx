import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { terms, users as words } from '../../messages/en.ts';
import { useToList } from '../../parts/document/document-kind.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { Icon, notifyDone, Time } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { DeleteUser } from './delete-user.tsx';
import { InviteUser, ShownInvitation } from './invite-user.tsx';
import { type User, useProtection, userKind } from './user.ts';
import { bodyOf, draftOf, keptOf, problemsOf, shownOf } from './user-draft.ts';
import { UserForm } from './user-form.tsx';
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
          <Button leftSection={<Icon name="key" />} onClick={() => invite(user)}>
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

export const NewUserPage = newDocumentPage(userKind, UserEditor);

/** The form of a user with its buttons; then the link of the invitation. `stored`: null for a new one. */
function UserEditor({ stored }: { stored: User | null }): ReactNode {
  const protection = useProtection();
  const toList = useToList(userKind);
  const [invitation, show] = useState<{ email: string; url: string } | null>(null);
  const { frame, form, base } = useDocumentEditor(userKind, stored, {
    draftOf,
    kept: keptOf,
    problemsOf,
    atFields,
    bodyOf,
    shownOf,
    blockedBy: protection(stored ?? { roleIds: [] }),
    onCreated({ email, inviteUrl: url }) {
      if (url !== undefined) return show({ email, url });
      notifyDone(terms.createdNow(email));
      toList();
    },
  });
  return (
    <>
      {frame(<UserForm {...form} user={base} />)}
      <ShownInvitation invitation={invitation} onDone={toList} />
    </>
  );
}

/** What the server said about fields; an e-mail that is taken belongs to the field E-mail, a role to the roles. */
function atFields(told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(told).map(([path, text]) => [
      path === 'name' ? 'email' : path.startsWith('roleIds') ? 'roleIds' : path,
      text,
    ]),
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
