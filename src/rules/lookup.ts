import type { Event } from '../contract/records/event.ts';

/** Finds a parameter's value on an event; undefined when it is missing. Null counts as missing. */
export type Lookup = (event: Event) => unknown;

/**
 * The value of a parameter: the exact key in `data`, the exact key after a leading `data.`, the dotted path in `data`,
 * the dotted path in the event, in this order. Only own properties count, so that `constructor` and `__proto__` are
 * names like any other.
 */
export function lookupParameter(event: Event, name: string): unknown {
  return compileLookup(name)(event);
}

/** `lookupParameter` for one name, compiled for many events. */
export function compileLookup(name: string): Lookup {
  const bare = withoutData(name);
  const path = name.split('.');
  const isPath = path.length > 1;
  const isInEvent = eventFields.has(rootOf(name));

  return (event) =>
    own(event.data, name) ??
    (bare === name ? undefined : own(event.data, bare)) ??
    (isPath ? follow(event.data, path) : undefined) ??
    (isInEvent ? follow(event, path) : undefined);
}

/**
 * Where a parameter can be found: `data` must have one of the keys, or, when `isInEvent`, the event itself. Lets an
 * index over many parameters look only at the keys of an event.
 */
export function placesOf(name: string): { dataKeys: string[]; isInEvent: boolean } {
  const bare = withoutData(name);
  const root = rootOf(name);
  return {
    dataKeys: [...new Set([name, root, bare, rootOf(bare)])],
    isInEvent: eventFields.has(root) && (root !== 'data' || bare === name),
  };
}

const eventFields: ReadonlySet<string> = new Set([
  'id',
  'name',
  'visitorId',
  'sessionId',
  'occurredAt',
  'receivedAt',
  'data',
  'ext',
  'session',
  'source',
] satisfies (keyof Event)[]);

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
