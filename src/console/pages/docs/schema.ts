import { docs } from '../../messages/en.ts';

const words = docs.api;

/** A JSON schema, as far as the reference shows it. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  /** The members that only some forms of an object have, of each form. */
  'x-forms'?: string[][];
};

export type Schemas = Readonly<Record<string, Schema>>;

/** A field of a body with the fields inside it. `name` is empty for one of several shapes. */
export type Field = { name: string; type: string; isRequired: boolean; fields: readonly Field[] };

/** The fields of a schema; those of lists and maps are the fields of their items. A schema inside itself has no fields. */
export function fieldsOf(given: Schema, schemas: Schemas, within: readonly string[] = []): readonly Field[] {
  const { schema, name } = resolved(given, schemas);
  if (name !== null && within.includes(name)) return [];
  const around = name === null ? within : [...within, name];
  const fieldOf = (name: string, one: Schema): Field => ({
    name,
    type: typeOf(one, schemas),
    isRequired: schema.required?.includes(name) === true,
    fields: fieldsOf(one, schemas, around),
  });
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).map(([name, one]) => fieldOf(name, one));
  const shapes = (choicesOf(schema) ?? []).map((one) => fieldOf('', one)).filter(({ fields }) => fields.length > 0);
  const [only, ...others] = shapes;
  if (only !== undefined) return others.length === 0 ? only.fields : shapes;
  const { items, additionalProperties: values } = schema;
  const inner = items ?? (typeof values === 'object' ? values : undefined);
  return inner === undefined ? [] : fieldsOf(inner, schemas, around);
}

/** The type of a schema with its bounds and what else is said of it: `integer int32 1 – 200 Default: 50.` */
export function typeOf(given: Schema, schemas: Schemas): string {
  return [kindOf(given, schemas), given.description].filter(Boolean).join(' ');
}

function kindOf(given: Schema, schemas: Schemas): string {
  const { schema, name } = resolved(given, schemas);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const kinds = [...new Set(choices.map((one) => kindOf(one, schemas)))];
    return kinds.join('').length < 60 ? kinds.join(' | ') : words.oneOf;
  }
  if (schema.items !== undefined) return `${words.list} ${kindOf(schema.items, schemas)}`;
  const type = [schema.type ?? words.anything].flat().join(' | ');
  return [name ?? type, schema.format, bounds(schema)].filter(Boolean).join(' ');
}

function bounds({ minimum, maximum, maxLength, maxItems }: Schema): string {
  const most = maximum ?? maxLength ?? maxItems;
  if (most === undefined || most >= Number.MAX_SAFE_INTEGER) return '';
  return minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? `≤ ${most}` : `${minimum} – ${most}`;
}

const depthMax = 6;

/** A body with the fields that are required. */
export function sampleOf(given: Schema, schemas: Schemas, depth = 0): unknown {
  const { schema } = resolved(given, schemas);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const inner = (one: Schema) => (depth < depthMax ? sampleOf(one, schemas, depth + 1) : null);
  const [choice] = choicesOf(schema) ?? [];
  if (choice !== undefined) return inner(choice);
  if (schema.properties !== undefined) {
    const [form = []] = schema['x-forms'] ?? [];
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([name]) => schema.required?.includes(name) === true || form.includes(name))
        .map(([name, one]) => [name, inner(one)]),
    );
  }
  const [type] = [schema.type].flat();
  if (type === 'string') return '…';
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  return type === 'array' ? [] : {};
}

const choicesOf = ({ anyOf, oneOf, allOf }: Schema) => anyOf ?? oneOf ?? allOf;

/** The schema that a reference leads to, and its name. */
function resolved(schema: Schema, schemas: Schemas): { schema: Schema; name: string | null } {
  const name = schema.$ref?.split('/').at(-1) ?? null;
  return name === null ? { schema, name } : { schema: schemas[name] ?? {}, name };
}
