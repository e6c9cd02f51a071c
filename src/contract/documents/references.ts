import { z } from 'zod';
import { isObject } from '../json.ts';
import { schemasIn } from '../schema-walk.ts';

/** The kinds of documents that others refer to. */
export type ReferredKind = 'connection' | 'destination' | 'behavior' | 'action';

/** `isLoose`: the document may be deleted although it is referred to. */
type Reference = { to: ReferredKind; isLoose: boolean };

const references = z.registry<Reference>();

/** Marks the schema of a text as the id of a document; in files it can be the name. */
export function refersTo<Schema extends z.ZodString>(
  to: ReferredKind,
  schema: Schema,
  { isLoose = false } = {},
): Schema {
  references.add(schema, { to, isLoose });
  return schema;
}

/** Called with each reference of a document, its text and its path; returns the text to replace it. */
export type MapReference = (to: ReferredKind, text: string, path: readonly PropertyKey[]) => string;

/**
 * A copy of a document of `schema` with its references mapped. A member with an id is called `connectionId`, one with a
 * name `connection`: `from` is what the document has, and the copy has the other. Other members are called the same in
 * both. The document need not be valid: what is no text where a reference is stays.
 */
export function mapReferences(
  schema: z.core.$ZodType,
  document: Record<string, unknown>,
  from: 'ids' | 'names',
  map: MapReference,
): Record<string, unknown> {
  const mapAt = (location: Location, value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === 'string' && location.reference !== null) return map(location.reference.to, value, path);
    const { items } = location;
    if (Array.isArray(value)) return items === null ? value : value.map((one, i) => mapAt(items, one, [...path, i]));
    return isObject(value) ? mapObject(location, value, path) : value;
  };
  const mapObject = ({ members }: Location, object: Record<string, unknown>, path: readonly PropertyKey[]) => {
    let rest = object;
    const renamed: Record<string, unknown> = {};
    for (const [idKey, { reference }] of members) {
      const nameKey = idKey.replace(/Id$/, '');
      if (reference === null || nameKey === idKey) continue;
      const [key, newKey] = from === 'ids' ? [idKey, nameKey] : [nameKey, idKey];
      const { [key]: text, ...others } = rest;
      if (typeof text === 'string') renamed[newKey] = map(reference.to, text, [...path, key]);
      // A name that is null is left out, and so is an id beside a name.
      if (typeof text === 'string' || (text === null && from === 'names')) rest = others;
      if (newKey in renamed && rest[newKey] === null) rest = without(rest, newKey);
    }
    const mapped = Object.entries(rest).map(([key, value]) => {
      const member = members.get(key);
      const isId = member?.reference != null && key.endsWith('Id');
      return [key, member === undefined || isId ? value : mapAt(member, value, [...path, key])] as const;
    });
    return { ...renamed, ...Object.fromEntries(mapped) };
  };
  return mapObject(locationOf([schema]), document, []);
}

function without(object: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _, ...others } = object;
  return others;
}

/** The references in a document of `schema`, each with its id or name; the document need not be valid. */
export function referencesIn(schema: z.core.$ZodType, document: unknown): Generator<Found> {
  return foundIn(locationOf([schema]), document);
}
type Found = Reference & { id: string };

function* foundIn({ reference, members, items }: Location, value: unknown): Generator<Found> {
  if (typeof value === 'string' && reference !== null) yield { ...reference, id: value };
  else if (Array.isArray(value) && items !== null) for (const one of value) yield* foundIn(items, one);
  else if (isObject(value))
    for (const [key, member] of members) if (Object.hasOwn(value, key)) yield* foundIn(member, value[key]);
}

/** A location in documents: the reference there, and the locations below it that lead to references. */
type Location = { reference: Reference | null; members: ReadonlyMap<string, Location>; items: Location | null };

const numbers = new Map<z.core.$ZodType, number>();
const locations = new Map<string, Location>();

/** The location of a value that has one of several schemas. A schema that contains itself leads to the same location. */
function locationOf(schemas: readonly z.core.$ZodType[]): Location {
  const all = [...new Set(schemas.flatMap((one) => [...sameValue(one)]))];
  const key = all.map(numberOf).join();
  const known = locations.get(key);
  if (known !== undefined) return known;
  const members = new Map<string, Location>();
  const reference = all.map((one) => references.get(one)).find((one) => one !== undefined) ?? null;
  const location: Location = { reference, members, items: null };
  locations.set(key, location);
  const below = Map.groupBy(
    all.flatMap(schemasIn).filter((one) => one.key !== null && leadsToReference(one.schema)),
    (one) => one.key,
  );
  for (const [name, inside] of below) {
    const inner = locationOf(inside.map(({ schema }) => schema));
    if (name === '*') location.items = inner;
    else if (name !== null) members.set(name, inner);
  }
  return location;
}

/** A schema and those that describe the same value: its options, and what it wraps. */
function* sameValue(schema: z.core.$ZodType): Generator<z.core.$ZodType> {
  yield schema;
  for (const { key, schema: inner } of schemasIn(schema)) if (key === null) yield* sameValue(inner);
}

function leadsToReference(schema: z.core.$ZodType, seen = new Set<z.core.$ZodType>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return references.has(schema) || schemasIn(schema).some((one) => leadsToReference(one.schema, seen));
}

function numberOf(schema: z.core.$ZodType): number {
  const number = numbers.get(schema) ?? numbers.size;
  numbers.set(schema, number);
  return number;
}
