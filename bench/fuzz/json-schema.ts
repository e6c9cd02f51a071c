/** A JSON Schema as used by the API's description (OpenAPI 3.1), and the schemas that it may refer to. */
export type Schema = { readonly [keyword: string]: unknown };
export type Components = Readonly<Record<string, Schema>>;

/** The schema behind a reference. */
export function resolved(schema: Schema, components: Components): Schema {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema['$ref'] ?? ''))?.[1];
  if (name === undefined) return schema;
  const found = components[name];
  if (found === undefined) throw new Error(`no component ${name}`);
  return resolved(found, components);
}

/**
 * The violations of a schema by a value, each with place and message. Unknown keywords are an error, so that none is
 * ignored.
 */
export function schemaFaults(value: unknown, schema: Schema, components: Components, at = ''): string[] {
  return Object.entries(resolved(schema, components)).flatMap(([keyword, wanted]) => {
    const check = checks[keyword];
    if (check === undefined) throw new Error(`unknown keyword ${keyword} at ${at}`);
    const whole = resolved(schema, components);
    return check({ value, wanted, whole, at, inner: (part, of, to) => schemaFaults(part, of, components, to) });
  });
}

type Check = (input: {
  value: unknown;
  /** The value of the keyword, described by JSON Schema and not by a type. */
  wanted: unknown;
  whole: Schema;
  at: string;
  inner: (value: unknown, schema: Schema, at: string) => string[];
}) => string[];

const nothing: Check = () => [];
const asSchema = (value: unknown) => value as Schema; // the description is made of schemas in these places
const asSchemas = (value: unknown) => value as readonly Schema[]; // the same, of lists of them
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const bound =
  (measure: (value: unknown) => number | null, fits: (size: number, bound: number) => boolean): Check =>
  ({ value, wanted, at }) => {
    const size = measure(value);
    return size === null || fits(size, Number(wanted)) ? [] : [`${at}: ${size} is out of bounds`];
  };
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);
const charactersOf = (value: unknown) => (typeof value === 'string' ? [...value].length : null);
const membersOf = (value: unknown) => (isObject(value) ? Object.keys(value).length : null);
const itemsOf = (value: unknown) => (Array.isArray(value) ? value.length : null);

const checks: Record<string, Check> = {
  type({ value, wanted, at }) {
    const types = Array.isArray(wanted) ? wanted : [wanted];
    return types.some((type) => isOfType(value, type))
      ? []
      : [`${at}: ${JSON.stringify(value)?.slice(0, 60)} is no ${types}`];
  },
  const: ({ value, wanted, at }) => (value === wanted ? [] : [`${at}: is not ${wanted}`]),
  enum: ({ value, wanted, at }) =>
    Array.isArray(wanted) && wanted.includes(value) ? [] : [`${at}: ${JSON.stringify(value)} is not one of ${wanted}`],
  anyOf({ value, wanted, at, inner }) {
    const faults = asSchemas(wanted).map((one) => inner(value, one, at));
    return faults.some((one) => one.length === 0) ? [] : (faults.toSorted((a, b) => a.length - b.length)[0] ?? []);
  },
  oneOf({ value, wanted, at, inner }) {
    const fitting = asSchemas(wanted).filter((one) => inner(value, one, at).length === 0).length;
    return fitting === 1 ? [] : [`${at}: fits ${fitting} of what it must be one of`];
  },
  allOf: ({ value, wanted, at, inner }) => asSchemas(wanted).flatMap((one) => inner(value, one, at)),
  not: ({ value, wanted, at, inner }) => (inner(value, asSchema(wanted), at).length > 0 ? [] : [`${at}: must not be`]),
  properties: ({ value, wanted, at, inner }) =>
    isObject(value)
      ? Object.entries(asSchema(wanted)).flatMap(([name, one]) =>
          Object.hasOwn(value, name) ? inner(value[name], asSchema(one), `${at}/${name}`) : [],
        )
      : [],
  required: ({ value, wanted, at }) =>
    isObject(value) && Array.isArray(wanted)
      ? wanted.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}/${name} is missing`)
      : [],
  additionalProperties({ value, wanted, whole, at, inner }) {
    if (!isObject(value) || wanted === true) return [];
    const known = asSchema(whole['properties'] ?? {});
    const others = Object.keys(value).filter((name) => !Object.hasOwn(known, name));
    if (wanted === false) return others.map((name) => `${at}/${name} is not described`);
    return others.flatMap((name) => inner(value[name], asSchema(wanted), `${at}/${name}`));
  },
  propertyNames: ({ value, wanted, at, inner }) =>
    isObject(value) ? Object.keys(value).flatMap((name) => inner(name, asSchema(wanted), `${at}/${name}`)) : [],
  items: ({ value, wanted, whole, at, inner }) =>
    Array.isArray(value) && typeof wanted === 'object'
      ? value
          .slice(asSchemas(whole['prefixItems'] ?? []).length)
          .flatMap((one, i) => inner(one, asSchema(wanted), `${at}/${i}`))
      : [],
  prefixItems: ({ value, wanted, at, inner }) =>
    Array.isArray(value) ? asSchemas(wanted).flatMap((one, i) => inner(value[i], one, `${at}/${i}`)) : [],
  minProperties: bound(membersOf, (size, least) => size >= least),
  minItems: bound(itemsOf, (size, least) => size >= least),
  maxItems: bound(itemsOf, (size, most) => size <= most),
  minLength: bound(charactersOf, (size, least) => size >= least),
  maxLength: bound(charactersOf, (size, most) => size <= most),
  minimum: bound(numberOf, (size, least) => size >= least),
  maximum: bound(numberOf, (size, most) => size <= most),
  exclusiveMinimum: bound(numberOf, (size, least) => size > least),
  exclusiveMaximum: bound(numberOf, (size, most) => size < most),
  pattern: ({ value, wanted, at }) =>
    typeof value !== 'string' || new RegExp(String(wanted), 'u').test(value)
      ? []
      : [`${at}: not of the form ${wanted}`],
  format: ({ value, wanted, at }) =>
    wanted !== 'date-time' || typeof value !== 'string' || isTime(value) ? [] : [`${at}: no time`],
  'x-forms'({ value, wanted, at }) {
    if (!isObject(value) || !Array.isArray(wanted)) return [];
    const given = wanted.flat().filter((name) => Object.hasOwn(value, name));
    return wanted.some((form) => given.every((name) => form.includes(name))) ? [] : [`${at}: members of two forms`];
  },
  discriminator: nothing,
  description: nothing,
  default: nothing,
  title: nothing,
  examples: nothing,
  writeOnly: nothing,
  readOnly: nothing,
};

/** RFC 3339 §5.6. */
function isTime(text: string): boolean {
  const [, day = ''] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(Date.parse(text)) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
