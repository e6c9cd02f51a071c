import { exceedsJsonBounds } from '../../collect/json-bounds.ts';
import { AppError } from '../../contract/errors.ts';
import { repeatedName } from './duplicate-keys.ts';
import { pointerOf } from './validate.ts';

/** Of an API body; nothing that the contract describes comes near. */
const bounds = { levels: 64, names: 1_000 };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON body of the API. A byte order mark is passed over. Throws AppError `malformed_json`, also when a name stands
 * twice in an object, and `invalid_value` for what is JSON but can't be kept: too many levels or names, U+0000, halves
 * of surrogate pairs, numbers beyond all bounds.
 */
export function readJson(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  if (exceedsJsonBounds(text, bounds))
    refuse(null, `May be ${bounds.levels} levels deep, with ${bounds.names} names in one object.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('malformed_json');
  }
  const repeated = repeatedName(text);
  if (repeated !== null) {
    const shown = JSON.stringify(repeated.slice(0, 100));
    throw new AppError('malformed_json', `The name ${shown} stands twice in one object.`);
  }
  checkValue(value, null);
  return value;
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError('malformed_json');
  }
}

/** Where a value is, from the inside to the outside. */
type Place = { key: string; within: Place } | null;

function checkValue(value: unknown, place: Place): void {
  if (typeof value === 'string' && !isStorable(value))
    refuse(place, 'Must not contain U+0000 or half of a surrogate pair.');
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(place, 'Must be within the range of a double.');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (!isStorable(key)) refuse(place, 'A name must not contain U+0000 or half of a surrogate pair.');
    checkValue(child, { key, within: place });
  }
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function refuse(place: Place, detail: string): never {
  const path: string[] = [];
  for (let at = place; at !== null; at = at.within) path.unshift(at.key);
  throw new AppError('invalid_value', undefined, { errors: [{ pointer: pointerOf(path), detail }] });
}
