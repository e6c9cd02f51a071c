import { secretFields } from '../../connections/secret-fields.ts';
import { publicTokenFields } from '../../contract/documents/connection.ts';
import { Secret, type SecretMark, secretMark } from '../../contract/secret.ts';
import type { ApiParts } from '../call/call.ts';
import { isObject } from '../http/merge-patch.ts';
import { invalid, pointerOf } from '../http/validate.ts';

/**
 * Where secrets stand in the bodies of connections, destinations and alerts. `*` is any key or index. In `extraParams` and
 * `extraHeaders` everything is a secret but the names that are known to be none; a header says it itself.
 */
const places = [
  'auth.password',
  'auth.token',
  'auth.clientSecret',
  'auth.jwt',
  'auth.refreshToken',
  'auth.assertion.privateKey',
  'auth.clientAssertion.privateKey',
  'auth.extraParams.*',
  'auth.extraHeaders.*',
  'settings.headers.*.value',
  'settings.tls.key',
  'settings.proxy.password',
  'settings.signing.secret',
  'settings.signing.previousSecret',
  'settings.secret',
  'settings.previousSecret',
  'settings.password',
  'settings.hookUrl',
].map((place) => place.split('.'));

const publicNames = new Set<string>(publicTokenFields);

/**
 * A parsed body with its secrets in place: new text becomes a Secret, a mark (`{"set": true}`) the one that is stored at
 * the same place (in arrays: of the item of the same name), empty text none. A mark with a `ref` that is not the stored
 * one's, as in a document from elsewhere, is that reference. `kept` lists the pointers of those that were taken over.
 * Throws AppError `invalid_value` for a mark where nothing is stored and for a reference that can't be used.
 */
export function placeSecrets(
  parsed: unknown,
  stored: unknown,
  { updatedAt, references }: { updatedAt: string; references: ApiParts['references'] },
): { body: unknown; kept: string[] } {
  const kept: string[] = [];

  function referred(ref: string, before: unknown, path: PropertyKey[]): Secret {
    // The same place again is no change.
    if (before instanceof Secret && before.ref === ref) return before;
    const problem = references.problem(ref);
    if (problem !== null) throw invalid([{ pointer: pointerOf(path), detail: problem }]);
    return references.secret(ref, updatedAt);
  }

  const walk = (value: unknown, before: unknown, path: PropertyKey[], owner: unknown): unknown => {
    if (isSecretPlace(path, owner)) {
      if (isObject(value) && typeof value['ref'] === 'string') {
        const secret = referred(value['ref'], before, path);
        if (secret === before && isMark(value)) kept.push(pointerOf(path));
        return secret;
      }
      if (isMark(value)) {
        if (!(before instanceof Secret))
          throw invalid([{ pointer: pointerOf(path), detail: 'Nothing is stored here yet; send the secret itself.' }]);
        kept.push(pointerOf(path));
        return before;
      }
      if (typeof value !== 'string' || value === '') return null;
      // The same text again is no change.
      return before instanceof Secret && before.holds(value) ? before : new Secret(value, updatedAt);
    }
    if (isTokenField(path) && isObject(value))
      throw invalid([{ pointer: pointerOf(path), detail: 'Is no secret: everybody may see it. Send its text.' }]);
    if (Array.isArray(value))
      return value.map((item, i) => walk(item, storedItem(before, item, i), [...path, i], value));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, child]) => [
      key,
      walk(child, isObject(before) && Object.hasOwn(before, key) ? before[key] : undefined, [...path, key], value),
    ]);
    return Object.fromEntries(entries);
  };
  return { body: walk(parsed, stored, [], null), kept };
}

/** A stored body as it may be shown: secrets as marks. */
export function showSecrets(stored: unknown): unknown {
  if (stored instanceof Secret) return secretMark(stored);
  if (Array.isArray(stored)) return stored.map(showSecrets);
  if (!isObject(stored)) return stored;
  return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, showSecrets(value)]));
}

/** A patch in which secret headers without a value keep the one that is shown for the header of the same name. */
export function keepHeaderValues(patch: unknown, shown: unknown): unknown {
  if (!isObject(patch) || !isObject(patch['settings']) || !Array.isArray(patch['settings']['headers'])) return patch;
  const before = isObject(shown) && isObject(shown['settings']) ? shown['settings']['headers'] : undefined;
  const headers = patch['settings']['headers'].map((item: unknown, i) => {
    if (!isObject(item) || item['secret'] !== true || 'value' in item) return item;
    const old = storedItem(before, item, i);
    return isObject(old) && isMark(old['value']) ? { ...item, value: old['value'] } : item;
  });
  return { ...patch, settings: { ...patch['settings'], headers } };
}

/** Whether a body holds any stored secret. */
export function holdsSecret(body: unknown): boolean {
  return !secretFields(body).next().done;
}

/** The JSON pointers of all secrets in a stored body. */
export function secretPointers(body: unknown): string[] {
  return Array.from(secretFields(body), ({ pointer }) => pointer);
}

/** Whether two stored bodies say the same; secrets are the same when they are the same object. */
export function isSameBody(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Secret || b instanceof Secret || Array.isArray(a) !== Array.isArray(b)) return false;
  const other = new Map(Object.entries(b));
  const entries = Object.entries(a);
  return entries.length === other.size && entries.every(([key, value]) => isSameBody(value, other.get(key)));
}

function isSecretPlace(path: readonly PropertyKey[], owner: unknown): boolean {
  const isPlace = places.some(
    (place) => place.length === path.length && place.every((part, i) => part === '*' || part === path[i]),
  );
  if (!isPlace) return false;
  if (path[1] === 'headers') return isObject(owner) && owner['secret'] === true;
  return !publicNames.has(String(path.at(-1)).toLowerCase());
}

function isTokenField(path: readonly PropertyKey[]): boolean {
  return path.length === 3 && path[0] === 'auth' && (path[1] === 'extraParams' || path[1] === 'extraHeaders');
}

/** Whether a value is what stands for a secret that is stored. */
export function isMark(value: unknown): value is SecretMark {
  return isObject(value) && value['set'] === true;
}

/** Items of arrays go by their name, those without one by their index. */
function storedItem(before: unknown, item: unknown, index: number): unknown {
  if (!Array.isArray(before)) return undefined;
  if (!isObject(item) || typeof item['name'] !== 'string') return before[index];
  const name = item['name'].toLowerCase();
  return before.find((one) => isObject(one) && typeof one['name'] === 'string' && one['name'].toLowerCase() === name);
}
