import { z } from 'zod';
import { isSecretSchema } from '../secret.ts';
import { type Emitter, type Io, isRequired, type Json, sentencesOf, withText, wrappedBy } from './json-schema.ts';

type Schema = z.core.$ZodType;
type Parts = Pick<Emitter, 'emit' | 'constant' | 'component' | 'named' | 'nameOf' | 'nullable'>;

/**
 * A union as generators read it. Objects that a member with a constant text distinguishes are components of their own,
 * with a discriminator; other objects are one object, whose description lists the forms. A union with lists is any value.
 */
export function unionOf(union: z.ZodUnion, io: Io, parts: Parts, name: string | null): Json {
  const { members, isNullable } = membersOf(union);
  const inner = unionOfMembers(members, { io, parts, name, discriminator: discriminatorOf(union) });
  return isNullable ? parts.nullable(inner) : inner;
}

type Options = { io: Io; parts: Parts; name: string | null; discriminator?: string | null };

function unionOfMembers(members: readonly Schema[], { io, parts, name, discriminator = null }: Options): Json {
  const [only] = members;
  if (only !== undefined && members.length === 1) return parts.emit(only, io);
  const objects = members.map(objectIn);
  if (objects.every((one) => one !== null)) {
    const groups = discriminator === null || name === null ? null : groupsBy(discriminator, objects);
    if (groups === null || discriminator === null || name === null) return mergedObject(objects, io, parts);
    return discriminated({ groups, discriminator, name, io, parts });
  }
  const listed = members.map(constantsOf);
  if (listed.every((one) => one !== null)) return parts.constant([...new Set(listed.flat())]);
  const shapes = distinct(members.map((one) => withoutTime(parts.emit(one, io))));
  if (shapes.length === 1 && shapes[0] !== undefined) return shapes[0];
  if (shapes.some(({ type }) => type === 'array' || type === 'object'))
    return { description: `One of: ${[...new Set(shapes.map(wordOf))].join(', ')}.` };
  // A value that fits a member also fits one without keywords.
  const isOpen = shapes.some((one) => Object.keys(one).length === 0);
  return isOpen ? { anyOf: shapes } : { oneOf: shapes };
}

/** A time in a union is a text that says so: clients of typescript-fetch with a type for it do not compile. */
function withoutTime({ format, ...shape }: Json): Json {
  if (format === 'date-time') return withText(shape, 'A time (RFC 3339).');
  return format === undefined ? shape : { ...shape, format };
}

/** The members of a union, also of the unions in it, without null. */
export function membersOf(union: z.ZodUnion): { members: Schema[]; isNullable: boolean } {
  const members: Schema[] = [];
  let isNullable = false;
  const visit = (schema: Schema) => {
    if (schema instanceof z.ZodNull) isNullable = true;
    else if (isSecretSchema(schema)) members.push(schema);
    else if (schema instanceof z.ZodUnion) for (const option of schema.options) visit(option);
    else if (schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
      isNullable ||= schema instanceof z.ZodNullable;
      visit(schema.def.innerType);
    } else {
      const inner = wrappedBy(schema);
      if (inner === null) members.push(schema);
      else visit(inner);
    }
  };
  for (const option of union.options) visit(option);
  const secret = members.find(isSecretSchema);
  // A secret may also be given as text.
  return { members: secret === undefined ? members : [secret], isNullable };
}

/** The member that distinguishes the objects of a union; null: none that is a text. */
export function discriminatorOf(union: z.ZodUnion): string | null {
  return union instanceof z.ZodDiscriminatedUnion ? union.def.discriminator : null;
}

type Group = { values: string[]; objects: z.ZodObject[] };

/** The objects by the constants of a member; null when these are no texts. */
export function groupsBy(discriminator: string, objects: readonly z.ZodObject[]): Group[] | null {
  const groups: Group[] = [];
  for (const object of objects) {
    const values = textsOf(object.shape[discriminator]);
    if (values === null) return null;
    const group = groups.find((one) => one.values.some((value) => values.includes(value)));
    if (group === undefined) groups.push({ values, objects: [object] });
    else group.objects.push(object);
  }
  return groups;
}

function textsOf(schema: Schema | undefined): string[] | null {
  const values = schema === undefined ? null : constantsOf(schema);
  return values?.every((one) => typeof one === 'string') === true ? values : null;
}

type Discriminated = { groups: Group[]; discriminator: string; name: string; io: Io; parts: Parts };

