import { composed } from '../contract/fold-name.ts';
import type { Event } from '../contract/records/event.ts';
import { commonValue } from './common-values.ts';

/** Finds a parameter's value on an event; undefined when it is missing. Null counts as missing. */
export type Lookup = (event: Event) => unknown;

/**
 * The value of a parameter: the exact key in `data`, the exact key after a leading `data.`, the dotted path in `data`,
 * the dotted path in the event, in this order. `event.name` is the field of the event even when its data has a `name`;
 * `event.value` and others are values that senders give under different names.
 * Only own properties count, so that `constructor` and `__proto__` are names like any other.
 */
export function lookupParameter(event: Event, name: string): unknown {
  return compileLookup(name)(event);
}

/** `lookupParameter` for one name, compiled for many events. */
export function compileLookup(name: string): Lookup {
  const bare = withoutData(name);
  const path = name.split('.');
  const isPath = path.length > 1;
  const eventPath = pathInEvent(name);
  const common = commonValue(name);

  return (event) =>
    own(event.data, name) ??
    (bare === name ? undefined : own(event.data, bare)) ??
    (isPath ? follow(event.data, path) : undefined) ??
    (eventPath === null ? undefined : follow(event, eventPath)) ??
    common?.find(event.data);
}

/**
 * Where a parameter can be found: `data` must have one of the keys, or, when `isInEvent`, the event itself. Lets an
 * index over many parameters look only at the keys of an event.
 */
export function sourcesOf(name: string): { dataKeys: string[]; isInEvent: boolean } {
  const bare = withoutData(name);
  const root = rootOf(name);
  return {
    dataKeys: [...new Set([name, root, bare, rootOf(bare), ...(commonValue(name)?.keys ?? [])])],
    isInEvent: pathInEvent(name) !== null && (root !== 'data' || bare === name),
  };
}

const eventFields: ReadonlySet<string> = new Set([
  'id',
  'name',
  'visitorId',
  'anonymousId',
  'sessionId',
  'occurredAt',
  'receivedAt',
  'data',
  'ext',
  'session',
  'source',
] satisfies (keyof Event)[]);

/** The path of a parameter in the event; null: it is in the data. */
function pathInEvent(name: string): string[] | null {
  const path = name.split('.');
  const own = path[0] === 'event' ? path.slice(1) : path;
  return eventFields.has(own[0] ?? '') ? own : null;
}

const withoutData = (name: string) => (name.startsWith('data.') ? name.slice(5) : name);

const rootOf = (name: string) => {
  const dot = name.indexOf('.');
  return dot < 0 ? name : name.slice(0, dot);
};

function follow(start: unknown, path: readonly string[]): unknown {
  let value = start;
  for (const key of path) {
    value = own(value, key);
    if (value === undefined) return undefined;
  }
  return value;
}

function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  if (key === 'length' && Array.isArray(value)) return undefined;
  return (value as Record<string, unknown>)[key] ?? undefined; // hasOwn has just confirmed this key
}

/** Converts texts to the form in which they are compared, so that equal texts are equal strings. */
export type Fold = (text: string) => string;

/** Unicode normalisation form C: text that looks the same compares the same. */
export const foldExact: Fold = (text) => {
  // Characters below U+0300 neither compose nor decompose, and most values have no others.
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x300) return composed(text);
  return text;
};

/** Like `foldExact`, ignoring letter case; independent of locale. */
export const foldCase: Fold = (text) => foldExact(foldExact(text).toLowerCase());

/** The largest parameter value that is compared: UTF-16 units, summed over a list, and parts or elements. */
export const comparedMax = { characters: 65_536, candidates: 4_096 } as const;

/**
 * Whether some candidate of a value passes. The candidates are a text and, when it has semicolons, its parts; of a
 * list its elements, unsplit. Numbers and booleans (in `ext` and `session`) count as their text. Objects have no
 * candidates, nor does a value above `charactersMax` or `comparedMax.candidates`: senders choose its size, and every
 * condition that compares it takes time in proportion.
 */
export function someCandidate(
  value: unknown,
  test: (text: string) => boolean,
  charactersMax: number = comparedMax.characters,
): boolean {
  if (typeof value !== 'string' || !value.includes(separator)) return somePart(value, test, charactersMax);
  const parts = partsOf(value, charactersMax);
  return parts !== null && (test(value) || parts.some(test));
}

/** Like `someCandidate`, without the whole text of several parts: for comparisons of numbers and times. */
export function somePart(
  value: unknown,
  test: (text: string) => boolean,
  charactersMax: number = comparedMax.characters,
): boolean {
  switch (typeof value) {
    case 'string':
      return value.includes(separator)
        ? partsOf(value, charactersMax)?.some(test) === true
        : value.length <= charactersMax && test(value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return test(String(value));
    default:
      return Array.isArray(value) && elementsOf(value, charactersMax)?.some(test) === true;
  }
}

/** null: too many or too long. */
function partsOf(text: string, charactersMax: number): string[] | null {
  if (text.length > charactersMax) return null;
  const parts = text.split(separator, comparedMax.candidates + 1);
  return parts.length > comparedMax.candidates ? null : parts;
}

function elementsOf(list: readonly unknown[], charactersMax: number): string[] | null {
  if (list.length > comparedMax.candidates) return null;
  const texts: string[] = [];
  let characters = 0;
  for (const element of list) {
    if (!isScalar(element)) continue;
    const text = String(element);
    characters += text.length;
    if (characters > charactersMax) return null;
    texts.push(text);
  }
  return texts;
}

const separator = ';';

const isScalar = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
