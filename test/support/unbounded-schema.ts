/** A JSON schema, as far as it is walked. */
export type Schema = { [key: string]: unknown; $ref?: string; type?: string };

const bounds = ['maxLength', 'enum', 'const', 'pattern', 'format'];

/** The places in a JSON schema that may be of any size; `ofTexts` false: lists and maps only. */
export function unbounded(schema: Schema, { ofTexts = true } = {}): Generator<string> {
  return placesIn(schema, { ofTexts, definitions: Object(schema['$defs']) });
}

type Walk = { ofTexts: boolean; definitions: Record<string, Schema> };

function* placesIn(
  schema: Schema,
  options: Walk,
  place = '',
  within: ReadonlySet<Schema> = new Set(),
): Generator<string> {
  if (within.has(schema)) return;
  const inside = new Set([...within, schema]);
  const walk = (inner: unknown, at = place) =>
    typeof inner === 'object' && inner !== null ? placesIn(inner as Schema, options, at, inside) : []; // JSON
  if (schema.$ref !== undefined) yield* walk(options.definitions[schema.$ref.split('/').at(-1) ?? '']);
  const { type, items, additionalProperties: others } = schema;
  const isAny = Object.keys(schema).every((key) => ['description', 'default', '$schema'].includes(key));
  const isText = options.ofTexts && type === 'string' && bounds.every((bound) => schema[bound] === undefined);
  const isList = type === 'array' && schema['maxItems'] === undefined && schema['prefixItems'] === undefined;
  const isMap = type === 'object' && typeof others === 'object' && schema['maxProperties'] === undefined;
  if (isAny || isText || isList || isMap) yield place;
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) for (const one of listOf(schema[key])) yield* walk(one);
  yield* walk(items, `${place}/*`);
  yield* walk(others, `${place}/{}`);
  for (const [name, one] of Object.entries(Object(schema['properties']))) yield* walk(one, `${place}/${name}`);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
