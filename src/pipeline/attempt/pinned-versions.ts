import type { Catalog } from '../../catalog/catalog.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Configuration, Document } from '../snapshot/snapshot.ts';

/** The action and destination of a delivery as they were when it was planned. null where they never existed. */
export type Pinned = { action: Document<ActionBody> | null; destination: Document<DestinationBody> | null };

type Wanted = {
  actionId: string | null;
  actionVersion: number | null;
  destinationId: string;
  destinationVersion: number;
};

const oldMost = 1_000;

/** Looks documents up by version: the present one in the picture, an older one in the catalogue, remembered. */
export function pinnedVersions(configuration: Configuration, catalog: Catalog) {
  const old = new Map<string, Document<unknown> | null>();

  async function load(kind: 'action' | 'destination', id: string, version: number): Promise<Document<unknown> | null> {
    const key = `${id}@${version}`;
    const known = old.get(key);
    if (known !== undefined) return known;
    const [found] = await catalog.versions({ kind, id, before: version + 1, limit: 1 });
    const document = found?.version === version ? found : null;
    if (old.size >= oldMost) old.delete(old.keys().next().value ?? '');
    old.set(key, document);
    return document;
  }

  function present({ actionId, actionVersion, destinationId, destinationVersion }: Wanted): Pinned | null {
    const { documents } = configuration.snapshot;
    const action = actionId === null ? null : (documents.action.get(actionId) ?? null);
    const destination = documents.destination.get(destinationId) ?? null;
    const isWanted = actionVersion === null || action?.version === actionVersion;
    return isWanted && destination?.version === destinationVersion ? { action, destination } : null;
  }

  async function older({ actionId, actionVersion, destinationId, destinationVersion }: Wanted): Promise<Pinned> {
    const { documents } = configuration.snapshot;
    let action = actionId === null ? null : (documents.action.get(actionId) ?? null);
    if (actionId !== null && actionVersion !== null && action?.version !== actionVersion)
      action = (await load('action', actionId, actionVersion)) as Document<ActionBody> | null; // loaded as an action
    let destination = documents.destination.get(destinationId) ?? null;
    if (destination?.version !== destinationVersion)
      destination = (await load('destination', destinationId, destinationVersion)) as Document<DestinationBody> | null; // loaded as a destination
    return { action, destination };
  }

  // Mostly they are the present ones, and nobody has to wait.
  return (wanted: Wanted): Pinned | Promise<Pinned> => present(wanted) ?? older(wanted);
}
