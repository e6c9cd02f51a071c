import { behaviorsIn } from '../../contract/documents/condition-parts.ts';
import { documentKinds, type ManagedKind } from '../../contract/documents/document.ts';
import { documentInputs } from '../../contract/documents/document-inputs.ts';
import { parametersOfAction, parametersOfBehavior } from '../../contract/documents/parameter-uses.ts';
import { mapReferences, type ReferredKind, referencesIn } from '../../contract/documents/references.ts';
import { invalid, type User } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { pointerOf } from '../../contract/json.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { isStandard } from './reading.ts';

// References between documents are stored by id and can be written by name.

/** The references of a document, which has ids or names. */
export function referencesOf({ kind, body }: { kind: ManagedKind; body: unknown }) {
  return referencesIn(documentInputs[kind], body);
}

/** The objects that use a document, which can't be deleted before. */
export function usersOf(kind: ManagedKind, id: string, { documents }: Snapshot): User[] {
  return managedKinds.flatMap((user) => {
    const users: Iterable<Document<{ name: string }>> = documents[user].values();
    const found = Array.from(users).filter(({ body }) =>
      referencesOf({ kind: user, body }).some((one) => one.to === kind && one.id === id && !one.isLoose),
    );
    return found.map((one) => ({ kind: user, id: one.id, name: one.body.name }));
  });
}

const managedKinds = documentKinds.filter((kind): kind is ManagedKind => Object.hasOwn(documentInputs, kind));

type Conditional = Pick<Snapshot['documents'], 'action' | 'behavior'>;
const counted = new WeakMap<Conditional, ReadonlyMap<string, number>>();

/** The number of actions and behaviors that use each behavior, counted once for the documents of a snapshot. */
export function behaviorUserCounts(documents: Conditional): ReadonlyMap<string, number> {
  const known = counted.get(documents);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  for (const { body } of [...documents.action.values(), ...documents.behavior.values()])
    for (const id of new Set(behaviorsIn('rules' in body ? body.rules : body.condition)))
      counts.set(id, (counts.get(id) ?? 0) + 1);
  counted.set(documents, counts);
  return counts;
}

/** Whether a behavior is a person's, or a built-in one that actions or behaviors use. */
export function isInUse(id: string, documents: Conditional): boolean {
  return !isStandard(id) || behaviorUserCounts(documents).has(id);
}

const named = new WeakMap<Conditional, ReadonlyMap<string, number>>();

/**
 * The number of actions and behaviors that name each parameter, counted once for the documents of a snapshot. A built-in
 * behavior that nothing uses does not count.
 */
export function parameterUserCounts(documents: Conditional): ReadonlyMap<string, number> {
  const known = named.get(documents);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  const count = (names: Iterable<string>) => {
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const { body } of documents.action.values()) count(parametersOfAction(body));
  for (const { id, body } of documents.behavior.values()) if (isInUse(id, documents)) count(parametersOfBehavior(body));
  named.set(documents, counts);
  return counts;
}

/**
 * Reads the name in a by-name path or a file. For a destination it is its own name with that of its connection, `of`,
 * or else `Connection/Destination`: of the possible splits, one with an existing destination; else the first with a
 * connection. `parent`: the id of the connection.
 */
export function readName(
  kind: ManagedKind,
  { text, of = null }: { text: string; of?: string | null },
  snapshot: Snapshot,
): { name: string; parent: string | null } {
  if (kind !== 'destination') return { name: text, parent: null };
  if (of !== null) {
    const parent = findNamed('connection', of, snapshot) ?? noneNamed('connection', of, ['connection']);
    return { name: text, parent };
  }
  const id = destinationNamed(text, snapshot, []);
  const found = id === null ? undefined : snapshot.documents.destination.get(id);
  if (found !== undefined) return { name: found.body.name, parent: found.body.connectionId };
  for (const [connection, name] of splitsOf(text)) {
    const parent = findNamed('connection', connection, snapshot);
    if (parent !== null) return { name, parent };
  }
  throw invalid([{ pointer: '', detail: `No connection matches ${text}. The name must be Connection/Destination.` }]);
}

