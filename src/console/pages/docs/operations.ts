/** A JSON schema, as far as the reference shows it. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};

type Content = Record<string, { schema?: Schema }>;

type Described = {
  operationId: string;
  summary: string;
  tags: string[];
  'x-right'?: string[];
  security?: unknown[];
  parameters?: {
    name: string;
    in: 'path' | 'query' | 'header';
    required?: boolean;
    description?: string;
    schema: Schema;
  }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};

/** One operation of the API, as the reference shows it. */
export type Operation = Omit<Described, 'responses' | 'requestBody'> & {
  method: string;
  path: string;
  body: Schema | null;
  status: string;
  answer: Schema | null;
};

export type Reference = { groups: [tag: string, operations: Operation[]][]; schemas: Record<string, Schema> };

/** The operations of an OpenAPI description whose words hold the text, by tag. */
export function operationsIn(description: Record<string, unknown>, text: string): Reference {
  // The description that our own server made.
  const paths = (description['paths'] ?? {}) as Record<string, Record<string, Described>>;
  const components = (description['components'] ?? {}) as { schemas?: Record<string, Schema> };
  const wanted = text.trim().toLowerCase();
  const groups = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { responses, requestBody, ...rest }] of Object.entries(methods)) {
      const [status = '', success] = Object.entries(responses).find(([code]) => code !== 'default') ?? [];
      const operation = {
        ...rest,
        method: method.toUpperCase(),
        path,
        body: firstSchema(requestBody?.content),
        status,
        answer: firstSchema(success?.content),
      };
      if (!`${method} ${path} ${rest.summary} ${rest.operationId}`.toLowerCase().includes(wanted)) continue;
      const tag = rest.tags[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), operation]);
    }
  return { groups: [...groups], schemas: components.schemas ?? {} };
}

/** The command that calls an operation; a body shows the fields that must be there. */
export function curlOf(
  { method, path, body, security }: Operation,
  schemas: Record<string, Schema>,
  origin: string,
): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}'${origin}${path}'`];
  if (security !== undefined) lines.push(`-H "Authorization: Bearer $MILLRACE_TOKEN"`);
  if (body !== null) {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d '${JSON.stringify(sampleOf(body, schemas, 0)).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(' \\\n  ');
}

/** The schema behind a reference, and the reference's name. */
export function resolved(schema: Schema, schemas: Record<string, Schema>): { schema: Schema; name: string | null } {
  const name = schema.$ref?.split('/').at(-1) ?? null;
  return name === null ? { schema, name } : { schema: schemas[name] ?? {}, name };
}

const depthMax = 6;

function sampleOf(given: Schema, schemas: Record<string, Schema>, depth: number): unknown {
  const { schema } = resolved(given, schemas);
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0];
  if (choice !== undefined && depth < depthMax) return sampleOf(choice, schemas, depth + 1);
  if (schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([name, one]) => schema.required?.includes(name) === true && one.default === undefined)
        .map(([name, one]) => [name, depth < depthMax ? sampleOf(one, schemas, depth + 1) : null]),
    );
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'string') return '…';
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  return type === 'array' ? [] : {};
}

function firstSchema(content: Content | undefined): Schema | null {
  return Object.values(content ?? {})[0]?.schema ?? null;
}
