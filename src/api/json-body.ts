import { AppError } from '../contract/errors.ts';
import { pointerOf } from './validate.ts';

/** Levels of an API body; nothing that the contract describes comes near. */
const levelsMax = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON body of the API. A byte order mark is passed over. Throws AppError `malformed_json`, and `invalid_value` for
 * what is JSON but can't be kept: too many levels, U+0000, halves of surrogate pairs.
 */
export function readJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new AppError('malformed_json');
  }
  checkValue(value);
  return value;
}

/** JSON.parse takes any depth, and what walks the value later would exhaust the stack; this walk has its own. */
function checkValue(root: unknown): void {
  const places: { value: unknown; path: PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value, path } = place;
    if (typeof value === 'string') {
      if (!isStorable(value)) refuse(path, 'Must not contain U+0000 or half of a surrogate pair.');
    } else if (typeof value === 'object' && value !== null) {
      if (path.length >= levelsMax) refuse([], `May be ${levelsMax} levels deep.`);
      for (const [key, child] of Object.entries(value)) {
        if (!isStorable(key)) refuse(path, 'A name must not contain U+0000 or half of a surrogate pair.');
        if (child !== null && (typeof child === 'object' || typeof child === 'string'))
          places.push({ value: child, path: [...path, key] });
      }
    }
  }
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function refuse(path: PropertyKey[], detail: string): never {
  throw new AppError('invalid_value', undefined, { errors: [{ pointer: pointerOf(path), detail }] });
}
