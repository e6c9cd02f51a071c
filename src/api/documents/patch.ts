import type { ManagedKind } from '../../contract/documents/document.ts';
import { documentInputs, documentOutputs } from '../../contract/documents/document-inputs.ts';
import { ignoredFields, type WrittenAndShown } from '../../contract/documents/server-set-fields.ts';
import { invalid } from '../../contract/errors.ts';
import { isObject, pathOf } from '../../contract/json.ts';
import type { Bodies } from '../../pipeline/snapshot/snapshot.ts';
import { withoutAbsent } from '../http/absent-members.ts';
import { mergePatch } from '../http/merge-patch.ts';
import { fieldErrors } from '../http/validate.ts';
import type { Kind } from './document-kind.ts';
import { isMark, isSameKind, showSecrets } from './secret-fields.ts';

/**
 * Applies a merge patch to a document as the API returns it. When the patch changes the variant (another authentication
 * type, say), fields that only the old variant had are removed: a client that writes `{"auth": {"type": "none"}}` does
 * not mean to keep the password. Members that a write ignores are no part of the patch.
 */
export function patched<K extends ManagedKind>(kind: Parser<K>, stored: Bodies[K], given: unknown): unknown {
  const patch = withoutServerSet(given, kind.kind);
  if (!isObject(patch)) throw invalid([{ pointer: '', detail: 'Must be an object.' }]);
  const shown = withoutServerSet(withoutOtherKinds(showSecrets(stored), patch), kind.kind);
  return withNulls(
    { kind, patch, shown },
    withoutLeftovers(kind, patch, withoutAbsent(kind.input, mergePatch(shown, patch, isMark))),
  );
}

/** A document without secrets of variants that the patch replaces, such as basic by bearer. */
function withoutOtherKinds(shown: unknown, patch: unknown): unknown {
  if (!isObject(shown) || !isObject(patch)) return shown;
  const isOther = !isSameKind({ ...shown, ...patch }, shown);
  return Object.fromEntries(
    Object.entries(shown).flatMap(([key, value]) =>
      isOther && isMark(value) ? [] : [[key, withoutOtherKinds(value, patch[key])]],
    ),
  );
}

type Parser<K extends ManagedKind> = Pick<Kind<K>, 'kind' | 'input' | 'wholes'>;

function withoutLeftovers<K extends ManagedKind>(kind: Parser<K>, patch: Record<string, unknown>, merged: unknown) {
  const parsed = kind.input.safeParse(merged);
  if (parsed.success) return merged;
  const replaced = kind.wholes?.filter((key) => isObject(patch[key])) ?? [];
  if (replaced.length > 0)
    return { ...Object(merged), ...Object.fromEntries(replaced.map((key) => [key, patch[key]])) };
  const leftovers = fieldErrors(parsed.error.issues)
    .filter((one) => one.code === 'unknown_field')
    .map(({ pointer }) => pathOf(pointer))
    .filter((path) => valueAt(patch, path) === undefined && valueAt(merged, path) !== undefined);
  const removal = (path: readonly string[]) => path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), null);
  return leftovers.reduce((value: unknown, path) => mergePatch(value, removal(path)), merged);
}

/** A document without the fields that a write ignores. */
export function withoutServerSet(json: unknown, kind: ManagedKind): unknown {
  return withoutIgnored(json, { body: documentInputs[kind], output: documentOutputs[kind] });
}

/** An object without the fields that a write ignores. */
export function withoutIgnored(json: unknown, schemas: WrittenAndShown): unknown {
  if (!isObject(json)) return json;
  const ignored = ignoredFields(schemas);
  return Object.fromEntries(Object.entries(json).filter(([key]) => !ignored.has(key)));
}

/**
 * A null in a patch removes the member. Where the schema accepts null but has another default (the idempotency header),
 * null is kept as the value, and so is a null that is stored (in a claim of a token request), which GET returned.
 */
function withNulls<K extends ManagedKind>(
  { kind: { input }, patch, shown }: { kind: Parser<K>; patch: unknown; shown: unknown },
  merged: unknown,
): unknown {
  const parsed = input.safeParse(merged);
  if (!parsed.success) return merged;
  return [...nullPaths(patch)].reduce((value, path) => {
    if (valueAt(parsed.data, path) == null && valueAt(shown, path) !== null) return value;
    const nulled = withNull(value, path);
    return input.safeParse(nulled).success ? nulled : value;
  }, merged);
}

function* nullPaths(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (value === null) yield path;
  else if (isObject(value)) for (const [key, child] of Object.entries(value)) yield* nullPaths(child, [...path, key]);
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return isObject(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined;
}

function withNull(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return null;
  const entries = isObject(value) ? Object.entries(value) : [];
  const child = entries.find(([name]) => name === key)?.[1];
  return Object.fromEntries([...entries.filter(([name]) => name !== key), [key, withNull(child, rest)]]);
}