/** A body with the names of other documents replaced by ids. Throws AppError `invalid_value` for an unknown name. */
export function withIds(kind: ManagedKind, json: Record<string, unknown>, snapshot: Snapshot): Record<string, unknown> {
  const connection = json['connection'] ?? '';
  if (kind === 'destination' && typeof connection !== 'string')
    throw invalid([{ pointer: '/connection', detail: 'Must be a name or an id.' }]);
  return mapReferences(documentInputs[kind], json, 'names', (of, text, path) => {
    const id = of === 'destination' ? destinationNamed(text, snapshot, path) : findNamed(of, text, snapshot);
    // An unknown text stays: the alert may already have the id of a deleted object.
    return id ?? (kind === 'alert' ? text : noneNamed(of, text, path));
  });
}

/**
 * A stored body with the names of other documents instead of ids: `withIds` makes the same body of it. A name that
 * would be read as another document stays an id, and so does the id of a deleted one, or of a kind whose names the reader
 * must not see.
 */
export function withNames(
  kind: ManagedKind,
  body: Record<string, unknown>,
  snapshot: Snapshot,
  maySee: (kind: ReferredKind) => boolean = () => true,
): Record<string, unknown> {
  return mapReferences(documentInputs[kind], body, 'ids', (of, id) => {
    if (!maySee(of)) return id;
    if (of === 'destination') return destinationName(id, snapshot);
    const name = snapshot.documents[of].get(id)?.body.name;
    return name !== undefined && findNamed(of, name, snapshot) === id ? name : id;
  });
}

/** The name of a destination with that of its connection, `Connection/Destination`; its id where that is ambiguous. */
export function destinationName(id: string, snapshot: Snapshot): string {
  const found = snapshot.documents.destination.get(id)?.body;
  const of = found && snapshot.documents.connection.get(found.connectionId)?.body;
  if (found === undefined || of === undefined) return id;
  const text = `${of.name}/${found.name}`;
  return destinationsNamed(text, snapshot).length === 1 ? text : id;
}

/** The id of the document with this id or name; null when there is none. */
function findNamed(kind: Exclude<ReferredKind, 'destination'>, text: string, snapshot: Snapshot): string | null {
  const among: ReadonlyMap<string, Document<{ name: string }>> = snapshot.documents[kind];
  if (among.has(text)) return text;
  for (const id of snapshot.idsNamed(kind, text)) {
    const name = among.get(id)?.body.name;
    if (name !== undefined && foldName(name) === foldName(text)) return id;
  }
  return null;
}

/** The id of the destination with this name or id; null: there is none. Throws AppError `invalid_value` for several. */
function destinationNamed(text: string, snapshot: Snapshot, path: readonly PropertyKey[]): string | null {
  if (snapshot.documents.destination.has(text)) return text;
  const [first, second] = destinationsNamed(text, snapshot);
  if (second !== undefined)
    throw invalid([{ pointer: pointerOf(path), detail: `${text} names several destinations; use the id.` }]);
  return first ?? null;
}

/** The ids of the destinations named `Connection/Destination`; several, because names can contain slashes. */
function destinationsNamed(text: string, snapshot: Snapshot): string[] {
  const { destination } = snapshot.documents;
  const isNamed = (id: string, name: string) => foldName(destination.get(id)?.body.name ?? '') === foldName(name);
  return splitsOf(text).flatMap(([connection, name]) => {
    const parent = findNamed('connection', connection, snapshot);
    const ids = parent === null ? [] : [...snapshot.idsNamed('destination', name, parent)];
    return ids.filter((id) => isNamed(id, name));
  });
}

/** Every way to read a text as the names of a connection and a destination. */
function splitsOf(text: string): [connection: string, destination: string][] {
  if (text.length > 2 * nameLengthMax + 1) return [];
  return Array.from(text.matchAll(/\//g), ({ index }) => [text.slice(0, index), text.slice(index + 1)]);
}

const nameLengthMax = 255;

function noneNamed(what: ReferredKind, name: string, path: readonly PropertyKey[]): never {
  throw invalid([{ pointer: pointerOf(path), detail: `There is no ${what} ${name}.`, code: `unknown_${what}` }]);
}
