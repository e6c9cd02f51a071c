import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { allQuery, useApi } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { users as words } from '../../messages/en/users.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { useMe } from '../../session/rights.ts';
import type { User } from './user.ts';

type Props = {
  /** Who is to be deleted; null: the dialog is closed. */
  user: Pick<User, 'id' | 'email'> | null;
  onClose: () => void;
  onDeleted: () => void;
};

/** Asks with what ends, its tokens counted, and deletes. */
export function DeleteUser({ user, onClose, onDeleted }: Props): ReactNode {
  const remove = useApi('deleteUser');
  const isYou = useMe()?.user?.id === user?.id;
  const tokens = useQuery({
    ...allQuery('listTokens', { query: { userId: user?.id ?? '' } }),
    enabled: user !== null,
  });
  const email = user?.email ?? '';
  function close() {
    remove.reset();
    onClose();
  }
  return (
    <ConfirmDialog
      isOpen={user !== null}
      title={words.deleteTitle(email)}
      verb={words.delete}
      isBusy={remove.isPending || (user !== null && tokens.isLoading)}
      error={remove.error}
      onCancel={close}
      onConfirm={() =>
        user !== null &&
        remove.mutate(
          { params: { id: user.id } },
          {
            onSuccess() {
              notifyDone(parts.deleted(email));
              close();
              onDeleted();
            },
          },
        )
      }
    >
      <Stack gap="sm">
        <Text>{words.deleteText(tokens.data?.length ?? null)}</Text>
        {isYou ? <Text fw={550}>{words.deleteYou}</Text> : null}
      </Stack>
    </ConfirmDialog>
  );
}
