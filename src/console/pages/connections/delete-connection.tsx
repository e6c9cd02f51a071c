import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { allQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import type { Connection } from './connection.ts';

/** Asks and deletes, with Restore; a connection that still has destinations says so instead. */
export function DeleteConnection(props: DialogProps<Connection>): ReactNode {
  const { document: connection } = props;
  const { data: users = [], isLoading } = useQuery({
    ...allQuery('listDestinations', { params: { id: connection?.id ?? '' } }),
    enabled: connection !== null,
  });
  return (
    <DeleteDialog
      {...props}
      kind="connection"
      name={connection?.name ?? ''}
      isBusy={isLoading}
      blockedBy={users.length > 0 ? words.inUse(users.length) : null}
    >
      {words.deleteText}
    </DeleteDialog>
  );
}
