import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { deleteDocument } from '../../parts/list/delete-document.ts';

const w = words.destinations;

type Props = { destination: { id: string; name: string } | null; held: number; onClose: () => void };

/** Asks and deletes, with Restore. That Actions use it is the server's to find when it is not known here. */
export function DeleteDestination({ destination, held, onClose }: Props): ReactNode {
  const name = destination?.name ?? '';
  return (
    <ConfirmDialog
      isOpen={destination !== null}
      title={terms.deleteTitle(name)}
      verb={terms.delete}
      onCancel={onClose}
      onConfirm={() => {
        if (destination !== null) void deleteDocument({ ...destination, kind: 'destination' });
        onClose();
      }}
    >
      {held > 0 ? w.deleteHeld(held) : w.deleteText}
    </ConfirmDialog>
  );
}
