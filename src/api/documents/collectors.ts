import { randomBytes } from 'node:crypto';
import { type CollectorBody, collectorInput } from '../../contract/documents/collector.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import type { Kind } from './document-kind.ts';
import { documentsOf } from './documents.ts';
import { documentHandlers } from './handlers.ts';

/** Collectors, and the creation of their keys. */
export function collectorHandlers(parts: ApiParts) {
  const documents = documentsOf(kind, parts);
  const handlers: Pick<Handlers, 'rotateCollectorKey'> = {
    rotateCollectorKey: async (call) => {
      const shown = await documents.amend(call.params.id, call, 'rotate_key', (body) => ({ ...body, key: newKey() }));
      return shown as Awaited<ReturnType<Handlers['rotateCollectorKey']>>; // a collector as the API returns it
    },
  };
  return { ...documentHandlers('collector', 'collectors', documents), ...handlers };
}

const kind: Kind<'collector'> = {
  kind: 'collector',
  input: collectorInput,
  wholes: [],
  readOnly: ['key'],
  complete: (input, before) => ({ ...(input as CollectorBody), key: before?.body.key ?? newKey() }), // the schema's output
  scopeOf: () => '',
  check: () => [],
  // A rollback keeps the current key, because the old one may have been replaced for a reason.
  rolledBack: (old, { key }) => ({ ...old, key }),
  usersOf: () => [],
  shownWith: () => ({}),
  placeOfName: (name) => ({ name, parent: null }),
  withIds: (json) => json,
};

/** 128 random bits in hex: public, but impossible to guess. */
function newKey(): string {
  return randomBytes(16).toString('hex');
}
