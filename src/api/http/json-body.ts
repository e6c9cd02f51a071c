import type { FastifyRequest } from 'fastify';
import { AppError, invalid } from '../../contract/errors.ts';
import { pointerOf } from '../../contract/json.ts';
import { repeatedName } from '../../contract/repeated-name.ts';
import type { Route } from '../../contract/route.ts';
import { exceedsJsonBounds } from '../../http/json-bounds.ts';

/** Limits of an API body, far above everything that the contract describes. */
const bounds = { levels: 64, names: 1_000, values: 200_000 };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON body of a request; undefined when it is empty and the route does not need one. Throws AppError
 * `unsupported_media_type`, and like `readJson`.
 */
export function jsonBody(route: Route, request: FastifyRequest): unknown {
  const bytes = jsonBytes(route, request);
  return bytes === null ? undefined : readJson(bytes);
}

/** The bytes of a body that is declared as JSON; null when it is empty and the route does not need one. */
export function jsonBytes(
  { method, body: schema }: Route,
  { body, headers, declaredType }: FastifyRequest,
): Buffer | null {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length === 0) {
    if (schema?.safeParse(undefined).success === true) return null;
    throw new AppError('malformed_json', 'The body must not be empty. Send JSON.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new AppError('unsupported_media_type', 'Send the body without a content encoding.');
  const [type = '', ...parameters] = (declaredType ?? '').toLowerCase().split(';');
  const isJson =
    type.trim() === 'application/json' || (method === 'PATCH' && type.trim() === 'application/merge-patch+json');
  const isUtf8 = parameters.every((one) => !/^\s*charset\s*=/.test(one) || /=\s*"?utf-?8"?\s*$/.test(one));
  const types = method === 'PATCH' ? 'application/merge-patch+json or application/json' : 'application/json';
  if (!isJson || !isUtf8) throw new AppError('unsupported_media_type', `Send ${types} in UTF-8.`);
  return bytes;
}

/**
 * A JSON body of the API, without its byte order mark. Throws AppError `malformed_json`, also when a name occurs twice
 * in one object, and `invalid_value` for JSON that can't be stored: too many levels or names, U+0000, lone surrogates,
 * numbers outside the range of a double.
 */
export function readJson(bytes: Uint8Array): unknown {
  const text = decoded(bytes);
  if (exceedsJsonBounds(text, bounds))
    refuse(
      null,
      `Must have at most ${bounds.levels} levels, ${bounds.names} names in one object, and ${bounds.values} values.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('malformed_json');
  }
  const repeated = repeatedName(text);
  if (repeated !== null) {
    const shown = JSON.stringify(repeated.slice(0, 100));
    throw new AppError('malformed_json', `The name ${shown} occurs twice in one object.`);
  }
  checkValue(value, null);
  return value;
}

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError('malformed_json');
  }
}

/** The path of a value, from the innermost key outwards. */
type Location = { key: string; within: Location } | null;

function checkValue(value: unknown, location: Location): void {
  if (typeof value === 'string' && !isStorable(value)) refuse(location, 'Must not contain U+0000 or a lone surrogate.');
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(location, 'Must be within the range of a double.');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (!isStorable(key)) refuse(location, 'A name must not contain U+0000 or a lone surrogate.');
    checkValue(child, { key, within: location });
  }
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function refuse(location: Location, detail: string): never {
  const path: string[] = [];
  for (let at = location; at !== null; at = at.within) path.unshift(at.key);
  throw invalid([{ pointer: pointerOf(path), detail }]);
}
