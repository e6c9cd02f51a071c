import type { StoredDocument } from '../catalog/catalog.ts';
import type { DocumentKind } from '../contract/document.ts';
import { foldName } from '../contract/fold-name.ts';

type Named = Pick<StoredDocument, 'kind' | 'id' | 'body'>;

/** Which documents have a name, without a walk over all of them at each change of one. */
export function nameIndex() {
  const ids = new Map<string, Set<string>>();
  return {
    add(document: Named) {
      const key = keyOf(document);
      const known = ids.get(key);
      if (known === undefined) ids.set(key, new Set([document.id]));
      else known.add(document.id);
    },
    remove(document: Named) {
      const key = keyOf(document);
      const known = ids.get(key);
      known?.delete(document.id);
      if (known?.size === 0) ids.delete(key);
    },
    idsOf: (kind: DocumentKind, name: string, connectionId = ''): Iterable<string> =>
      ids.get(placeOf(kind, name, connectionId)) ?? [],
  };
}

function keyOf({ kind, body }: Named): string {
  const { name, connectionId } = body as { name: string; connectionId?: string }; // bodies of all kinds have names
  return placeOf(kind, name, connectionId ?? '');
}

function placeOf(kind: string, name: string, connectionId: string): string {
  return `${kind} ${connectionId} ${foldName(name)}`;
}
