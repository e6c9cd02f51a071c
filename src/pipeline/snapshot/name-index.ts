import type { StoredDocument } from '../../catalog/catalog.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import { foldName } from '../../contract/fold-name.ts';

type Named = Pick<StoredDocument, 'kind' | 'id' | 'body'>;

/** Indexes documents by name and destinations by connection, so that a change of one document needs no scan of all. */
export function nameIndex() {
  const byName = new Map<string, Set<string>>();
  const byConnection = new Map<string, Set<string>>();
  return {
    add(document: Named) {
      const { kind, id, name, connectionId } = partsOf(document);
      put(byName, placeOf(kind, name, connectionId), id);
      if (connectionId !== '') put(byConnection, connectionId, id);
    },
    remove(document: Named) {
      const { kind, id, name, connectionId } = partsOf(document);
      take(byName, placeOf(kind, name, connectionId), id);
      take(byConnection, connectionId, id);
    },
    idsOf: (kind: DocumentKind, name: string, connectionId = ''): Iterable<string> =>
      byName.get(placeOf(kind, name, connectionId)) ?? [],
    destinationsOf: (connectionId: string): Iterable<string> => byConnection.get(connectionId) ?? [],
  };
}

function partsOf({ kind, id, body }: Named) {
  const { name, connectionId = '' } = body as { name: string; connectionId?: string }; // bodies of all kinds have names
  return { kind, id, name, connectionId };
}

function placeOf(kind: string, name: string, connectionId: string): string {
  return `${kind} ${connectionId} ${foldName(name)}`;
}

function put(ids: Map<string, Set<string>>, key: string, id: string): void {
  const known = ids.get(key);
  if (known === undefined) ids.set(key, new Set([id]));
  else known.add(id);
}

function take(ids: Map<string, Set<string>>, key: string, id: string): void {
  const known = ids.get(key);
  known?.delete(id);
  if (known?.size === 0) ids.delete(key);
}
