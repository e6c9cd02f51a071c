import { z } from 'zod';
import { unwrapped } from '../../contract/schema-walk.ts';

type Schema = z.core.$ZodType;

/**
 * A body without the members that a generated client sends although they are left out: null for an optional member that
 * takes none, and null or an empty list for a member of another form (a condition with `operator` and `any: []`). A null stays
 * where the schema takes it, where a member is required, in a map, and in a member that no form has.
 */
export function withoutAbsent(schema: Schema, value: unknown): unknown {
  return cleaned([schema], value);
}

/** `schemas`: those that describe the value at this place. */
function cleaned(schemas: readonly Schema[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const all = schemas.flatMap(membersOf);
  if (Array.isArray(value)) {
    const items = all.flatMap((one) => (one instanceof z.ZodArray ? [one.element] : []));
    return items.length === 0 ? value : value.map((one) => cleaned(items, one));
  }
  const objects = all.filter((one) => one instanceof z.ZodObject);
  const forms = objects.filter((one) => mayBe(one, value));
  if (forms.length === 0) return value;
  const form = forms.find((one) => isFilled(one, value, isEmpty)) ?? forms.find((one) => isFilled(one, value, isNull));
  const members = (of: readonly z.ZodObject[], key: string) =>
    of.flatMap(({ shape }): Schema[] => (Object.hasOwn(shape, key) ? [shape[key]] : []));
  const entries = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    const own = members(form === undefined ? forms : [form], key);
    const isAbsent =
      own.length === 0
        ? isEmpty(child) && members(objects, key).some((one) => isNull(child) || takes(one, child))
        : isNull(child) && own.every((one) => isOptional(one) && !takes(one, null));
    return isAbsent ? [] : [[key, cleaned(own, child)]];
  });
  return Object.fromEntries(entries);
}

const isNull = (value: unknown) => value === null;
const isEmpty = (value: unknown) => isNull(value) || (Array.isArray(value) && value.length === 0);

/** The schemas of a value: the members of unions, without their wrappers. */
function membersOf(schema: Schema): Schema[] {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodUnion ? inner.options.flatMap(membersOf) : [inner];
}

/** Whether the constants of an object, such as the type of an authentication, are those of a value. */
function mayBe({ shape }: z.ZodObject, value: object): boolean {
  return Object.entries<Schema>(shape).every(([key, child]) => {
    const given: unknown = Object(value)[key];
    const isConstant = child instanceof z.ZodLiteral || child instanceof z.ZodEnum;
    return !isConstant || given == null || z.safeParse(child, given).success;
  });
}

/** Whether a value is of this form: it has what the form requires, and of what the form lacks it has nothing. */
function isFilled({ shape }: z.ZodObject, value: object, isNothing: (value: unknown) => boolean): boolean {
  const given = new Map<string, unknown>(Object.entries(value));
  const isGiven = (key: string, child: Schema) =>
    given.has(key) && (!isNothing(given.get(key)) || (isNull(given.get(key)) && takes(child, null)));
  return (
    Object.entries<Schema>(shape).every(([key, child]) => isOptional(child) || isGiven(key, child)) &&
    [...given].every(([key, child]) => isNothing(child) || Object.hasOwn(shape, key))
  );
}

const isOptional = (schema: Schema) =>
  (schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform ? schema.out : schema)._zod.optin !== undefined;

const takes = (schema: Schema, value: unknown) => z.safeParse(schema, value).success;
