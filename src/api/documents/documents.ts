import type { ManagedKind } from '../../contract/documents/document.ts';
import { type OfKind, ofKind } from '../../contract/documents/document-routes.ts';
import type { RouteId } from '../../contract/routes.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { documentChanges, documentStore } from './changes.ts';
import type { Kind } from './document-kind.ts';
import { documentHistory } from './history.ts';
import { type DocumentCall, documentReader } from './reading.ts';

/** Reads and writes the documents of one kind. */
export function documentsOf<K extends ManagedKind>(kind: Kind<K>, parts: ApiParts) {
  const reader = documentReader(kind, parts);
  const store = documentStore(kind, parts, reader);
  return {
    ...reader,
    ...store,
    ...documentChanges(kind, parts, reader, store),
    ...documentHistory(kind, parts, reader, store),
  };
}

/** The operations common to all kinds of documents. `parentOf` gives the id of the parent of a list. */
export function documentHandlers<const One extends ManagedKind>(
  one: One,
  documents: ReturnType<typeof documentsOf<One>>,
  parentOf: (params: Record<string, string>) => string | null = () => null,
) {
  const handlers = {
    'list*s': ({ query, params }: DocumentCall) => documents.list(query, parentOf(params)),
    'create*': (call: DocumentCall) => documents.create(call, parentOf(call.params)),
    'get*': documents.get,
    'replace*': documents.replace,
    'change*': documents.change,
    'delete*': documents.remove,
    'restore*': documents.restore,
    'apply*': documents.apply,
    'list*Versions': documents.versions,
    'rollback*': documents.rollback,
  };
  // A call of one kind's route has all of a DocumentCall that its handler reads.
  return ofKind(one, handlers) as unknown as Pick<Handlers, keyof OfKind<One, typeof handlers> & RouteId>;
}
