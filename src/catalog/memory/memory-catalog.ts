import { type MemoryAudit, memoryAudit } from '../../audit/memory/memory-audit.ts';
import type { Catalog, StoredDocument } from '../catalog.ts';

/**
 * A catalogue that lives as long as its process: the reference for the others, and the one for tests. Its audit entries
 * go to `audit`.
 */
export function memoryCatalog(audit: Pick<MemoryAudit, 'add'> = memoryAudit()): Catalog {
  let revision = 0;
  const present = new Map<string, StoredDocument>();
  const history = new Map<string, StoredDocument[]>();

  return {
    async all() {
      return { revision, documents: [...present.values()].sort(byPlace) };
    },

    async change(expected, changes, entries) {
      if (expected !== revision) return null;
      for (const { op, document } of changes) {
        const versions = history.get(place(document)) ?? [];
        if (op === 'put' && versions.some((one) => one.version === document.version))
          throw new Error(`Version ${document.version} of ${document.kind} ${document.id} exists already.`);
      }
      for (const { op, document } of changes) {
        const key = place(document);
        if (op === 'delete') present.delete(key);
        else {
          present.set(key, document);
          history.set(key, [document, ...(history.get(key) ?? [])]);
        }
      }
      audit.add(entries);
      revision += 1;
      return revision;
    },

    async versions({ kind, id, before = Number.POSITIVE_INFINITY, limit }) {
      const versions = history.get(place({ kind, id })) ?? [];
      return versions
        .filter((one) => one.version < before)
        .sort((a, b) => b.version - a.version)
        .slice(0, limit);
    },

    async [Symbol.asyncDispose]() {},
  };
}

const place = (document: { kind: string; id: string }) => `${document.kind}/${document.id}`;
const byPlace = (a: StoredDocument, b: StoredDocument) => (place(a) < place(b) ? -1 : 1);
