import { type ReactNode, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { users as words } from '../../messages/en/users.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { ShownOnce } from '../../parts/form/shown-once.tsx';
import type { User } from './user.ts';

/** An invitation as the API tells it, once. */
export type Invitation = { email: string; url: string };

type Props = {
  /** Who is to be invited anew; null: the dialog is closed. */
  user: Pick<User, 'id' | 'email'> | null;
  onClose: () => void;
  /** What is stored now: the next version of the user. */
};

/** Asks, telling that the address before stops working, and shows the new one. */
export function InviteUser({ user, onClose }: Props): ReactNode {
  const invite = useApi('inviteUser');
  const [made, show] = useState<Invitation | null>(null);
  const email = user?.email ?? '';
  function close() {
    invite.reset();
    onClose();
  }
  return (
    <>
      <ConfirmDialog
        isOpen={user !== null}
        title={words.inviteTitle(email)}
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
                show({ email, url: inviteUrl ?? '' });
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

/** The address of an invitation, shown this once. */
export function ShownInvitation(given: { invitation: Invitation | null; onDone: () => void }): ReactNode {
  const { invitation, onDone } = given;
  return (
    <ShownOnce
      value={invitation?.url ?? null}
      title={words.invitationTitle(invitation?.email ?? '')}
      text={words.invitationText}
      label={words.invitation}
      copy={words.copy}
      done={words.done}
      onDone={onDone}
    />
  );
}
