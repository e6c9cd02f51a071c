import { type ComponentType, type ReactNode, useState } from 'react';
import { deleteDocument } from '../parts.ts';
import { DeleteDialog, type DialogProps } from './delete-dialog.tsx';
import type { DocumentKind, StoredDocument } from './document-kind.ts';

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
