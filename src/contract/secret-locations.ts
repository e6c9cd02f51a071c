import { z } from 'zod';
import { schemasIn, unwrapped } from './schema-walk.ts';
import { isSecretSchema } from './secret.ts';

/** A location of secrets in the bodies of a schema. */
export type SecretLocation = {
  /** Keys from the body down; `*` is any key or index. */
  path: readonly string[];
  /** The literals of the object that has the secret, such as `{secret: true}` of a header with a secret value. */
  owner: Readonly<Record<string, unknown>>;
  /** Whether the schema also allows plain text here. */
  mayBePlain: boolean;
};

const known = new WeakMap<z.core.$ZodType, readonly SecretLocation[]>();

/** Every location at which a schema has `secretInput`, cached by schema. */
export function secretLocations(schema: z.core.$ZodType): readonly SecretLocation[] {
  const locations = known.get(schema) ?? [
    ...locationsIn(schema, { path: [], owner: {}, mayBePlain: false }, new Set()),
  ];
  known.set(schema, locations);
  return locations;
}

/** `open`: the schemas around this one; a schema that contains itself is not read again. */
function* locationsIn(
  schema: z.core.$ZodType,
  at: SecretLocation,
  open: ReadonlySet<z.core.$ZodType>,
): Generator<SecretLocation> {
  if (isSecretSchema(schema)) yield at;
  else if (!open.has(schema)) {
    const inside = new Set([...open, schema]);
    for (const [child, location] of childrenOf(schema, at)) yield* locationsIn(child, location, inside);
  }
}

function childrenOf(schema: z.core.$ZodType, at: SecretLocation): (readonly [z.core.$ZodType, SecretLocation])[] {
  const inside = schemasIn(schema);
  const owner =
    schema instanceof z.ZodObject
      ? Object.fromEntries(inside.flatMap(({ key, schema }) => literalOf(key, schema)))
      : {};
  const mayBePlain =
    at.mayBePlain ||
    (schema instanceof z.ZodUnion && inside.some((option) => unwrapped(option.schema) instanceof z.ZodString));
  return inside.map(({ key, schema }) => [
    schema,
    key === null ? { ...at, mayBePlain } : { path: [...at.path, key], owner, mayBePlain: false },
  ]);
}

function literalOf(key: string | null, schema: z.core.$ZodType): [string, unknown][] {
  const inner = unwrapped(schema);
  return key !== null && inner instanceof z.ZodLiteral && inner.values.size === 1 ? [[key, [...inner.values][0]]] : [];
}
