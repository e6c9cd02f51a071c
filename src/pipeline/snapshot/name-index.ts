import type { StoredDocument } from '../../catalog/catalog.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import { foldName } from '../../contract/fold-name.ts';

type Named = Pick<StoredDocument, 'kind' | 'id' | 'body'>;

/** Indexes documents by name and destinations by connection, so that a change of one document needs no scan of all. */
export function nameIndex() {
  const index = new Map<string, Set<string>>();
  return {
    add(document: Named): void {
      for (const key of keysOf(document)) index.set(key, (index.get(key) ?? new Set()).add(document.id));
    },
    remove(document: Named): void {
      for (const key of keysOf(document)) {
        const ids = index.get(key);
        ids?.delete(document.id);
        if (ids?.size === 0) index.delete(key);
      }
    },
    idsOf: (kind: DocumentKind, name: string, connectionId = ''): Iterable<string> =>
      index.get(nameKey(kind, name, connectionId)) ?? [],
    destinationsOf: (connectionId: string): Iterable<string> => index.get(connectionKey(connectionId)) ?? [],
  };
}

function keysOf({ kind, body }: Named): string[] {
  const { name, connectionId = '' } = body as { name: string; connectionId?: string }; // bodies of all kinds have names
  const key = nameKey(kind, name, connectionId);
  return connectionId === '' ? [key] : [key, connectionKey(connectionId)];
}

const nameKey = (kind: string, name: string, connectionId: string) => `${kind} ${connectionId} ${foldName(name)}`;
const connectionKey = (connectionId: string) => `destinations of ${connectionId}`;
