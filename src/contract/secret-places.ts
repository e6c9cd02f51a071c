import { z } from 'zod';
import { isSecretSchema } from './secret.ts';

/** A location of secrets in the bodies of a schema. */
export type SecretPlace = {
  /** Keys from the body down; `*` is any key or index. */
  path: readonly string[];
  /** The literals of the object that has the secret, such as `{secret: true}` of a header with a secret value. */
  owner: Readonly<Record<string, unknown>>;
  /** Whether the schema also allows plain text here. */
  mayBePlain: boolean;
};

const known = new WeakMap<z.core.$ZodType, readonly SecretPlace[]>();

/** Every location at which a schema has `secretInput`, cached by schema. */
export function secretPlaces(schema: z.core.$ZodType): readonly SecretPlace[] {
  const places = known.get(schema) ?? [...placesIn(schema, { path: [], owner: {}, mayBePlain: false }, new Set())];
  known.set(schema, places);
  return places;
}

/** `open`: the schemas around this one; a schema that contains itself is not read again. */
function* placesIn(
  schema: z.core.$ZodType,
  at: SecretPlace,
  open: ReadonlySet<z.core.$ZodType>,
): Generator<SecretPlace> {
  if (isSecretSchema(schema)) yield at;
  else if (!open.has(schema)) {
    const inside = new Set([...open, schema]);
    for (const [child, place] of childrenOf(schema, at)) yield* placesIn(child, place, inside);
  }
}

function childrenOf(schema: z.core.$ZodType, at: SecretPlace): (readonly [z.core.$ZodType, SecretPlace])[] {
  const below = (key: string, owner = {}) => ({ path: [...at.path, key], owner, mayBePlain: false });
  if (schema instanceof z.ZodObject) {
    const members: [string, z.core.$ZodType][] = Object.entries(schema.shape);
    const owner = Object.fromEntries(members.flatMap(([key, child]) => literalOf(key, child)));
    return members.map(([key, child]) => [child, below(key, owner)]);
  }
  if (schema instanceof z.ZodArray) return [[schema.element, below('*')]];
  if (schema instanceof z.ZodRecord) return [[schema.valueType, below('*')]];
  if (schema instanceof z.ZodTuple) return schema.def.items.map((item) => [item, below('*')]);
  if (schema instanceof z.ZodUnion) {
    const mayBePlain = at.mayBePlain || schema.options.some((option) => unwrapped(option) instanceof z.ZodString);
    return schema.options.map((option) => [option, { ...at, mayBePlain }]);
  }
  if (schema instanceof z.ZodIntersection)
    return [
      [schema.def.left, at],
      [schema.def.right, at],
    ];
  const inner = innerOf(schema);
  return inner === null ? [] : [[inner, at]];
}

function literalOf(key: string, schema: z.core.$ZodType): [string, unknown][] {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodLiteral && inner.values.size === 1 ? [[key, [...inner.values][0]]] : [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = innerOf(schema);
  return inner === null ? schema : unwrapped(inner);
}

/** The schema in a wrapper; null: this is no wrapper. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | null {
  if (
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodLazy
  )
    return schema.unwrap();
  return schema instanceof z.ZodPipe ? schema.in : null;
}
