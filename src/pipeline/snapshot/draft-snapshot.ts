import type { StoredDocument } from '../../catalog/catalog.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import { type Document, nameIndex, type Snapshot } from './snapshot.ts';

/**
 * A snapshot with changes that are not stored, for the checks of several documents that refer to each other. A change
 * is visible at once in `documents` and `idsNamed`; all else is that of the base.
 */
export function draftSnapshot(base: Snapshot) {
  const copies = new Map<DocumentKind, Map<string, Document<unknown>>>();
  const names = nameIndex();
  const documents = { ...base.documents };

  function copyOf(kind: DocumentKind): Map<string, Document<unknown>> {
    const copy = copies.get(kind) ?? new Map<string, Document<unknown>>(base.documents[kind]);
    copies.set(kind, copy);
    Object.assign(documents, { [kind]: copy });
    return copy;
  }

  const snapshot: Snapshot = {
    ...base,
    documents,
    idsNamed: (kind, name, connectionId) =>
      new Set([...base.idsNamed(kind, name, connectionId), ...names.idsOf(kind, name, connectionId)]),
  };
  return {
    snapshot,
    put(document: StoredDocument): void {
      copyOf(document.kind).set(document.id, document);
      names.add(document);
    },
    /** Takes a `put` back. */
    undo(document: StoredDocument): void {
      const { kind, id } = document;
      const before = base.documents[kind].get(id);
      if (before === undefined) copyOf(kind).delete(id);
      else copyOf(kind).set(id, before);
      names.remove(document);
    },
  };
}
