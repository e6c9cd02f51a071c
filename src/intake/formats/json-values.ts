import type { DataValue, Event } from '../../contract/records/event.ts';
import { exceedsJsonBounds } from '../../http/json-bounds.ts';
import { type Refusal, refusal } from './format.ts';
import { quoteNumbers, withoutNotNumbers } from './rare-texts.ts';

/** A body as JSON in UTF-8, with or without a byte order mark, or why it can't be read. */
export function parseJson(body: Buffer): { text: string; value: unknown } | Refusal {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return refusal('malformed_json', notJson);
  }
  return parseText(text);
}

function parseText(text: string): { text: string; value: unknown } | Refusal {
  try {
    if (text.length > unlookedMax && exceedsJsonBounds(text, bodyBounds)) return refusal('events_too_deep', tooMuch);
    return { text, value: JSON.parse(text) };
  } catch {
    return refusal('malformed_json', notJson);
  }
}

const notJson = 'The body is not valid JSON in UTF-8.';

/**
 * JSON as SDKs send it: numbers whose spelling would change are texts, and `NaN`, `Infinity` and `-Infinity`, which
 * Python writes, are null.
 */
export function parseAnyJson(body: Buffer): { text: string; value: unknown } | Refusal {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return refusal('malformed_json', notJson);
  }
  return parseAnyText(text);
}

/** The same of a text. */
export function parseAnyText(text: string): { text: string; value: unknown } | Refusal {
  const json = parseText(text);
  if (!('ok' in json)) return { text, value: parseJsonWithNumberTexts(text)?.value ?? json.value };
  if (json.code !== 'malformed_json' || !(text.includes('NaN') || text.includes('Infinity'))) return json;
  const corrected = parseText(withoutNotNumbers(text));
  if ('ok' in corrected) return corrected;
  return { text: corrected.text, value: parseJsonWithNumberTexts(corrected.text)?.value ?? corrected.value };
}

/**
 * The same JSON with every number as its text, when a number may otherwise change its spelling; null: none does. It takes
 * twice as long, so it runs only where it makes a difference.
 */
export function parseJsonWithNumberTexts(text: string): { value: unknown } | null {
  return oddNumber.test(text) ? { value: JSON.parse(quoteNumbers(text)) } : null;
}

/** Levels of nesting (the event's own is the first), keys including nested ones, and elements of all its lists. */
export const eventLimits = { levels: 32, keys: 500, elements: 10_000 } as const;

/** Up to this size any body parses quickly, and checking its bounds first would slow down the usual ones. */
const unlookedMax = 65_536;

/**
 * `levels` and `names` are well above the limits of an event, so that those limits report the place. `values`: parsing
 * takes time for each value rather than for each byte, and a few KiB of gzip can hold half a million.
 */
export const bodyBounds = { levels: 2 * eventLimits.levels, names: 2 * eventLimits.keys, values: 80_000 };

export const tooMuch =
  `An event may be ${eventLimits.levels} levels deep and have ${eventLimits.keys} keys and ` +
  `${eventLimits.elements} list elements; the events of a request may have ${bodyBounds.values} values in all.`;

/**
 * Matches numbers whose JSON text may differ from JavaScript's output: `1.50`, `1e3`, `-0`, 16 digits. May match too
 * much, but no time such as `12:00:07.120Z`, of which one in ten ends like that.
 */
const oddNumber = /[:,[\s]-?(?:\d+(?:\.\d*)?[eE]|\d+\.\d*0(?=[\s,}\]]|$)|[\d.]{16}|0\.0{6})|[:,[\s]-0/;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export type Size = { keys: number; elements: number };

/** The keys of a member of an object, its own included, and the elements of its lists. */
export function sizeOf(member: DataValue): Size {
  const size = { keys: 1, elements: 0 };
  const add = (value: DataValue): void => {
    if (typeof value === 'string') return;
    const inner = Object.values(value);
    if (Array.isArray(value)) size.elements += inner.length;
    else size.keys += inner.length;
    inner.forEach(add);
  };
  add(member);
  return size;
}

/** An object from JSON.parse; names like `__proto__` are its own properties. */
export type JsonObject = Record<string, unknown>;

/**
 * Facts about an event from one walk through it. `textLength`: length of its shortest JSON in UTF-16 units; NaN when
 * it has values other than texts.
 */
export type Findings = {
  exceedsLimits: boolean;
  hasNumbers: boolean;
  keys: number;
  elements: number;
  textLength: number;
};

export const noFindings = (): Findings => ({
  exceedsLimits: false,
  hasNumbers: false,
  keys: 0,
  elements: 0,
  textLength: 0,
});

/**
 * Turns parsed JSON into event data **in place**: numbers and booleans become their JSON text, null is removed, lists
 * and objects stay. An event of texts alone, the usual case, is not changed. If `findings.exceedsLimits` is set
 * afterwards, the result must not be used.
 */
export function normalise(event: JsonObject, findings: Findings): Event['data'] {
  findings.keys = 0;
  findings.elements = 0;
  findings.textLength = bracesLength;
  const data = normaliseObject(event, 1, findings);
  return data as Event['data']; // every value was just checked or replaced; the type can't follow a change in place
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const bracesLength = '{}'.length;
const memberLength = '"":"",'.length;

// Assigning to `__proto__` is harmless here: it is an own property, which takes precedence over the setter. `in`
// finds only own properties, since Object.prototype is never extended, and takes half the time of a list of keys.
function normaliseObject(object: JsonObject, level: number, findings: Findings): JsonObject {
  if (level > eventLimits.levels) {
    findings.exceedsLimits = true;
    return object;
  }
  let hasNull = false;
  let length = 0;
  for (const key in object) {
    findings.keys += 1;
    const value = object[key];
    if (typeof value === 'string') {
      length += key.length + value.length + memberLength;
      continue;
    }
    length = Number.NaN;
    if (value === null) hasNull = true;
    else object[key] = normaliseValue(value, level, findings);
  }
  if (findings.keys > eventLimits.keys) findings.exceedsLimits = true;
  if (length > 0) length -= ','.length;
  findings.textLength += length;
  return hasNull ? Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)) : object;
}

function normaliseValue(value: unknown, level: number, findings: Findings): unknown {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    findings.hasNumbers = true;
    return String(value);
  }
  if (Array.isArray(value)) return normaliseList(value, level + 1, findings);
  return isObject(value) ? normaliseObject(value, level + 1, findings) : String(value);
}

function normaliseList(list: unknown[], level: number, findings: Findings): unknown[] {
  findings.elements += list.length;
  if (level > eventLimits.levels || findings.elements > eventLimits.elements) {
    findings.exceedsLimits = true;
    return list;
  }
  return list.filter((value) => value !== null).map((value) => normaliseValue(value, level, findings));
}

/** The members of an object but for those with these names; the object itself when it has none of them. */
export function without(names: readonly string[], object: JsonObject): JsonObject {
  if (!names.some((name) => name in object)) return object;
  const others: JsonObject = {};
  for (const name in object) if (!names.includes(name)) put(others, name, object[name]);
  return others;
}

/** Sets an own property whatever its name: `__proto__` is data like any other. */
export function put(object: JsonObject, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

export function isEmpty(object: object): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}
