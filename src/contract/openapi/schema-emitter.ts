import { z } from 'zod';
import { isSecretSchema, secretInput, secretRef } from '../secret.ts';
import {
  type Emitter,
  type Io,
  isRequired,
  type Json,
  literalOf,
  nullable,
  type Schemas,
  sentencesOf,
  withText,
  wrappedBy,
} from './json-schema.ts';
import { unionOf } from './schema-union.ts';

type Schema = z.core.$ZodType;

/**
 * Writes Zod schemas as JSON Schemas that code generators read: no defaults in inputs (the description has them), no
 * recursive inline schemas, tuples as lists, unions as one object or by a discriminator. `names`: the schemas that
 * become components; one whose input differs from its output has two, of which the input ends in `Input`.
 */
export function schemaEmitter(names: ReadonlyMap<Schema, string>): Emitter {
  const components: Schemas = {};
  const enums = new Map(
    [...names].flatMap(([schema, name]) => (schema instanceof z.ZodEnum ? [[textKey(schema.options), name]] : [])),
  );
  const differing = new Map<Schema, boolean>();

  /** The schema, or a reference to its component. */
  function emit(schema: Schema, io: Io): Json {
    const name = nameOf(schema, io);
    // A component of requests and responses has what requests ask for, whichever comes first.
    const side = io === 'output' && name !== null && !differs(schema) ? 'input' : io;
    return name === null ? inline(schema, io) : component(name, () => inline(schema, side));
  }

  /** A reference to a component, which is made on first use. */
  function component(name: string, make: () => Json): Json {
    if (components[name] === undefined) {
      components[name] = {}; // what it contains may refer to it
      components[name] = make();
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function orNull(schema: Json): Json {
    const { $ref } = schema;
    const name = typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : '';
    const whole = components[name];
    if (!Array.isArray(whole?.['oneOf'])) return nullable(schema);
    components[name] = nullable(whole);
    return schema;
  }

  function nameOf(schema: Schema, io: Io): string | null {
    const name = schema instanceof z.ZodEnum ? enums.get(textKey(schema.options)) : names.get(schema);
    return name === undefined ? null : named(name, [schema], io);
  }

  /** The name of a component of these schemas. */
  function named(name: string, schemas: readonly Schema[], io: Io): string {
    const isOwn = io === 'input' && !/(?:Input|Patch)$/.test(name) && schemas.some(differs);
    return isOwn ? `${name}Input` : name;
  }

  function differs(schema: Schema): boolean {
    const known = differing.get(schema);
    if (known !== undefined) return known;
    const [input, output] = (['input', 'output'] as const).map((io) =>
      JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' })),
    );
    differing.set(schema, input !== output);
    return input !== output;
  }

  function inline(schema: Schema, io: Io): Json {
    const { description } = z.globalRegistry.get(schema) ?? {};
    const conditions = io === 'input' ? sentencesOf(schema) : undefined;
    return withText(withText(shapeOf(schema, io), conditions), description === secretText ? undefined : description);
  }

  /** One of some constants, which may have a name. */
  function constant(values: readonly unknown[]): Json {
    const name = enums.get(textKey(values));
    return name === undefined ? literalOf(values) : component(name, () => literalOf(values));
  }

  const secret = () =>
    component('Secret', () => {
      const mark = () => ({
        type: 'object',
        properties: { ref: leafOf(secretRef, 'input'), set: { type: 'boolean' }, updatedAt: { type: 'string' } },
        additionalProperties: false,
        description: 'One of these forms: `ref`; `set`, [`updatedAt`], [`ref`].',
        'x-forms': [['ref'], ['set', 'updatedAt', 'ref']],
      });
      const text = { type: 'string', maxLength: 65_536 };
      return withText({ oneOf: [text, component('SecretMark', mark)] }, secretText);
    });

  function shapeOf(schema: Schema, io: Io): Json {
    if (isSecretSchema(schema)) return secret();
    if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
      const { innerType, defaultValue } = schema.def;
      const isNamed = typeof defaultValue === 'object' && JSON.stringify(defaultValue) === '{}';
      const text =
        io === 'input' && !isNamed && defaultValue !== null ? `Default: ${JSON.stringify(defaultValue)}.` : undefined;
      return withText(emit(innerType, io), text);
    }
    if (schema instanceof z.ZodNullable) return orNull(emit(schema.unwrap(), io));
    if (schema instanceof z.ZodPipe) {
      const isInput = io === 'input' && !(schema.in instanceof z.ZodTransform);
      const side = isInput || schema.out instanceof z.ZodTransform ? schema.in : schema.out;
      return nameOf(side, io) === nameOf(schema, io) ? inline(side, io) : emit(side, io);
    }
    const inner = wrappedBy(schema);
    if (inner !== null) return emit(inner, io);
    if (schema instanceof z.ZodObject) return objectOf(schema, io);
    if (schema instanceof z.ZodArray) return { ...boundsOf(schema), ...itemsOf(schema.element, io) };
    if (schema instanceof z.ZodTuple) {
      const [first = z.unknown()] = schema.def.items;
      const { length } = schema.def.items;
      return { type: 'array', items: emit(first, io), minItems: length, maxItems: length };
    }
    if (schema instanceof z.ZodRecord) return recordOf(schema, io);
    if (schema instanceof z.ZodUnion) return unionOf(schema, io, emitter, names.get(schema) ?? null);
    if (schema instanceof z.ZodLiteral) return literalOf([...schema.values]);
    if (schema instanceof z.ZodEnum) return literalOf(schema.options);
    return leafOf(schema, io);
  }

  function objectOf(schema: z.ZodObject, io: Io): Json {
    const members: [string, Schema][] = Object.entries(schema.shape);
    const required = members.filter(([, child]) => isRequired(child, io)).map(([name]) => name);
    const rest = schema.def.catchall;
    // Clients in Go refuse members that are not described, unless others are allowed explicitly.
    const others = rest instanceof z.ZodUnknown ? {} : rest === undefined && io === 'input' ? undefined : false;
    return {
      type: 'object',
      properties: Object.fromEntries(members.map(([name, child]) => [name, emit(child, io)])),
      ...(required.length > 0 ? { required } : {}),
      ...(others === undefined ? {} : { additionalProperties: others }),
    };
  }

  function recordOf({ keyType, valueType }: z.ZodRecord, io: Io): Json {
    const value = emit(valueType, io);
    if (keyType instanceof z.ZodEnum) {
      const keys = keyType.options.map(String);
      const properties = Object.fromEntries(keys.map((key) => [key, value]));
      return { type: 'object', properties, required: keys, additionalProperties: false };
    }
    const { type: _, ...bounds } = leafOf(keyType, io);
    const isBounded = Object.keys(bounds).length > 0;
    return { type: 'object', ...(isBounded ? { propertyNames: bounds } : {}), additionalProperties: value };
  }

  const itemsOf = (element: Schema, io: Io): Json =>
    element instanceof z.ZodNever ? { items: {}, maxItems: 0 } : { items: emit(element, io) };

  const emitter = { emit, inline, constant, component, components, named, nameOf, nullable: orNull };
  return emitter;
}

/** The same for the same constants in any order. */
const textKey = (values: readonly unknown[]) => JSON.stringify(values.toSorted());

/** The description of every secret, which is that of the component. */
const { description: secretText } = secretInput.meta() ?? {};

/** A list without its items. */
function boundsOf({ def }: z.ZodArray): Json {
  const bounds: Json = { type: 'array' };
  for (const check of def.checks ?? []) {
    if (check instanceof z.core.$ZodCheckMinLength) bounds['minItems'] = check._zod.def.minimum;
    if (check instanceof z.core.$ZodCheckMaxLength) bounds['maxItems'] = check._zod.def.maximum;
  }
  return bounds;
}

const int32Max = 2 ** 31 - 1;

/** A text, number or other value without parts. */
function leafOf(schema: Schema, io: Io): Json {
  const written = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const { $schema: _, description: __, accepts: ___, minimum, maximum, minLength = 0, pattern, ...rest } = written;
  const leaf = { ...rest, ...(minLength > 0 ? { minLength } : {}) };
  const bounds = {
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
  if (leaf.type === 'number') return { ...leaf, format: 'double', ...bounds };
  if (leaf.type === 'integer') {
    const isSmall = maximum !== undefined && maximum <= int32Max && (minimum ?? 0) >= -int32Max;
    return { ...leaf, format: isSmall ? 'int32' : 'int64', ...bounds };
  }
  // The pattern of a time is long, and the format says it.
  if (leaf.format === 'date-time' || io === 'output') return leaf;
  if (!isTrimmed(schema)) return { ...leaf, ...(pattern === undefined ? {} : { pattern: portable(pattern) }) };
  const isBlank = (leaf.minLength ?? 0) === 0 && pattern === undefined;
  return { ...leaf, ...(isBlank ? {} : { pattern: pattern === undefined ? '\\S' : untrimmed(portable(pattern)) }) };
}

/** Whether spaces around a text are removed before it is looked at. */
function isTrimmed({ _zod: { def } }: Schema): boolean {
  return (def.checks ?? []).some(({ _zod: { def: check } }) => {
    if (check.check !== 'overwrite') return false;
    const { tx } = check as z.core.$ZodCheckOverwriteDef; // by its kind
    return tx(' ') === '';
  });
}

/** The pattern of a text with the spaces around it. */
function untrimmed(pattern: string): string {
  const [, inner] = /^\^(.*)\$$/s.exec(pattern) ?? [];
  return inner === undefined ? pattern : `^\\s*${inner}\\s*$`;
}

/** A pattern as other languages read it: a slash needs no escape, and a bracket in a class does. */
function portable(pattern: string): string {
  let isInClass = false;
  return pattern.replace(/\\.|[[\]]/g, (part) => {
    if (part === '\\/') return '/';
    if (part === '[' && isInClass) return '\\[';
    if (part.length === 1) isInClass = part === '[';
    return part;
  });
}
