import { z } from 'zod';
import { lineMessage } from '../text.ts';

export type Json = { [key: string]: unknown };
export type Schemas = { [name: string]: Json };
export type Io = 'input' | 'output';
type Schema = z.core.$ZodType;

/** Writes schemas, and the components that they refer to. */
export type Emitter = {
  /** The schema, or a reference to its component. */
  emit(schema: Schema, io: Io): Json;
  /** The schema itself, also when it has a name. */
  inline(schema: Schema, io: Io): Json;
  /** One of some constants, or a reference to their component. */
  constant(values: readonly unknown[]): Json;
  /** The schema with null as a further value. A union that is referred to has it itself: clients in Java read no other. */
  nullable(schema: Json): Json;
  /** A reference to a component, which is made on first use. */
  component(name: string, make: () => Json): Json;
  /** The name of a component of these schemas. */
  named(name: string, schemas: readonly Schema[], io: Io): string;
  /** The name of the component of a schema; null: it has none. */
  nameOf(schema: Schema, io: Io): string | null;
  readonly components: Schemas;
};

/** The schema in a wrapper that changes nothing of its JSON; null: this is no such wrapper. */
export function wrappedBy(schema: Schema): Schema | null {
  if (schema instanceof z.ZodLazy) return schema.unwrap();
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch;
  return isWrapper ? schema.def.innerType : null;
}

export function isRequired(schema: Schema, io: Io): boolean {
  // What is prepared first says nothing of whether it may be missing.
  if (io === 'input' && schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform)
    return isRequired(schema.out, io);
  return (io === 'input' ? schema._zod.optin : schema._zod.optout) === undefined;
}

/** The schema with null as a further value. */
export function nullable(schema: Json): Json {
  const { type, enum: values, const: value, oneOf, description, ...rest } = schema;
  const text = description === undefined ? {} : { description };
  if (schema['$ref'] !== undefined) return { ...text, oneOf: [rest, { type: 'null' }] };
  if (Array.isArray(oneOf)) {
    const isNullable = oneOf.some((one) => one.type === 'null');
    return isNullable ? schema : { ...schema, oneOf: [...oneOf, { type: 'null' }] };
  }
  if (typeof type !== 'string') return schema;
  const listed = Array.isArray(values) ? values : value === undefined ? null : [value];
  return { ...text, type: [type, 'null'], ...(listed === null ? {} : { enum: [...listed, null] }), ...rest };
}

/** The schema with a further sentence in its description. */
export function withText(schema: Json, text: string | undefined): Json {
  if (text === undefined) return schema;
  const before = typeof schema['description'] === 'string' ? [schema['description']] : [];
  return { ...schema, description: [text, ...before].join(' ') };
}

/** What a schema asks for beyond JSON Schema, in the words of its refusals; each with the member that it is about. */
export function conditionsOf({ _zod: { def } }: Schema): { member: string | null; text: string }[] {
  return (def.checks ?? []).flatMap(({ _zod: check }) => {
    if (check.def.check !== 'custom') return [];
    const { path, error } = check.def as z.core.$ZodCustomDef; // by its kind
    const message = error?.({ code: 'custom', path: [], input: undefined });
    return typeof message === 'string' && message !== lineMessage
      ? [{ member: path?.[0]?.toString() ?? null, text: message }]
      : [];
  });
}

/** The same as sentences. */
export function sentencesOf(schema: Schema): string | undefined {
  const { accepts } = z.globalRegistry.get(schema) ?? {};
  const sentences = conditionsOf(schema).map(({ member, text }) => (member === null ? text : `\`${member}\`: ${text}`));
  if (typeof accepts === 'string') sentences.push(accepts);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

/** One or more constants. A constant of true or false has no keyword that every generator reads. */
export function literalOf(values: readonly unknown[]): Json {
  const type = typeof values[0];
  if (type === 'boolean') return { type };
  return values.length === 1 ? { type, const: values[0] } : { type, enum: values };
}
