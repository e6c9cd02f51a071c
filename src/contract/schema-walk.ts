import { z } from 'zod';

/** A schema inside of another one: of a member (`*`: of any key or index), or, with null, of the same value. */
export type Inside = { key: string | null; schema: z.core.$ZodType };

/** The schemas directly inside of a schema. Facts about documents are found by this walk, whatever they are. */
export function schemasIn(schema: z.core.$ZodType): Inside[] {
  const each = (key: string | null) => (inner: z.core.$ZodType) => ({ key, schema: inner });
  if (schema instanceof z.ZodObject)
    return Object.entries<z.core.$ZodType>(schema.shape).map(([key, member]) => ({ key, schema: member }));
  if (schema instanceof z.ZodArray) return [schema.element].map(each('*'));
  if (schema instanceof z.ZodRecord) return [schema.valueType].map(each('*'));
  if (schema instanceof z.ZodTuple) return schema.def.items.map(each('*'));
  if (schema instanceof z.ZodUnion) return schema.options.map(each(null));
  if (schema instanceof z.ZodIntersection) return [schema.def.left, schema.def.right].map(each(null));
  const inner = wrappedIn(schema);
  return inner === null ? [] : [inner].map(each(null));
}

/** The names of the members of a value of a schema, whatever options it has. */
export function memberNames(schema: z.core.$ZodType): string[] {
  return schemasIn(schema).flatMap(({ key, schema: inner }) => (key === null ? memberNames(inner) : [key]));
}

/** A schema without its wrappers. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = wrappedIn(schema);
  return inner === null ? schema : unwrapped(inner);
}

/** The schema in a wrapper; null: this is no wrapper. */
function wrappedIn(schema: z.core.$ZodType): z.core.$ZodType | null {
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
  if (!(schema instanceof z.ZodPipe)) return null;
  // The schema of the values that are written: before a transformation, or after the one of a preprocessing.
  return schema.in instanceof z.ZodTransform ? schema.out : schema.in;
}
