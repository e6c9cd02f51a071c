import { type ComponentType, type ReactNode, useState } from 'react';
import { terms } from '../../messages/en.ts';
import { ConfirmDialog, type Deletable, deleteDocument } from '../parts.ts';
import type { DocumentKind, StoredDocument } from './document-kind.ts';

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

/**
 * Deletes a document of a kind: after the kind's question, after `Question`, which counts the consequences, or at once
 * where there is neither. `onDone` leaves the page of the document.
 */
export function useDeletion<Stored extends StoredDocument>(
  kind: DocumentKind<Stored>,
  Question: ComponentType<DialogProps<Stored>> | undefined,
  onDone?: () => void,
): { remove: (document: Stored) => void; dialog: ReactNode } {
  const [asked, ask] = useState<Stored | null>(null);
  const name = asked === null ? '' : kind.nameOf(asked);
  const props: DialogProps<Stored> = {
    document: asked,
    onClose: () => ask(null),
    ...(onDone === undefined ? {} : { onDone }),
  };
  return {
    remove(document) {
      const isAsked = Question !== undefined || kind.deleteText !== undefined;
      if (isAsked) ask(document);
      else void deleteDocument({ kind: kind.kind, id: document.id, name: kind.nameOf(document) }, onDone);
    },
    dialog:
      Question !== undefined ? (
        <Question {...props} />
      ) : (
        <DeleteDialog {...props} kind={kind.kind} name={name}>
          {kind.deleteText}
        </DeleteDialog>
      ),
  };
}
