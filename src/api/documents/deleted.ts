import { deletedKeptMs } from '../../contract/documents/deleted.ts';
import { rightOf, transferKinds } from '../../contract/documents/transfer-kinds.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { pageOfStored } from '../http/pagination.ts';
import { requireRights } from './transfer.ts';

/** The list of deleted documents. Each kind has its own route to restore one. */
export function deletedHandlers({ pipeline, catalog, now }: ApiParts) {
  return {
    async listDeleted({ query, may }) {
      const kinds = transferKinds.filter((kind) => query.kind?.includes(kind) ?? may(rightOf(kind, 'view')));
      requireRights(kinds, 'view', may);
      const { connection } = pipeline.configuration.snapshot.documents;
      const { data, page } = await pageOfStored(query, places, async ({ before, after, limit }) => {
        const range = {
          ...(before === undefined ? {} : { before: placeIn(before) }),
          ...(after === undefined ? {} : { after: placeIn(after) }),
        };
        const found = await catalog.deleted({ kinds, limit, ...range });
        return found.filter(({ deletedAt }) => deletedAt >= now() - deletedKeptMs);
      });
      const shown = data.map(({ kind, id, name, connectionId, version, deletedAt, deletedBy }) => ({
        kind: kind as (typeof transferKinds)[number], // only these were asked for
        id,
        name,
        ...(connectionId === null ? {} : { connection: connection.get(connectionId)?.body.name ?? null }),
        version,
        deletedAt: new Date(deletedAt).toISOString(),
        deletedBy,
        removedAt: new Date(deletedAt + deletedKeptMs).toISOString(),
      }));
      return { data: shown, page };
    },
  } satisfies Partial<Handlers>;
}

const places = {
  sortKeyOf: ({ deletedAt, id }: { deletedAt: number; id: string }) => `${deletedAt} ${id}`,
  isSortKey: (at: string) => /^\d{1,15} [a-z]{3}_[0-9a-z_]{1,64}$/.test(at),
};

function placeIn(text: string) {
  const [deletedAt = '', id = ''] = text.split(' ');
  return { deletedAt: Number(deletedAt), id };
}
