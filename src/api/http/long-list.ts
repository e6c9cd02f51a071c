import { mapInSteps } from '../../async/steps.ts';
import { AppError, type FieldError, invalid } from '../../contract/errors.ts';
import { isObject } from '../../contract/json.ts';
import type { LongList } from '../../contract/route.ts';
import { readJson } from './json-body.ts';

/** The limit of one item, and of the body without its items: what one step reads. */
const partBytesMax = 1_048_576;

/**
 * Reads the bodies of routes with a long list. Of those over 1 MiB one request at a time is served, since it takes many
 * times its size in memory: others get AppError `unavailable`. Disposing ends the request.
 */
export function longBodies() {
  let isBusy = false;
  return async (bytes: Buffer | null, list: LongList): Promise<Disposable & { json: unknown }> => {
    const isLarge = bytes !== null && bytes.length > partBytesMax;
    if (isLarge && isBusy)
      throw new AppError('unavailable', 'Another request of this size is running. Wait until it has ended.', {
        extra: { retryAfterSeconds: 5 },
      });
    isBusy ||= isLarge;
    const end = () => {
      if (isLarge) isBusy = false;
    };
    try {
      const json = bytes === null ? undefined : await readLongList(bytes, list);
      return { json, [Symbol.dispose]: end };
    } catch (error) {
      end();
      throw error;
    }
  };
}

/**
 * The JSON object in a body with a long list. Each item of the list is read like a body of its own, and other work runs
 * in between. Throws AppError like `readJson`, and `too_large` for an item over 1 MiB.
 */
export async function readLongList(bytes: Buffer, { name, itemsMax }: LongList): Promise<unknown> {
  const start = listStart(bytes, name);
  if (start === null) return readJson(bounded(bytes, `The body without a list ${name}`));
  const list = { end: start };
  let index = -1;
  const items = await mapInSteps(itemsIn(bytes, list), (item) => {
    index += 1;
    if (index === itemsMax) throw invalid([{ pointer: `/${name}`, detail: `Must have at most ${itemsMax} items.` }]);
    // A decoder drops a byte order mark, which is no JSON here.
    if (item[0] === 0xef) throw new AppError('malformed_json');
    const part = bounded(item, `/${name}/${index}`);
    try {
      return readJson(part);
    } catch (error) {
      throw error instanceof AppError ? placed(error, `/${name}/${index}`) : error;
    }
  });
  const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(list.end)]);
  const value = readJson(bounded(rest, `The body without ${name}`));
  return isObject(value) ? { ...value, [name]: items } : value;
}

function bounded(bytes: Buffer, subject: string): Buffer {
  if (bytes.length > partBytesMax) throw new AppError('too_large', `${subject} is over 1 MiB.`);
  return bytes;
}

/** The error of an item, with pointers that begin at the body. */
function placed(error: AppError, at: string): AppError {
  if (error.errors === undefined) return new AppError(error.code, `${at}: ${error.message}`);
  return invalid(error.errors.map((one): FieldError => ({ ...one, pointer: `${at}${one.pointer}` })));
}

/** The offset after the `[` of the list with this name in the outermost object; null: there is none. */
function listStart(bytes: Buffer, name: string): number | null {
  const wanted = Buffer.from(`"${name}"`);
  let depth = 0;
  let isNamed = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfText(bytes, at);
      isNamed = depth === 1 && bytes.subarray(at, end).equals(wanted);
      at = end - 1;
    } else if (byte === bracket && isNamed) return at + 1;
    else if (byte === brace || byte === bracket) depth += 1;
    else if (byte === braceEnd || byte === bracketEnd) depth -= 1;
    else if (byte === comma) isNamed = false;
    if (at > partBytesMax) return null;
  }
  return null;
}

/** The bytes of each item of the list that begins at `list.end`, which becomes the offset of the `]`. */
function* itemsIn(bytes: Buffer, list: { end: number }): Generator<Buffer> {
  let depth = 0;
  let from = list.end;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfText(bytes, at) - 1;
    else if (byte === brace || byte === bracket) depth += 1;
    else if (depth > 0 && (byte === braceEnd || byte === bracketEnd)) depth -= 1;
    else if (depth === 0 && (byte === comma || byte === bracketEnd)) {
      const isOnly = byte === bracketEnd && from === list.end;
      if (!isOnly || !isBlank(bytes, from, at)) yield bytes.subarray(from, at);
      from = at + 1;
      if (byte === bracketEnd) {
        list.end = at;
        return;
      }
    }
    // An item over the limit is refused by the caller, so its end is not looked for.
    if (at - from > partBytesMax) {
      yield bytes.subarray(from, at);
      return;
    }
  }
  throw new AppError('malformed_json');
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!/\s/.test(String.fromCharCode(bytes[at] ?? 0))) return false;
  return true;
}

/** The offset after the closing quote of the JSON string that begins at `start`; the end when it is not closed. */
function endOfText(bytes: Buffer, start: number): number {
  for (let at = start + 1; ; at++) {
    at = bytes.indexOf(quote, at);
    if (at === -1) return bytes.length;
    let slashes = 0;
    while (bytes[at - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

const quote = 0x22;
const comma = 0x2c;
const bracket = 0x5b;
const backslash = 0x5c;
const bracketEnd = 0x5d;
const brace = 0x7b;
const braceEnd = 0x7d;
