import { z } from 'zod';
import { me, session } from './accounts/sign-in.ts';
import { alertMessage } from './documents/alert.ts';
import { condition } from './documents/condition.ts';
import { parameter } from './documents/parameter.ts';
import { type ErrorCode, errors, type Problem } from './errors.ts';
import { auditEntry } from './records/audit.ts';
import { eventRef } from './records/check.ts';
import { delivery } from './records/delivery.ts';
import { event } from './records/event.ts';
import { explainedCondition } from './records/explanation.ts';
import { sampleInput } from './records/sample.ts';
import { stats } from './records/stats.ts';
import { trace } from './records/trace.ts';
import type { Route } from './route.ts';
import { isSingleResource, notRepeatable, type RouteId, routes, routeTable, unversioned } from './routes.ts';

type Json = { [key: string]: unknown };

export type Content = { [mediaType: string]: { schema: Json } };

/** One operation of /openapi.json. */
type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { required: boolean; content: Content };
  responses: { [status: string]: { description?: string; content?: Content; $ref?: string } };
  [more: string]: unknown;
};

type Parameter = NonNullable<Operation['parameters']>[number];
type Schemas = Description['components']['schemas'];

/** /openapi.json, by path and method in lower case. */
export type Description = {
  paths: { [path: string]: { [method: string]: Operation } };
  components: { schemas: { [name: string]: Json }; [more: string]: unknown };
  [more: string]: unknown;
};

const resources = [
  'Connection',
  'Destination',
  'Action',
  'Behavior',
  'Alert',
  'Collector',
  'User',
  'Role',
  'Token',
] as const;

/** Schemas with a name of their own; the others are named after their route. */
const named = new Map<z.core.$ZodType, string>([
  ...resources.flatMap((name): [z.core.$ZodType, string][] => [
    [routeTable[`create${name}`].body, `${name}Input`],
    [routeTable[`get${name}`].output, name],
  ]),
  [alertMessage, 'AlertMessage'],
  [condition, 'Condition'],
  [delivery, 'Delivery'],
  [event, 'Event'],
  [eventRef, 'EventRef'],
  [explainedCondition, 'ExplainedCondition'],
  [parameter, 'Parameter'],
  [sampleInput, 'SampleInput'],
  [stats, 'Stats'],
  [trace, 'Trace'],
  [me, 'Me'],
  [session, 'Session'],
  [auditEntry, 'AuditEntry'],
]);

/** Errors of a template have their place in it. */
const fieldError = z.looseObject({
  pointer: z.string(),
  detail: z.string(),
  code: z.string(),
  line: z.int().exactOptional(),
  column: z.int().exactOptional(),
});

const problem = z.looseObject({
  type: z.string().meta({ format: 'uri-reference' }),
  title: z.string(),
  status: z.number().meta({ type: 'integer' }),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(Object.keys(errors) as ErrorCode[]), // the keys of the table are the codes
  requestId: z.string(),
  errors: z.array(fieldError).exactOptional(),
}) satisfies z.ZodType<Problem>;

/** The API as OpenAPI 3.1, generated from the route table; each operation carries its rights as `x-right`. */
export function openApi(options: { version: string; url: string | null }): Description {
  const description = openApiParts(options);
  for (const route of routes) description.add(route);
  return description.whole();
}

/** The same route by route, for a server that does other work in between: of all routes it takes 0.2 s. */
export function openApiParts({ version, url }: { version: string; url: string | null }) {
  const schemas: Schemas = {};
  schemaOf(problem, 'output', 'Problem', schemas);
  const paths: Description['paths'] = {};
  return {
    add(route: (typeof routes)[number]): void {
      const { path, method } = route;
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(route, schemas) };
    },
    /** The description of the routes that were added. */
    whole: (): Description => ({
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version,
        description: overview,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      ...(url === null ? {} : { servers: [{ url }] }),
      paths,
      components: { schemas: reachable(paths, schemas), responses, securitySchemes },
    }),
  };
}

/** What applies to all operations, in Markdown. */
const overview = `Events in, authenticated HTTP calls out. Senders post events to \`/v3/{key}\` with the key of a collector. Actions
select events, templates shape the request bodies, and connections deliver them.

**Authentication.** \`Authorization: Bearer TOKEN\` with an API token, which the console or
\`POST /api/v1/me/tokens\` creates. The console uses its session cookie; requests with it must come from the same origin. The rights that
an operation needs are in its \`x-right\`: without credentials it responds 401, without the right 403.

**Format.** JSON in UTF-8, names in camelCase. Times are RFC 3339 in UTC; durations in ms end in \`Ms\`. Unknown fields are
refused (422). Secrets are given as text or as \`{"ref": "env:NAME"}\`, and returned as \`{"set": true, "updatedAt": …}\`.

**Lists.** Newest first: \`{"data": […], "page": {"next": …, "prev": …}}\`. \`limit\` is 50 by default and at most 200; send
\`page.next\` as \`cursor\` for the next page. Filters are query parameters.

**Changes.** PATCH is a JSON Merge Patch. \`If-Match\` with the \`ETag\` of a resource refuses a change of a newer version (412).
\`Idempotency-Key\` on a POST makes a repetition safe: the first response is repeated for 24 h. \`PUT /api/v1/{kind}/by-name/{name}\`
creates or replaces.

**Errors.** \`application/problem+json\` (RFC 9457) with a \`code\`. Each code is explained at \`/docs/errors\`, where \`type\` links to.
429 and 503 have \`Retry-After\`; a token can make 20 requests a second, 1,000 at once.

The same server has this reference at \`/docs/api\`, its health at \`/readyz\` and its metrics at \`/metrics\`.`;

