import { Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useAllQuery } from '../../data/data.ts';
import { terms, users as words } from '../../messages/en.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { ShownOnce } from '../../parts/form/shown-once.tsx';
import { ActDialog } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
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

/** Asks with the number of tokens that stop working, and deletes. */
export function DeleteUser(props: DialogProps<User>): ReactNode {
  const { document: user } = props;
  const isYou = useMe()?.user?.id === user?.id;
  const tokens = useAllQuery('listTokens', { query: { userId: user?.id ?? '' } }, { enabled: user !== null });
  return (
    <DeleteDialog {...props} kind="user" name={user?.email ?? ''} isBusy={tokens.isLoading}>
      <Stack gap="sm">
        <Text>{words.deleteText(tokens.data?.length ?? null)}</Text>
        {isYou ? <Text fw={550}>{words.deleteYou}</Text> : null}
      </Stack>
    </DeleteDialog>
  );
}
