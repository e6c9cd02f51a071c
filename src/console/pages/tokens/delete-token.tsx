import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ShownToken } from '../../../contract/accounts/token.ts';
import { useApi } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { tokens as words } from '../../messages/en/tokens.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';

type Props = {
  /** What is to be deleted; null: the dialog is closed. */
  token: ShownToken | null;
  isOwn: boolean;
  onClose: () => void;
};

/** Asks with when it was used last, and deletes: whatever uses it is refused from then on. */
export function DeleteToken({ token, isOwn, onClose }: Props): ReactNode {
  const own = useApi('deleteMyToken');
  const anyone = useApi('deleteToken');
  const remove = isOwn ? own : anyone;
  const name = token?.name ?? '';
  function close() {
    own.reset();
    anyone.reset();
    onClose();
  }
  return (
    <ConfirmDialog
      isOpen={token !== null}
      title={words.deleteTitle(name)}
      verb={words.delete}
      isBusy={remove.isPending}
      error={remove.error}
      onCancel={close}
      onConfirm={() =>
        token !== null &&
        remove.mutate(
          { params: { id: token.id } },
          {
            onSuccess() {
              notifyDone(parts.deleted(name));
              close();
            },
          },
        )
      }
    >
      <Stack gap="sm">
        <Text>{words.deleteText}</Text>
        <Text>
          {words.lastUsed} {token?.lastUsedAt == null ? words.unused : <Time at={token.lastUsedAt} />}
        </Text>
      </Stack>
    </ConfirmDialog>
  );
}
