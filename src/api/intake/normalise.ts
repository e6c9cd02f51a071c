import type { Event } from '../../contract/records/event.ts';

/** An object from JSON.parse; names like `__proto__` are its own properties. */
type JsonObject = Record<string, unknown>;

/** Levels of nesting (the event's own is the first), and keys including nested ones. */
export const eventLimits = { levels: 32, keys: 500 } as const;

/**
 * Facts about an event from one walk through it. `textLength`: length of its shortest JSON in UTF-16 units; NaN when
 * it has values other than texts.
 */
export type Findings = { exceedsLimits: boolean; hasNumbers: boolean; keys: number; textLength: number };

/**
 * Turns parsed JSON into event data **in place**: numbers and booleans become their JSON text, null is removed, lists
 * and objects stay. An event of texts alone, the usual case, is not changed. If `findings.exceedsLimits` is set
 * afterwards, the result must not be used.
 */
export function normalise(event: JsonObject, findings: Findings): Event['data'] {
  findings.keys = 0;
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
  if (level > eventLimits.levels) {
    findings.exceedsLimits = true;
    return list;
  }
  return list.filter((value) => value !== null).map((value) => normaliseValue(value, level, findings));
}
