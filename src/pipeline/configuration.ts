import type { Catalog, Change, StoredDocument } from '../catalog/catalog.ts';
import type { ActionBody } from '../contract/action.ts';
import type { AuditAct, AuditAuthor } from '../contract/audit.ts';
import type { BehaviorBody } from '../contract/behavior.ts';
import type { CollectorBody } from '../contract/collector.ts';
import type { ConnectionBody } from '../contract/connection.ts';
import type { DestinationBody } from '../contract/destination.ts';
import type { DocumentKind } from '../contract/document.ts';
import { AppError } from '../contract/errors.ts';
import type { Secret } from '../contract/secret.ts';
import { type CompiledCondition, compileCondition, sharedParts } from '../rules/compile.ts';
import { type RuleIndex, ruleIndex } from '../rules/index.ts';
import { standardBehaviors } from '../rules/standard-behaviors.ts';
import { changeEntry } from './change-entry.ts';

/** A present document with its body typed. */
export type Document<Body> = Omit<StoredDocument, 'body'> & { body: Body };

export type Bodies = {
  connection: ConnectionBody;
  destination: DestinationBody;
  action: ActionBody;
  behavior: BehaviorBody;
  collector: CollectorBody;
  parameter: { name: string; description?: string | undefined; offered?: boolean | undefined };
};

/** A rule that can match: an enabled action with its compiled condition. */
export type Rule = { id: string; action: Document<ActionBody>; condition: CompiledCondition };

/**
 * One immutable picture of everything that people configured, compiled once. The hot path reads it and never the
 * database; a change swaps the whole picture.
 */
export type Snapshot = {
  readonly revision: number;
  readonly documents: { readonly [K in DocumentKind]: ReadonlyMap<string, Document<Bodies[K]>> };
  readonly collectorsByKey: ReadonlyMap<string, Document<CollectorBody>>;
  readonly rules: RuleIndex<Rule>;
};

export type Configuration = {
  readonly snapshot: Snapshot;
  /**
   * Changes documents: `build` checks against the picture it is given and says what to write (or throws AppError); it
   * runs again when somebody else changed something meanwhile. Resolves when the change is durable and in effect, with
   * an entry in the audit trail for each document.
   */
  change(by: ChangeAuthor, build: (snapshot: Snapshot) => readonly Change[]): Promise<Snapshot>;
  /** Called with each new picture and what changed; answers the way to stop. */
  watch(listener: (snapshot: Snapshot, changes: readonly Change[]) => void): () => void;
};

/** Who changes something; `act` where it is more than creating, changing or deleting. */
export type ChangeAuthor = AuditAuthor & { act?: AuditAct };

/** Hides the secrets that it was told of in text. */
export type Scrubber = { scrub(text: string): string; learn(secrets: Iterable<Secret>): void };

const conflictsMax = 20;
const ignore = () => {};

/** The standard behaviors as documents beside the stored ones; nothing ever changes them. */
const standardDocuments = standardBehaviors.map(({ id, standard: _, ...body }): [string, Document<BehaviorBody>] => {
  const shipped = new Date(0).toISOString();
  return [
    id,
    { kind: 'behavior', id, version: 1, body, createdAt: shipped, updatedAt: shipped, updatedBy: 'millrace' },
  ];
});

/**
 * Loads the catalogue, with the standard behaviors beside it, and keeps the picture up to date through `change`. What
 * the audit trail gets to hold is scrubbed first.
 */
