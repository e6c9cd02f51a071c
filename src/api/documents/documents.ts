import type { ManagedKind } from '../../contract/documents/document.ts';
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

type RouteIds<One extends string> = Extract<
  | `list${Capitalize<One>}s`
  | `${'create' | 'get' | 'replace' | 'change' | 'delete' | 'restore' | 'apply' | 'rollback'}${Capitalize<One>}`
  | `list${Capitalize<One>}Versions`,
  RouteId
>;

/** The operations common to all kinds of documents. `parentOf` gives the id of the parent of a list. */
export function documentHandlers<const One extends ManagedKind>(
  one: One,
  documents: ReturnType<typeof documentsOf<One>>,
  parentOf: (params: Record<string, string>) => string | null = () => null,
): Pick<Handlers, RouteIds<One>> {
  const One = one.charAt(0).toUpperCase() + one.slice(1);
  const made: { [id: string]: (call: DocumentCall) => unknown } = {
    [`list${One}s`]: ({ query, params }) => documents.list(query, parentOf(params)),
    [`create${One}`]: (call) => documents.create(call, parentOf(call.params)),
    [`get${One}`]: documents.get,
    [`replace${One}`]: documents.replace,
    [`change${One}`]: documents.change,
    [`delete${One}`]: documents.remove,
    [`restore${One}`]: documents.restore,
    [`apply${One}`]: documents.apply,
    [`list${One}Versions`]: documents.versions,
    [`rollback${One}`]: documents.rollback,
  };
  return made as unknown as Pick<Handlers, RouteIds<One>>; // computed keys lose their names in the type
}
