import { type ReactNode, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { terms, users as words } from '../../messages/en.ts';
import type { DialogProps } from '../../parts/document/delete-dialog.tsx';
import { ShownOnce } from '../../parts/form/shown-once.tsx';
import { ConfirmDialog } from '../../parts/parts.ts';
import type { User } from './user.ts';

type Invitation = { email: string; url: string };

/** Asks, because earlier invitations of the user stop working, and shows the new one. */
export function InviteUser({ document: user, onClose }: DialogProps<User>): ReactNode {
  const invite = useApi('inviteUser');
  const [made, show] = useState<Invitation | null>(null);
  function close() {
    invite.reset();
    onClose();
  }
  return (
    <>
      <ConfirmDialog
        isOpen={user !== null}
        title={words.inviteTitle(user?.email ?? '')}
        verb={words.invite}
        isDangerous={false}
        isBusy={invite.isPending}
        error={invite.error}
        onCancel={close}
        onConfirm={() =>
          user !== null &&
          invite.mutate(
            { params: { id: user.id } },
            {
              onSuccess({ inviteUrl }) {
                show({ email: user.email, url: inviteUrl ?? '' });
                close();
              },
            },
          )
        }
      >
        {words.inviteText}
      </ConfirmDialog>
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
