import { createListeners } from '../../async/listeners.ts';
import { optimisticChanges } from '../../async/optimistic-changes.ts';
import { mapInSteps } from '../../async/steps.ts';
import type { Catalog, Change, StoredDocument } from '../../catalog/catalog.ts';
import { secretsOf } from '../../connections/secret-fields.ts';
import type { Scrubber } from '../../connections/secret-redaction.ts';
import type { BehaviorBody } from '../../contract/documents/behavior.ts';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import { AppError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { standardBehaviors } from '../../rules/standard-behaviors.ts';
import { auditEntryOf, type ChangeAuthor } from './audit-entry.ts';
import { type ConnectionPartitions, partitionsAfter, withPartitions } from './connection-partitions.ts';
import { destinationPlans, type PlanOf } from './destination-plan.ts';
import type { Bodies, Document, Documents } from './documents.ts';
import { type Rules, ruleCompiler } from './rule-compiler.ts';

export type { ChangeAuthor } from './audit-entry.ts';
export type { Bodies, Document, Documents, Rule } from './documents.ts';

/**
 * An immutable, compiled copy of the whole configuration. The hot path reads it and never the database; a change
 * replaces the whole snapshot.
 */
export type Snapshot = {
  readonly revision: number;
  readonly documents: Documents;
  /** By the key and the one before it, which may be over. */
  readonly collectorsByKey: ReadonlyMap<string, Document<CollectorBody>>;
  readonly rules: Rules;
  /**
   * The ids of documents of a kind whose name differs from this one at most in case or Unicode composition; for
   * destinations, those of one connection. An older snapshot can lack documents that were renamed since.
   */
  idsNamed(kind: DocumentKind, name: string, connectionId?: string): Iterable<string>;
  /** The ids of the current destinations of a connection. */
  destinationsOf(connectionId: string): Iterable<string>;
  readonly planOf: PlanOf;
  /** The partition of the deliveries of each connection, also of those that were deleted. */
  readonly partitions: ConnectionPartitions;
};

export type Configuration = {
  readonly snapshot: Snapshot;
  /**
   * Changes documents. `build` checks against the given snapshot and returns the changes (or throws AppError); it runs
   * again when another change was made in the meantime; other changes wait until it has ended. Resolves when all the
   * changes are durable and in effect, with an audit entry for each document.
   */
  change(
    by: ChangeAuthor,
    build: (snapshot: Snapshot) => readonly Change[] | Promise<readonly Change[]>,
  ): Promise<Snapshot>;
  /** Reads what another process changed. Resolves when it is in effect. */
  follow(): Promise<void>;
  /**
   * Called with each new snapshot and its changes, of this process or of another one; returns a function that removes the listener. An error in it is
   * reported, and affects neither the change nor other listeners.
   */
  watch(listener: (snapshot: Snapshot, changes: readonly Change[]) => void): () => void;
};

/** The standard behaviors as documents, which never change. */
const standardDocuments = standardBehaviors.map(({ id, standard: _, ...body }): [string, Document<BehaviorBody>] => {
  const shipped = new Date(0).toISOString();
  return [
    id,
    { kind: 'behavior', id, version: 1, body, createdAt: shipped, updatedAt: shipped, updatedBy: 'millrace' },
  ];
});

/**
 * Loads the catalog, adds the standard behaviors, and keeps the snapshot up to date through `change`. Audit entries are
 * scrubbed before they are stored. `failed` reports errors of listeners. `partitionCount`: of the database.
 */
export async function loadConfiguration(
  catalog: Catalog,
  scrubber: Pick<Scrubber, 'scrub' | 'learn'>,
  failed: (error: unknown, doing: string) => void,
  partitionCount = 1,
): Promise<Configuration> {
  const listeners = createListeners<[Snapshot, readonly Change[]]>((error) =>
    failed(error, 'apply a change of the configuration'),
  );
  const names = nameIndex();
  const compile = ruleCompiler();
  const plansOf = destinationPlans();

  function makeSnapshot(
    { revision, documents, partitions }: Pick<Snapshot, 'revision' | 'documents' | 'partitions'>,
    before?: Snapshot,
  ): Snapshot {
    const hasSameRules =
      before?.documents.action === documents.action && before.documents.behavior === documents.behavior;
    return {
      revision,
      documents,
      collectorsByKey:
        before?.documents.collector === documents.collector ? before.collectorsByKey : byKey(documents.collector),
      // Compiling many actions takes long, and most changes touch none.
      rules: hasSameRules ? before.rules : compile(documents),
      idsNamed: names.idsOf,
      destinationsOf: names.destinationsOf,
      planOf: plansOf(documents),
      partitions,
    };
  }

  const storedOf = ({ kind, id }: StoredDocument): StoredDocument | undefined =>
    configuration.snapshot.documents[kind].get(id);

  const inTurn = optimisticChanges(
    refresh,
    () => new AppError('conflict', 'Too many changes at once. Send the request again.'),
  );

  async function change(by: ChangeAuthor, given: readonly Change[]): Promise<Snapshot | null> {
    const { documents, partitions } = configuration.snapshot;
    const { connection: connections } = documents;
    const changes = withPartitions(given, { count: partitionCount, partitions, connections });
    const entries = await mapInSteps(changes, (change) =>
      auditEntryOf(by, change, storedOf(change.document), scrubber),
    );
    const revision = await catalog.change(configuration.snapshot.revision, changes, entries);
    return revision === null ? null : apply(revision, changes, partitionsAfter(partitions, changes));
  }

  /** Applies what was changed elsewhere as if it were changed here; several versions of a document are one change. */
  async function refresh(): Promise<void> {
    const { revision, documents, partitions } = await catalog.all();
    const before = configuration.snapshot;
    if (revision === before.revision) return;
    const changes = differences(before.documents, documents);
    // From here on the scrubber hides them, before anything uses them.
    await mapInSteps(changes, ({ document }) => scrubber.learn(secretsOf(Object(document.body))));
    await apply(revision, changes, partitions);
  }

  async function apply(
    revision: number,
    changes: readonly Change[],
    partitions: ConnectionPartitions,
  ): Promise<Snapshot> {
    const before = configuration.snapshot;
    // A name that leads to no document, or to one with another name, is passed over by its readers.
    await mapInSteps(changes, ({ op, document }) => {
      if (op === 'put') names.add(document);
    });
    const documents = await changed(before.documents, changes);
    const snapshot = makeSnapshot({ revision, documents, partitions }, before);
    configuration.snapshot = snapshot;
    for (const { op, document } of changes) if (op === 'delete') names.remove(document);
    listeners.tell(snapshot, changes);
    await mapInSteps(changes, ({ op, document }) => {
      const old = before.documents[document.kind].get(document.id);
      if (old !== undefined && op === 'put') names.remove(old, document);
    });
    return snapshot;
  }

  const { documents: stored, ...loaded } = await catalog.all();
  for (const document of [...stored, ...standardDocuments.map(([, one]) => one)]) names.add(document);
  const configuration: Configuration & { snapshot: Snapshot } = {
    snapshot: makeSnapshot({ ...loaded, documents: sorted(stored) }),
    change: (by, build) => inTurn(async () => change(by, await build(configuration.snapshot))),
    follow: () =>
      inTurn(async () => {
        if ((await catalog.revision()) !== configuration.snapshot.revision) await refresh();
      }),
    watch: listeners.add,
  };
  return configuration;
}

/** The changes that lead from documents to those that are stored. A deleted one is as it was last known. */
function differences(known: Documents, stored: readonly StoredDocument[]): Change[] {
  const ids = new Set(stored.map(({ id }) => id));
  const puts = stored.filter(({ kind, id, version }) => known[kind].get(id)?.version !== version);
  const all: StoredDocument[] = Object.values(known).flatMap((kind) => [...kind.values()]);
  const gone = all.filter(({ id }) => !ids.has(id) && !standardIds.has(id));
  return [
    ...puts.map((document): Change => ({ op: 'put', document })),
    ...gone.map((document): Change => ({ op: 'delete', document })),
  ];
}

const standardIds = new Set(standardDocuments.map(([id]) => id));

function sorted(stored: Iterable<StoredDocument>): Documents {
  const documents: { [K in DocumentKind]: Map<string, Document<Bodies[K]>> } = {
    connection: new Map(),
    destination: new Map(),
    action: new Map(),
    behavior: new Map(standardDocuments),
    collector: new Map(),
    parameter: new Map(),
    settings: new Map(),
    alert: new Map(),
  };
  for (const document of stored) {
    // The catalog contains bodies that the contract's schema of this kind parsed.
    const kind: Map<string, Document<unknown>> = documents[document.kind];
    kind.set(document.id, document);
  }
  return documents;
}

/**
 * The documents after changes. Unchanged kinds are shared with the previous ones, since there may be thousands of
 * documents.
 */
async function changed(before: Documents, changes: readonly Change[]): Promise<Documents> {
  const kinds = new Map<DocumentKind, Map<string, Document<unknown>>>();
  await mapInSteps(changes, ({ op, document }) => {
    const kind = kinds.get(document.kind) ?? new Map<string, Document<unknown>>(before[document.kind]);
    kinds.set(document.kind, kind);
    if (op === 'put') kind.set(document.id, document);
    else kind.delete(document.id);
  });
  return { ...before, ...Object.fromEntries(kinds) };
}

function byKey(collectors: Documents['collector']): Snapshot['collectorsByKey'] {
  const all = [...collectors.values()];
  const former = all.flatMap((one) =>
    one.body.previousKey === undefined ? [] : [[one.body.previousKey, one] as const],
  );
  return new Map([...former, ...all.map((one) => [one.body.key, one] as const)]);
}

type Named = Pick<StoredDocument, 'kind' | 'id' | 'body'>;

/** Indexes documents by name and destinations by connection, so that a change of one document needs no scan of all. */
export function nameIndex() {
  const index = new Map<string, Set<string>>();
  return {
    add(document: Named): void {
      for (const key of keysOf(document)) index.set(key, (index.get(key) ?? new Set()).add(document.id));
    },
    /** `next`: the document that replaces it, whose own names stay. */
    remove(document: Named, next?: Named): void {
      const kept = next === undefined ? [] : keysOf(next);
      for (const key of keysOf(document)) {
        if (kept.includes(key)) continue;
        const ids = index.get(key);
        ids?.delete(document.id);
        if (ids?.size === 0) index.delete(key);
      }
    },
    idsOf: (kind: DocumentKind, name: string, connectionId = ''): Iterable<string> =>
      index.get(nameKey(kind, name, connectionId)) ?? [],
    destinationsOf: (connectionId: string): Iterable<string> => index.get(connectionKey(connectionId)) ?? [],
  };
}

function keysOf({ kind, body }: Named): string[] {
  const { name, connectionId = '' } = body as { name: string; connectionId?: string }; // bodies of all kinds have names
  const key = nameKey(kind, name, connectionId);
  return connectionId === '' ? [key] : [key, connectionKey(connectionId)];
}

const nameKey = (kind: string, name: string, connectionId: string) => `${kind} ${connectionId} ${foldName(name)}`;
const connectionKey = (connectionId: string) => `destinations of ${connectionId}`;
