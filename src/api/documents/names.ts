import { foldName } from '../../contract/fold-name.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { isObject } from '../http/merge-patch.ts';
import { invalid, pointerOf } from '../http/validate.ts';

type Named = Document<{ name: string }>;

/** The id of the object with this id or name; null when there is none. */
export function findNamed(text: string, among: ReadonlyMap<string, Named>): string | null {
  if (among.has(text)) return text;
  const wanted = foldName(text);
  for (const one of among.values()) if (foldName(one.body.name) === wanted) return one.id;
  return null;
}

/** The same; throws AppError `invalid_value` with the pointer `path` when there is none. */
export function idNamed(
  text: string,
  among: ReadonlyMap<string, Named>,
  what: string,
  path: readonly PropertyKey[],
): string {
  const id = findNamed(text, among);
  if (id === null)
    throw invalid([{ pointer: pointerOf(path), detail: `There is no ${what} ${text}.`, code: `unknown_${what}` }]);
  return id;
}

/**
 * The id of the destination named `Connection/Destination`. Names can contain slashes, so every split of the text is
 * tried. null: there is none; throws AppError `invalid_value` when there are several.
 */
export function destinationNamed(text: string, snapshot: Snapshot, path: readonly PropertyKey[]): string | null {
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
export function withBehaviorIds(condition: unknown, snapshot: Snapshot, path: readonly PropertyKey[]): unknown {
  if (Array.isArray(condition)) return condition.map((one, i) => withBehaviorIds(one, snapshot, [...path, i]));
  if (!isObject(condition)) return condition;
  const entries = Object.entries(condition).map(([key, value]) => {
    const at = [...path, key];
    if (key === 'behavior' && typeof value === 'string')
      return [key, idNamed(value, snapshot.documents.behavior, 'behavior', at)];
    return [key, key === 'all' || key === 'any' || key === 'not' ? withBehaviorIds(value, snapshot, at) : value];
  });
  return Object.fromEntries(entries);
}
