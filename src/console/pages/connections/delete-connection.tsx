import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { deleteDocument } from '../../parts/list/delete-document.ts';

type Props = {
  /** What is to be deleted; null: the dialog is closed. */
  connection: { id: string; name: string } | null;
  onClose: () => void;
  onDeleted: () => void;
};

/** Asks and deletes, with Restore; a connection that still has destinations says so instead. */
export function DeleteConnection({ connection, onClose, onDeleted }: Props): ReactNode {
  const id = connection?.id ?? '';
  const { data } = useQuery({
    ...apiQuery('listDestinations', { params: { id }, query: { limit: 200 } }),
    enabled: connection !== null,
  });
  const name = connection?.name ?? '';
  const users = data?.data ?? [];
  return (
    <ConfirmDialog
      isOpen={connection !== null}
      title={terms.deleteTitle(name)}
      verb={terms.delete}
      isBusy={connection !== null && data === undefined}
      blockedBy={users.length > 0 ? words.inUse(users.length) : null}
      onCancel={onClose}
      onConfirm={() => void deleteDocument({ kind: 'connection', id, name }, onDeleted)}
    >
      {words.deleteText}
    </ConfirmDialog>
  );
}
