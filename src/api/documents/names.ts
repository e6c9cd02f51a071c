import type { NamedDocument, namedKinds } from '../../contract/documents/names.ts';
import { rightOf } from '../../contract/documents/transfer-kinds.ts';
import { idPrefixes } from '../../contract/ids.ts';
import type { ApiParts, Handlers } from '../call/call.ts';

type Kind = (typeof namedKinds)[number];

/** The names of documents by their ids. */
export function nameHandlers({ pipeline }: ApiParts) {
  const { configuration, queueStatus } = pipeline;

  async function named(id: string, kind: Kind): Promise<NamedDocument[]> {
    const { documents } = configuration.snapshot;
    const document = documents[kind].get(id);
    if (document === undefined) return [];
    const { body } = document;
    const entry = { kind, id, name: body.name, status: null, connectionId: null, reason: null, attemptsMax: null };
    const status = 'status' in body ? body.status : null;
    if (kind === 'connection') return [{ ...entry, status, reason: (await queueStatus.health(id)).reason }];
    const destination = documents.destination.get(id)?.body;
    if (destination === undefined) return [{ ...entry, status }];
    const { connectionId, settings } = destination;
    const retry = settings.retry ?? documents.connection.get(connectionId)?.body.settings.retry;
    const { reason } = await queueStatus.healthAt(id);
    return [{ ...entry, status, connectionId, reason, attemptsMax: retry?.scheduleMs.length ?? null }];
  }

  return {
    async getNames({ query, may }) {
      const { documents } = configuration.snapshot;
      const connectionIds = query.ids.flatMap((id) => documents.destination.get(id)?.body.connectionId ?? []);
      const asked = [...new Set([...query.ids, ...connectionIds])].flatMap((id) => {
        const kind = kindOf(id);
        return kind !== undefined && may(rightOf(kind, 'view')) ? [named(id, kind)] : [];
      });
      return { data: (await Promise.all(asked)).flat() };
    },
  } satisfies Partial<Handlers>;
}

const byPrefix: Readonly<Record<string, Kind>> = {
  [idPrefixes.action]: 'action',
  [idPrefixes.connection]: 'connection',
  [idPrefixes.destination]: 'destination',
  [idPrefixes.behavior]: 'behavior',
  [idPrefixes.collector]: 'collector',
};

const kindOf = (id: string): Kind | undefined => byPrefix[id.slice(0, id.indexOf('_'))];
