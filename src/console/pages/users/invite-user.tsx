import { type ReactNode, useState } from 'react';
import { terms, users as words } from '../../messages/en.ts';
import type { DialogProps } from '../../parts/document/delete-dialog.tsx';
import { ShownOnce } from '../../parts/form/shown-once.tsx';
import { ActDialog } from '../../parts/parts.ts';
import type { User } from './user.ts';

type Invitation = { email: string; url: string };

/** Asks, because earlier invitations of the user stop working, and shows the new one. */
export function InviteUser({ document: user, onClose }: DialogProps<User>): ReactNode {
  const [made, show] = useState<Invitation | null>(null);
  const email = user?.email ?? '';
  return (
    <>
      <ActDialog
        route="inviteUser"
        input={user && { params: { id: user.id } }}
        title={words.inviteTitle(email)}
        verb={words.invite}
        isDangerous={false}
        onDone={({ inviteUrl }) => show({ email, url: inviteUrl ?? '' })}
        onClose={onClose}
      >
        {words.inviteText}
      </ActDialog>
      <ShownInvitation invitation={made} onDone={() => show(null)} />
    </>
  );
}

/** The link of an invitation, which is shown only once. */
export function ShownInvitation({
  invitation,
  onDone,
}: {
  invitation: Invitation | null;
  onDone: () => void;
}): ReactNode {
  return (
    <ShownOnce
      value={invitation?.url ?? null}
      title={words.invitationTitle(invitation?.email ?? '')}
      text={words.invitationText}
      label={words.invitation}
      copy={terms.copyLink}
      done={terms.done}
      onDone={onDone}
    />
  );
}