function discriminated({ groups, discriminator, name, io, parts }: Discriminated): Json {
  const mapping: Json = {};
  const oneOf = groups.map(({ values, objects }) => {
    const [first] = objects;
    const own = first !== undefined && objects.length === 1 ? parts.nameOf(first, io) : null;
    const [, base = name, suffix = ''] = /^(.*?)(Input)?$/.exec(name) ?? [];
    const given = `${base}${values.map(capitals).join('Or')}${suffix}`;
    const component = parts.component(own ?? parts.named(given, objects, io), () => mergedObject(objects, io, parts));
    for (const value of values) mapping[value] = component['$ref'];
    return component;
  });
  return { oneOf, discriminator: { propertyName: discriminator, mapping } };
}

/** `standard-webhooks` as StandardWebhooks. */
function capitals(text: string): string {
  const words = text.replaceAll(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase());
  return words.replace(/^Oauth/, 'OAuth');
}

/** Objects as one: a member of every object that requires it is required. */
export function mergedObject(objects: readonly z.ZodObject[], io: Io, parts: Parts): Json {
  const keys = [...new Set(objects.flatMap((one) => Object.keys(one.shape)))];
  const membersOfKey = (key: string): Schema[] => objects.flatMap(({ shape }) => shape[key] ?? []);
  const required = keys.filter((key) => {
    const members = membersOfKey(key);
    return members.length === objects.length && members.every((one) => isRequired(one, io));
  });
  const plain = {
    type: 'object',
    properties: Object.fromEntries(keys.map((key) => [key, mergedMember(membersOfKey(key), io, parts)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  const whole = objects.map(sentencesOf).reduceRight(withText, plain);
  if (objects.length === 1) return whole;
  const forms = formsOf(objects, io);
  return forms === null ? whole : { ...withText(whole, forms.text), 'x-forms': forms.keys };
}

function mergedMember(members: readonly Schema[], io: Io, parts: Parts): Json {
  const shapes = distinct(members.map((one) => parts.emit(one, io)));
  const [shape = {}] = shapes;
  if (shapes.length === 1) return shape;
  const [one, ...others] = members;
  if (one === undefined) return {};
  const { members: all, isNullable } = membersOf(z.union([one as z.ZodType, ...(others as z.ZodType[])])); // Zod's own schemas
  const merged = unionOfMembers(all, { io, parts, name: null });
  return isNullable ? parts.nullable(merged) : merged;
}

/** The members that only some of the objects have, of each object, also as a sentence; null when there are none. */
function formsOf(objects: readonly z.ZodObject[], io: Io): { keys: string[][]; text: string } | null {
  const all = objects.map((one) => Object.keys(one.shape));
  const isCommon = (key: string) => all.every((one) => one.includes(key));
  const keys = all.map((one) => one.filter((key) => !isCommon(key)));
  if (keys.every((one) => one.length === 0)) return null;
  const isDistinct = (key: string) => new Set(objects.map(({ shape }) => JSON.stringify(textsOf(shape[key])))).size > 1;
  const words = objects.map((object) =>
    Object.entries<Schema>(object.shape)
      .flatMap(([key, child]) => {
        const values = textsOf(child);
        if (values?.length === 1 && isDistinct(key)) return [`\`${key}\`: ${JSON.stringify(values[0])}`];
        if (isCommon(key)) return [];
        return [isRequired(child, io) ? `\`${key}\`` : `[\`${key}\`]`];
      })
      .join(', '),
  );
  return {
    keys: [...new Map(keys.map((one) => [one.join(), one])).values()],
    text: `One of these forms: ${[...new Set(words)].join('; ')}.`,
  };
}

function objectIn(schema: Schema): z.ZodObject | null {
  return schema instanceof z.ZodObject ? schema : null;
}

function constantsOf(schema: Schema): unknown[] | null {
  if (schema instanceof z.ZodEnum) return schema.options;
  return schema instanceof z.ZodLiteral ? [...schema.values] : null;
}

function wordOf({ type, $ref }: Json): string {
  if (type === 'array') return 'a list';
  if (type === 'object' || $ref !== undefined) return 'an object';
  return type === 'string' ? 'a text' : `a ${String(type)}`;
}

function distinct(shapes: readonly Json[]): Json[] {
  return [...new Map(shapes.map((one) => [JSON.stringify(one), one])).values()];
}
