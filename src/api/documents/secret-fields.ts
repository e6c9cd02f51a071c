import type { z } from 'zod';
import { secretFields } from '../../connections/secret-fields.ts';
import { publicTokenFields } from '../../contract/documents/connection.ts';
import { invalid } from '../../contract/errors.ts';
import { isObject, mapChildren, pointerOf } from '../../contract/json.ts';
import { Secret, type SecretMark, secretMark } from '../../contract/secret.ts';
import { type SecretLocation, secretLocations } from '../../contract/secret-locations.ts';
import type { ApiParts } from '../call/call.ts';

const publicNames = new Set<string>(publicTokenFields);

/**
 * A body parsed by `schema` with its secrets in place. Text becomes a new Secret. A mark (`{"set": true}`) or null keeps the one
 * stored at the same location (in arrays: of the item with the same name); null does so only while the same kind of
 * authentication, signature or alert uses it. `{"set": false}` and empty text remove it, except that an empty password
 * of basic authentication and an empty client secret are stored. A mark with another `ref` than the stored one, as in a
 * document from another server, becomes that reference. `kept` lists the pointers of kept secrets. Throws AppError
 * `invalid_value` for a mark without a stored secret and for an unusable reference.
 */
export function placeSecrets(
  schema: z.ZodType,
  parsed: unknown,
  stored: unknown,
  { updatedAt, references }: { updatedAt: string; references: ApiParts['references'] },
): { body: unknown; kept: string[] } {
  const kept: string[] = [];
  const locations = secretLocations(schema);

  function referred(ref: string, before: unknown, path: PropertyKey[]): Secret {
    // The same reference is no change.
    if (before instanceof Secret && before.ref === ref) return before;
    const problem = references.problem(ref);
    if (problem !== null) throw invalid([{ pointer: pointerOf(path), detail: problem }]);
    return references.secret(ref, updatedAt);
  }

  function placed(
    value: unknown,
    before: unknown,
    path: PropertyKey[],
    owner: unknown,
    isSameUse: boolean,
  ): Secret | null {
    if (isRemoval(value) || (value === '' && !mayBeEmpty(path, owner))) return null;
    if (isObject(value) && typeof value['ref'] === 'string') {
      const secret = referred(value['ref'], before, path);
      if (secret === before && isMark(value)) kept.push(pointerOf(path));
      return secret;
    }
    if (isMark(value) && !(before instanceof Secret))
      throw invalid([{ pointer: pointerOf(path), detail: 'No secret is stored here yet. Send its text.' }]);
    if (before instanceof Secret && (isMark(value) || (value === null && isSameUse))) {
      kept.push(pointerOf(path));
      return before;
    }
    if (typeof value !== 'string') return null;
    // The same text is no change.
    return before instanceof Secret && before.holds(value) ? before : new Secret(value, updatedAt);
  }

  const walk = (value: unknown, before: unknown, path: PropertyKey[], owner: unknown, isSameUse: boolean): unknown => {
    const location = locationAt(locations, path, owner);
    if (location !== undefined && !isPublic(location, path)) return placed(value, before, path, owner, isSameUse);
    if (location !== undefined && isObject(value))
      throw invalid([{ pointer: pointerOf(path), detail: 'This value is not a secret. Send its text.' }]);
    const isSame = isSameUse && (!isObject(value) || (isSameKind(value, before) && !isWithoutCertificate(value, path)));
    return mapChildren(value, (child, key) =>
      walk(child, storedChild(before, value, key), [...path, key], value, isSame),
    );
  };
  return { body: walk(parsed, stored, [], null, true), kept };
}

/** Whether an object has the same variant as before: its authentication type, signature scheme or alert type. */
export function isSameKind(value: Record<string, unknown>, before: unknown): boolean {
  return isObject(before) && ['type', 'scheme'].every((key) => value[key] === before[key]);
}

/** A stored body as the API returns it: secrets as marks. */
export function showSecrets(stored: unknown): unknown {
  if (stored instanceof Secret) return secretMark(stored);
  return mapChildren(stored, showSecrets);
}

/**
 * A stored body of `schema` for a file: secrets stored outside as their reference (`{"set": true, "ref": …}`), others
 * left out, so that a write keeps them. A token parameter or header keeps its name, with null.
 */
