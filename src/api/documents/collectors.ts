import { randomBytes } from 'node:crypto';
import { type CollectorBody, collectorInput } from '../../contract/documents/collector.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import type { Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';

/** Collectors, and the creation of their keys. */
export function collectorHandlers(parts: ApiParts) {
  const documents = documentsOf(collectorKind, parts);
  return {
    ...documentHandlers('collector', documents),
    async rotateCollectorKey(call) {
      const { shown } = await documents.put(
        call,
        (snapshot) => {
          const before = documents.findToChange(snapshot, call.params.id, call);
          return { before, body: { ...before.body, key: newKey() }, warnings: [] };
        },
        { act: 'rotate_key' },
      );
      return shown;
    },
  } satisfies Partial<Handlers>;
}

export const collectorKind: Kind<'collector'> = {
  kind: 'collector',
  input: collectorInput,
  readOnly: ['key'],
  complete: (input, before) => ({ ...(input as CollectorBody), key: before?.body.key ?? newKey() }), // the schema's output
  check: () => [],
  // A rollback keeps the current key, because the old one may have been replaced for a reason.
  rolledBack: (old, { key }) => ({ ...old, key }),
};

/** 128 random bits in hex: public, but impossible to guess. */
function newKey(): string {
  return randomBytes(16).toString('hex');
}
