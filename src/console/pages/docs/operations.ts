import { type Schema, type Schemas, sampleOf } from './schema.ts';

type Content = Record<string, { schema?: Schema }>;

type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema };

/** An operation as OpenAPI describes it. */
type Described = {
  operationId: string;
  summary: string;
  tags: string[];
  'x-right'?: string[];
  security?: unknown[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};

/** One operation of the API with the schemas of its body and its successful response. */
export type Operation = Omit<Described, 'responses' | 'requestBody' | 'parameters'> & {
  parameters: Parameter[];
  method: string;
  path: string;
  body: Schema | null;
  status: string;
  answer: Schema | null;
};

export type Reference = { groups: [tag: string, operations: Operation[]][]; schemas: Schemas };

/** The operations of an OpenAPI description whose words hold the text, by tag. */
export function operationsIn(description: Record<string, unknown>, text: string): Reference {
  // The description that our own server made.
  const paths = (description['paths'] ?? {}) as Record<string, Record<string, Described>>;
  const components = (description['components'] ?? {}) as { schemas?: Schemas; parameters?: Record<string, Parameter> };
  const wanted = text.trim().toLowerCase();
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => operationOf(method, path, one, components.parameters)),
    )
    .filter(({ method, path, summary, operationId }) =>
      `${method} ${path} ${summary} ${operationId}`.toLowerCase().includes(wanted),
    );
  const groups = Map.groupBy(operations, ({ tags: [tag = ''] }) => tag);
  return { groups: [...groups], schemas: components.schemas ?? {} };
}

function operationOf(
  method: string,
  path: string,
  { responses, requestBody, parameters = [], ...rest }: Described,
  shared: Record<string, Parameter> = {},
): Operation {
  const [status = '', success] = Object.entries(responses).find(([code]) => code !== 'default') ?? [];
  const body = schemaIn(requestBody?.content);
  const own = parameters.flatMap((one) => ('$ref' in one ? (shared[one.$ref.split('/').at(-1) ?? ''] ?? []) : [one]));
  return {
    ...rest,
    parameters: own,
    method: method.toUpperCase(),
    path,
    body,
    status,
    answer: schemaIn(success?.content),
  };
}

function schemaIn(content: Content = {}): Schema | null {
  return Object.values(content)[0]?.schema ?? null;
}

/** The command that calls an operation; a body shows the required fields. */
export function curlOf({ method, path, body, security }: Operation, schemas: Schemas, origin: string): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}'${origin}${path}'`];
  if (security?.length !== 0) lines.push(`-H "Authorization: Bearer $MILLRACE_TOKEN"`);
  if (body !== null) {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d '${JSON.stringify(sampleOf(body, schemas)).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(' \\\n  ');
}
