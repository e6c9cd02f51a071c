import type { Catalog } from '../../catalog/catalog.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { Header } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { valueBytes } from '../accept/size-estimate.ts';
import type { Configuration, Document } from '../snapshot/snapshot.ts';

/**
 * The action and destination of a delivery in the versions it was planned with; null when such a version never existed.
 * Secrets never come from an old version: a secret header has the value of the header with this name in the current
 * version, or null.
 */
export type Pinned = { action: Document<ActionBody> | null; destination: Document<DestinationBody> | null };

type Wanted = {
  actionId: string | null;
  actionVersion: number | null;
  destinationId: string;
  destinationVersion: number;
};

/** Approximate limit of the cache of old versions. */
const oldBytesMax = 16 * 1_048_576;

/** Finds documents by version: the current one in the snapshot, an older one in the catalog, cached. */
export function pinnedVersions(configuration: Configuration, catalog: Catalog) {
  const old = new Map<string, Document<unknown> | null>();
  let oldBytes = 0;
  type Joined = { present: Document<DestinationBody> | undefined; document: Document<DestinationBody> };
  /** By pinned version, so that its compiled form is reused as long as the current version stays. */
  const joined = new WeakMap<Document<DestinationBody>, Joined>();

  async function load(kind: 'action' | 'destination', id: string, version: number): Promise<Document<unknown> | null> {
    const key = `${id}@${version}`;
    const known = old.get(key);
    if (known !== undefined) return known;
    const [found] = await catalog.versions({ kind, id, before: version + 1, limit: 1 });
    const document = found?.version === version ? found : null;
    const loaded = old.get(key);
    if (loaded !== undefined) return loaded;
    oldBytes += valueBytes(document);
    while (oldBytes > oldBytesMax && old.size > 0) {
      const [first = '', oldest] = old.entries().next().value ?? [];
      old.delete(first);
      oldBytes -= valueBytes(oldest);
    }
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
    return { action, destination: destination === null ? null : withPresentSecrets(destination) };
  }

  function withPresentSecrets(pinned: Document<DestinationBody>): Document<DestinationBody> {
    const present = configuration.snapshot.documents.destination.get(pinned.id);
    if (pinned === present || !pinned.body.settings.headers.some(({ secret }) => secret)) return pinned;
    const before = joined.get(pinned);
    if (before !== undefined && before.present === present) return before.document;
    const body = withSecretsOf(pinned.body, present?.body.settings.headers ?? []);
    const document = { ...pinned, body };
    joined.set(pinned, { present, document });
    return document;
  }

  // Usually the pinned versions are the current ones, which needs no wait.
  return (wanted: Wanted): Pinned | Promise<Pinned> => present(wanted) ?? older(wanted);
}

/** A destination whose secret headers have the values of the secret headers with the same names in `headers`. */
export function withSecretsOf(body: DestinationBody, headers: readonly Header[]): DestinationBody {
  const presentValue = (name: string) => {
    const found = headers.find((one) => one.secret && one.name.toLowerCase() === name.toLowerCase());
    return found?.secret === true ? found.value : null;
  };
  const own = body.settings.headers.map((one) => (one.secret ? { ...one, value: presentValue(one.name) } : one));
  return { ...body, settings: { ...body.settings, headers: own } };
}