export async function loadConfiguration(catalog: Catalog, scrubber: Scrubber): Promise<Configuration> {
  const listeners = new Set<(snapshot: Snapshot, changes: readonly Change[]) => void>();
  let snapshot: Snapshot;

  async function reload() {
    const { revision, documents } = await catalog.all();
    snapshot = firstSnapshot(revision, documents);
  }

  const storedOf = ({ kind, id }: StoredDocument): StoredDocument | undefined => snapshot.documents[kind].get(id);

  // One after the other: a picture that was read beside a change could replace the newer one that the change makes.
  let turn: Promise<void> = Promise.resolve();

  async function changeNow(by: ChangeAuthor, build: (snapshot: Snapshot) => readonly Change[]): Promise<Snapshot> {
    for (let tries = 0; tries < conflictsMax; tries++) {
      const changes = build(snapshot);
      const entries = changes.map((change) => changeEntry(by, change, storedOf(change.document), scrubber));
      const revision = await catalog.change(snapshot.revision, changes, entries);
      if (revision === null) {
        await reload();
        continue;
      }
      snapshot = nextSnapshot(snapshot, revision, changes);
      for (const listener of listeners) listener(snapshot, changes);
      return snapshot;
    }
    throw new AppError('conflict', 'Too many changes at once. Send the request again.');
  }

  await reload();
  return {
    get snapshot() {
      return snapshot;
    },
    change(by, build) {
      const changed = turn.then(() => changeNow(by, build));
      turn = changed.then(ignore, ignore);
      return changed;
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Conditions of all behaviors of a picture, in the form in which conditions refer to them. */
export function behaviorConditions(behaviors: Iterable<Document<BehaviorBody>>) {
  return new Map(
    Array.from(behaviors, ({ id, body }) => [id, { name: body.name, condition: body.condition }] as const),
  );
}

type Documents = { [K in DocumentKind]: ReadonlyMap<string, Document<Bodies[K]>> };

function firstSnapshot(revision: number, stored: Iterable<StoredDocument>): Snapshot {
  const documents: { [K in DocumentKind]: Map<string, Document<Bodies[K]>> } = {
    connection: new Map(),
    destination: new Map(),
    action: new Map(),
    behavior: new Map(standardDocuments),
    collector: new Map(),
    parameter: new Map(),
  };
  for (const document of stored) {
    // The catalogue holds what the contract's schema of this kind parsed.
    const kind: Map<string, Document<unknown>> = documents[document.kind];
    kind.set(document.id, document);
  }
  return { revision, documents, collectorsByKey: byKey(documents), rules: compileRules(documents) };
}

/** The picture after changes. It shares with the one before all that they don't touch: there may be thousands. */
function nextSnapshot(before: Snapshot, revision: number, changes: readonly Change[]): Snapshot {
  const documents: Documents = { ...before.documents };
  const changed = new Map<DocumentKind, Map<string, Document<unknown>>>();
  for (const { op, document } of changes) {
    const known = changed.get(document.kind);
    const kind = known ?? new Map<string, Document<unknown>>(before.documents[document.kind]);
    if (op === 'put') kind.set(document.id, document);
    else kind.delete(document.id);
    if (known === undefined) changed.set(document.kind, kind);
  }
  Object.assign(documents, Object.fromEntries(changed));
  // With many actions compiling takes long, and most changes touch none.
  const hasSameRules = !changed.has('action') && !changed.has('behavior');
  return {
    revision,
    documents,
    collectorsByKey: changed.has('collector') ? byKey(documents) : before.collectorsByKey,
    rules: hasSameRules ? before.rules : compileRules(documents),
  };
}

function byKey({ collector }: Documents): Snapshot['collectorsByKey'] {
  return new Map(Array.from(collector.values(), (one) => [one.body.key, one]));
}

function compileRules({ action: actions, behavior }: Snapshot['documents']): Snapshot['rules'] {
  const behaviors = behaviorConditions(behavior.values());
  const shared = sharedParts();
  const rules: Rule[] = [];
  for (const action of actions.values()) {
    if (action.body.status !== 'enabled' || action.body.destinations.length === 0) continue;
    const compiled = compileCondition(action.body.rules, behaviors, shared);
    if (compiled.ok) rules.push({ id: action.id, action, condition: compiled.condition });
  }
  return ruleIndex(rules);
}