export function exportSecrets(schema: z.ZodType, body: unknown): unknown {
  const locations = secretLocations(schema);
  const walk = (value: unknown, path: PropertyKey[], owner: unknown): unknown => {
    const location = locationAt(locations, path, owner);
    if (location !== undefined && !isPublic(location, path)) {
      if (value instanceof Secret && value.ref !== null) return { set: true, ref: value.ref };
      return location.mayBePlain ? null : undefined;
    }
    if (Array.isArray(value)) return value.map((item, i) => walk(item, [...path, i], value));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, child]) => [key, walk(child, [...path, key], value)] as const);
    return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
  };
  return walk(body, [], null);
}

/** Whether a body contains a stored secret. */
export function holdsSecret(body: unknown): boolean {
  return !secretFields(body).next().done;
}

/** The JSON pointers of all secrets in a stored body. */
export function secretPointers(body: unknown): string[] {
  return Array.from(secretFields(body), ({ pointer }) => pointer);
}

/** A stored body with unwanted secrets replaced by null; `isUnwanted` gets the JSON pointer. */
export function withoutSecrets<T>(body: T, isUnwanted: (pointer: string) => boolean): T {
  const without = (value: unknown, at: string): unknown => {
    if (value instanceof Secret) return isUnwanted(at) ? null : value;
    return mapChildren(value, (child, key) => without(child, at + pointerOf([key])));
  };
  return without(body, '') as T; // every secret may be null
}

/** Whether two stored bodies are equal; secrets are equal when they are the same object. */
export function isSameBody(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Secret || b instanceof Secret || Array.isArray(a) !== Array.isArray(b)) return false;
  const other = new Map(Object.entries(b));
  const entries = Object.entries(a);
  return entries.length === other.size && entries.every(([key, value]) => isSameBody(value, other.get(key)));
}

/** The place of a secret that has this path in an object with its literals. */
function locationAt(
  locations: readonly SecretLocation[],
  path: readonly PropertyKey[],
  owner: unknown,
): SecretLocation | undefined {
  return locations.find(
    (location) =>
      location.path.length === path.length &&
      location.path.every((part, i) => part === '*' || part === path[i]) &&
      Object.entries(location.owner).every(([key, value]) => isObject(owner) && owner[key] === value),
  );
}

/** Whether a token parameter or header, which may be plain text, is one with a public value. */
function isPublic({ mayBePlain }: SecretLocation, path: readonly PropertyKey[]): boolean {
  return mayBePlain && publicNames.has(String(path.at(-1)).toLowerCase());
}

/** Whether a value is the mark of a stored secret. */
export function isMark(value: unknown): value is SecretMark {
  return isObject(value) && value['set'] === true;
}

/** Some systems take a key as the user name, without a password; a client without a secret is a public client. */
function mayBeEmpty(path: readonly PropertyKey[], owner: unknown): boolean {
  const location = path.join('.');
  return (
    location === 'auth.clientSecret' || (location === 'auth.password' && isObject(owner) && owner['type'] === 'basic')
  );
}

function isRemoval(value: unknown): boolean {
  return isObject(value) && value['set'] === false;
}

/** A private key is removed together with its client certificate. */
function isWithoutCertificate(value: Record<string, unknown>, path: readonly PropertyKey[]): boolean {
  return path.length === 2 && path[1] === 'tls' && value['cert'] === null;
}

/**
 * The stored counterpart of a member or array item: of an item the one with the same name (the nth of several); without
 * names, by index.
 */
function storedChild(before: unknown, parent: unknown, key: string | number): unknown {
  if (typeof key === 'string') return isObject(before) && Object.hasOwn(before, key) ? before[key] : undefined;
  if (!Array.isArray(before) || !Array.isArray(parent)) return undefined;
  const name = nameOf(parent[key]);
  if (name === null) return before[key];
  const earlier = parent.slice(0, key).filter((one) => nameOf(one) === name).length;
  return before.filter((one) => nameOf(one) === name)[earlier];
}

function nameOf(item: unknown): string | null {
  return isObject(item) && typeof item['name'] === 'string' ? item['name'].toLowerCase() : null;
}
