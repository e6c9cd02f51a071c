import { randomBytes } from 'node:crypto';
import { type CollectorBody, collectorInput } from '../../contract/documents/collector.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import type { Kind } from './document-kind.ts';
import { documentsOf } from './documents.ts';
import { documentHandlers } from './handlers.ts';

/** Collectors; their keys are made here. */
export function collectorHandlers(parts: ApiParts) {
  const documents = documentsOf(kind, parts);
  const handlers: Pick<Handlers, 'rotateCollectorKey'> = {
    rotateCollectorKey: async (call) => {
      const shown = await documents.amend(call.params.id, call, 'rotate_key', (body) => ({ ...body, key: newKey() }));
      return shown as Awaited<ReturnType<Handlers['rotateCollectorKey']>>; // a shown collector
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
  // A key was rotated for a reason.
  rolledBack: (old, { key }) => ({ ...old, key }),
  usersOf: () => [],
  shownWith: () => ({}),
  placeOfName: (name) => ({ name, parent: null }),
  withIds: (json) => json,
};

/** Public, but not to be guessed: 128 random bits in hex. */
function newKey(): string {
  return randomBytes(16).toString('hex');
}
