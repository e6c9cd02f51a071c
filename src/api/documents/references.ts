import type { Condition } from '../../contract/documents/condition.ts';
import type { DocumentKind, ManagedKind } from '../../contract/documents/document.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { isObject } from '../http/merge-patch.ts';
import { invalid, pointerOf } from '../http/validate.ts';

// The references between documents: a destination has a connection, an action destinations and behaviors, a behavior
// behaviors, and an alert connections and actions. They are stored by id and can be written by name.

/** An object that uses another one and prevents its deletion. */
type User = { kind: DocumentKind; id: string; name: string };

/** The objects that use a document. */
export function usersOf(kind: ManagedKind, id: string, { documents }: Snapshot): User[] {
  const { destination, action, behavior } = documents;
  const users: Named[] = [];
  if (kind === 'connection') users.push(...destination.values().filter(({ body }) => body.connectionId === id));
  if (kind === 'destination')
    users.push(...action.values().filter(({ body }) => body.destinations.some((row) => row.destinationId === id)));
  if (kind === 'behavior') {
    users.push(...action.values().filter(({ body }) => usesBehavior(body.rules, id)));
    users.push(...behavior.values().filter(({ body }) => usesBehavior(body.condition, id)));
  }
  return users.map((one) => ({ kind: one.kind, id: one.id, name: one.body.name }));
}

/** Whether a condition uses a behavior. */
export function usesBehavior(condition: Condition, id: string): boolean {
  if ('all' in condition) return condition.all.some((one) => usesBehavior(one, id));
  if ('any' in condition) return condition.any.some((one) => usesBehavior(one, id));
  if ('not' in condition) return usesBehavior(condition.not, id);
  return 'behavior' in condition && condition.behavior === id;
}

/**
 * Reads the name in a by-name path. For a destination it is `Connection/Destination`: of the possible splits, one with
 * an existing destination; else the first with a connection, which is `parent`.
 */
export function placeOfName(
  kind: ManagedKind,
  text: string,
  snapshot: Snapshot,
): { name: string; parent: string | null } {
  if (kind !== 'destination') return { name: text, parent: null };
  const id = destinationNamed(text, snapshot, []);
  const found = id === null ? undefined : snapshot.documents.destination.get(id);
  if (found !== undefined) return { name: found.body.name, parent: found.body.connectionId };
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) {
    const connection = findNamed(text.slice(0, at), snapshot.documents.connection);
    if (connection !== null) return { name: text.slice(at + 1), parent: connection };
  }
  throw invalid([
    { pointer: '', detail: `No connection matches ${text}. The URL must end with Connection/Destination.` },
  ]);
}

/** A body with the names of other documents replaced by ids. Throws AppError `invalid_value` for an unknown name. */
export function withIds(kind: ManagedKind, json: Record<string, unknown>, snapshot: Snapshot): Record<string, unknown> {
  const { connection, action } = snapshot.documents;
  switch (kind) {
    case 'destination': {
      const { connection: named, ...rest } = json;
      if (named === undefined) return json;
      if (typeof named !== 'string') throw invalid([{ pointer: '/connection', detail: 'Must be a name or an id.' }]);
      return { ...rest, connectionId: idNamed(named, connection, 'connection', ['connection']) };
    }
    case 'action':
      return mapped(json, {
        rules: (rules) => withBehaviorIds(rules, snapshot, ['rules']),
        destinations: (rows) => mapList(rows, (row, i) => withDestinationId(row, i, snapshot)),
      });
    case 'behavior':
      return mapped(json, { condition: (condition) => withBehaviorIds(condition, snapshot, ['condition']) });
    case 'alert': {
      const idsAmong = (among: ReadonlyMap<string, Named>, what: string) => (names: unknown) =>
        mapList(names, (one, i) =>
          typeof one === 'string' ? idNamed(one, among, what, ['rules', `${what}Ids`, i]) : one,
        );
      const ids = { connectionIds: idsAmong(connection, 'connection'), actionIds: idsAmong(action, 'action') };
      return mapped(json, { rules: (rules) => (isObject(rules) ? mapped(rules, ids) : rules) });
    }
    default:
      return json;
  }
}

/** An object with some of its members mapped, where it has them. */
function mapped(json: Record<string, unknown>, by: Record<string, (value: unknown) => unknown>) {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, Object.hasOwn(by, key) ? by[key]?.(value) : value]),
  );
}

function mapList(value: unknown, map: (item: unknown, i: number) => unknown): unknown {
  return Array.isArray(value) ? value.map(map) : value;
}

function withDestinationId(row: unknown, i: number, snapshot: Snapshot): unknown {
  if (!isObject(row) || typeof row['destination'] !== 'string') return row;
  const { destination, ...rest } = row;
  const path = ['destinations', i, 'destination'];
  const destinationId = destinationNamed(String(destination), snapshot, path);
  if (destinationId === null) throw unknown('destination', String(destination), path);
  return { destinationId, ...rest };
}

type Named = Document<{ name: string }>;

/** The id of the object with this id or name; null when there is none. */
function findNamed(text: string, among: ReadonlyMap<string, Named>): string | null {
  if (among.has(text)) return text;
  const wanted = foldName(text);
  for (const one of among.values()) if (foldName(one.body.name) === wanted) return one.id;
  return null;
}

/** The same; throws AppError `invalid_value` with the pointer `path` when there is none. */
function idNamed(text: string, among: ReadonlyMap<string, Named>, what: string, path: readonly PropertyKey[]): string {
  const id = findNamed(text, among);
  if (id === null) throw unknown(what, text, path);
  return id;
}

/**
 * The id of the destination named `Connection/Destination`. Names can contain slashes, so every split of the text is
 * tried. null: there is none; throws AppError `invalid_value` when there are several.
 */
function destinationNamed(text: string, snapshot: Snapshot, path: readonly PropertyKey[]): string | null {
  const { connection, destination } = snapshot.documents;
  if (destination.has(text)) return text;
  const wanted = foldName(text);
  const fitting = [...destination.values()].filter(({ body }) => {
    const of = connection.get(body.connectionId);
    return of !== undefined && foldName(`${of.body.name}/${body.name}`) === wanted;
  });
  if (fitting.length > 1)
    throw invalid([{ pointer: pointerOf(path), detail: `${text} names several destinations; use the id.` }]);
  return fitting[0]?.id ?? null;
}

/** A condition with the names of behaviors replaced by ids. Depth is bounded by the limit of a JSON body. */
function withBehaviorIds(condition: unknown, snapshot: Snapshot, path: readonly PropertyKey[]): unknown {
  if (Array.isArray(condition)) return condition.map((one, i) => withBehaviorIds(one, snapshot, [...path, i]));
  if (!isObject(condition)) return condition;
  const within = (key: string) => (value: unknown) => withBehaviorIds(value, snapshot, [...path, key]);
  return mapped(condition, {
    all: within('all'),
    any: within('any'),
    not: within('not'),
    behavior: (named) =>
      typeof named === 'string'
        ? idNamed(named, snapshot.documents.behavior, 'behavior', [...path, 'behavior'])
        : named,
  });
}

function unknown(what: string, name: string, path: readonly PropertyKey[]) {
  return invalid([{ pointer: pointerOf(path), detail: `There is no ${what} ${name}.`, code: `unknown_${what}` }]);
}