const responses: Json = {
  Problem: {
    description: 'An error (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
};

const securitySchemes: Json = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API token' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-millrace',
    description: 'The session cookie, set by signing in (named `millrace` without https)',
  },
};

/** Describes one route, and adds the schemas that it names. */
function operationOf(route: (typeof routes)[number], schemas: Schemas): Operation {
  const { id, method, path, rights, summary, tag, query, body, output, status, produces } = route;
  const parameters = [...pathParameters(path), ...queryParameters(query, schemas, id), ...headerParameters(route)];
  const content =
    output === null
      ? {}
      : { content: { [produces]: { schema: schemaOf(output, 'output', `${capital(id)}Output`, schemas) } } };
  const mayCreate = path.includes('/by-name/') || id === 'createReplay';
  return {
    operationId: id,
    summary,
    tags: [tag],
    'x-right': rights ?? [],
    ...(rights === null ? {} : { security: [{ bearer: [] }, { session: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === null ? {} : { requestBody: requestBody(method, body, id, schemas) }),
    responses: {
      [status]: { description: summary, ...content },
      ...(mayCreate ? { 201: { description: 'Created', ...content } } : {}),
      ...(isSingleResource(route) ? { 304: { description: 'Unchanged: If-None-Match has the current ETag' } } : {}),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function requestBody(
  method: string,
  body: z.ZodType,
  id: RouteId,
  schemas: Schemas,
): NonNullable<Operation['requestBody']> {
  const schema = schemaOf(body, 'input', `${capital(id)}Body`, schemas);
  const content = { 'application/json': { schema } };
  return {
    required: !body.safeParse(undefined).success,
    content: method === 'PATCH' ? { 'application/merge-patch+json': { schema }, ...content } : content,
  };
}

function pathParameters(path: string): Parameter[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | null, schemas: Schemas, id: RouteId): Parameter[] {
  if (query === null) return [];
  const { properties, required } = jsonSchema(query, 'input', `${capital(id)}Query`, schemas);
  const needed = Array.isArray(required) ? required : [];
  return Object.entries<Json>(Object(properties)).map(([name, schema]) => ({
    name,
    in: 'query',
    required: needed.includes(name),
    schema,
  }));
}

function headerParameters({ id, method, path }: Route & { id: RouteId }): Parameter[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  if (method === 'POST' && !notRepeatable.has(id))
    return [header('Idempotency-Key', 'The first response to a key is repeated for 24 h.')];
  const isChange = ['PUT', 'PATCH', 'DELETE'].includes(method) && !unversioned.has(id);
  if (isChange && (path.includes('{') || path === '/api/v1/settings'))
    return [header('If-Match', 'The ETag of the version to change.')];
  if (isSingleResource({ method, path }))
    return [header('If-None-Match', 'The ETag of the version that the client has; 304 when it is unchanged.')];
  return [];
}

/** A reference to the schema among the components; the items of a page are a reference too. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', name: string, schemas: Schemas): Json {
  const own = named.get(schema) ?? name;
  schemas[own] ??= jsonSchema(schema, io, own, schemas);
  return { $ref: `#/components/schemas/${own}` };
}

/**
 * The JSON Schema of a Zod schema. Recursive parts, which Zod returns separately, move to the components, like all
 * schemas that have a name there.
 */
function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output', name: string, schemas: Schemas): Json {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: target }) => {
      const own = named.get(zodSchema);
      if (own === undefined || own === name) return;
      schemas[own] ??= jsonSchema(zodSchema, io, own, schemas);
      for (const key of Object.keys(target)) delete target[key as keyof typeof target];
      target.$ref = `#/components/schemas/${own}`;
    },
  });
  const { $defs, $schema: _, ...root } = made;
  for (const [key, definition] of Object.entries($defs ?? {})) schemas[`${name}${key}`] = relinked(definition, name);
  return relinked(root, name);
}

/** The referenced components, without parts that Zod named and a component of ours replaces. */
function reachable(paths: Json, schemas: Schemas): Schemas {
  const found = new Set(['Problem']);
  const visit = (value: unknown) => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(schemas[name]);
    }
  };
  visit(paths);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)));
}

/** A schema of Zod whose references to itself and to its parts name components. */
function relinked(schema: unknown, name: string): Json {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' ? String(value).replace(/^#(\/\$defs\/|$)/, `#/components/schemas/${name}`) : value,
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
