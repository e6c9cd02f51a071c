import type { StoredDocument } from '../catalog/catalog.ts';
import type { DocumentKind } from '../contract/document.ts';
import { foldName } from '../contract/fold-name.ts';

type Named = Pick<StoredDocument, 'kind' | 'id' | 'body'>;

/** Which documents have a name, without a walk over all of them at each change of one. */
export function nameIndex() {
  const ids = new Map<string, Set<string>>();
  const keyOf = ({ kind, body }: Named) => `${kind} ${foldName(String((body as { name?: unknown }).name))}`; // bodies of all kinds have names
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
    idsOf: (kind: DocumentKind, name: string): Iterable<string> => ids.get(`${kind} ${foldName(name)}`) ?? [],
  };
}
