import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { allQuery, useApi } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';

type Props = {
  /** What is to be deleted; null: the dialog is closed. */
  role: { id: string; name: string } | null;
  onClose: () => void;
  onDeleted: () => void;
};

/** Asks and deletes; a role that somebody has names who instead. */
export function DeleteRole({ role, onClose, onDeleted }: Props): ReactNode {
  const remove = useApi('deleteRole');
  const holders = useQuery({
    ...allQuery('listUsers', { query: { roleId: role?.id ?? '' } }),
    enabled: role !== null,
  });
  const name = role?.name ?? '';
  const users = holders.data ?? [];
  function close() {
    remove.reset();
    onClose();
  }
  const inUse =
    users.length === 0 ? null : (
      <Stack gap="xs">
        <Text>{words.inUse(users.length)}</Text>
        <ul>
          {users.map(({ id, email }) => (
            <li key={id}>
              <Anchor component={Link} to="/settings/users/$userId" params={{ userId: id } as never}>
                {email}
              </Anchor>
            </li>
          ))}
        </ul>
      </Stack>
    );
  return (
    <ConfirmDialog
      isOpen={role !== null}
      title={words.deleteTitle(name)}
      verb={words.delete}
      isBusy={remove.isPending || (role !== null && holders.isLoading)}
      blockedBy={inUse}
      error={remove.error}
      onCancel={close}
      onConfirm={() =>
        role !== null &&
        remove.mutate(
          { params: { id: role.id } },
          {
            onSuccess() {
              notifyDone(parts.deleted(name));
              close();
              onDeleted();
            },
          },
        )
      }
    >
      {words.deleteText}
    </ConfirmDialog>
  );
}
