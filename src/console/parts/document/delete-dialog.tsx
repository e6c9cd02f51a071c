import type { ReactNode } from 'react';
import { terms } from '../../messages/en.ts';
import { ConfirmDialog, type Deletable, deleteDocument } from '../parts.ts';

/** A dialog about one document; null: it is closed. */
export type DialogProps<Document> = { document: Document | null; onClose: () => void; onDone?: () => void };

type Props = DialogProps<{ id: string }> & {
  kind: Deletable['kind'];
  name: string;
  /** Why it can't be deleted, in place of the question. */
  blockedBy?: ReactNode;
  /** Whether the consequences are still being counted. */
  isBusy?: boolean;
  /** The consequences, counted. */
  children: ReactNode;
};

/** Asks with the consequences and deletes, with Restore where the kind has it. `onDone` leaves the page of the document. */
export function DeleteDialog({ document, kind, name, onClose, onDone, children, ...more }: Props): ReactNode {
  return (
    <ConfirmDialog
      {...more}
      isOpen={document !== null}
      title={terms.deleteTitle(name)}
      verb={terms.delete}
      onCancel={onClose}
      onConfirm={() => {
        if (document !== null) void deleteDocument({ kind, id: document.id, name }, onDone);
        onClose();
      }}
    >
      {children}
    </ConfirmDialog>
  );
}
