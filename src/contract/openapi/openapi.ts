import { z } from 'zod';
import { type ErrorCode, errors, type Problem } from '../errors.ts';
import { page } from '../records/page.ts';
import type { Route } from '../route.ts';
import { isSingleResource, notRepeatable, type RouteId, routes, unversioned } from '../routes.ts';
import { intakePaths } from './intake-operations.ts';
import { conditionsOf, type Emitter, type Json, type Schemas } from './json-schema.ts';
import type { Description, Operation, Parameter, Paths, Response } from './openapi-document.ts';
import { schemaEmitter } from './schema-emitter.ts';
import { schemaNames } from './schema-names.ts';
import { sharedParts } from './shared-parts.ts';
import { tagDescriptions } from './tag-descriptions.ts';
import { writtenBody } from './written-bodies.ts';

const codes = z.enum(Object.keys(errors) as ErrorCode[]); // the keys of the table are the codes

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
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: codes,
  requestId: z.string(),
  errors: z.array(fieldError).exactOptional(),
}) satisfies z.ZodType<Problem>;

type Names = Map<z.core.$ZodType, string>;

/**
 * The API as OpenAPI 3.1, generated from the route table; each operation carries its rights as `x-right`. What code
 * generators can't read is not in it: openapi-rules.testing.ts.
 */
export function openApi(options: { version: string; url: string | null }): Description {
  const description = openApiParts(options);
  for (const route of routes) description.add(route);
  return description.whole();
}

/** The same route by route, for a server that does other work in between: of all routes it takes 0.2 s. */
export function openApiParts({ version, url }: { version: string; url: string | null }) {
  const names = schemaNames().set(problem, 'Problem').set(fieldError, 'FieldError');
  const emitter = schemaEmitter(names);
  emitter.emit(problem, 'output');
  const paths: Paths = {};
  return {
    add(route: (typeof routes)[number]): void {
      const { path, method } = route;
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(route, emitter, names) };
    },
    /** The description of the routes that were added, and of intake. */
    whole(): Description {
      const shared = sharedParts({ ...paths, ...intakePaths }, typeNames(emitter.components));
      return {
        openapi: '3.1.0',
        info: {
          title: 'Millrace',
          version,
          description: overview,
          // A generator refuses a contact with a relative URL.
          contact: { name: 'Millrace', ...(url === null ? {} : { url: `${url}/docs/api` }) },
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        servers: [{ url: url ?? '/' }],
        tags,
        security: [{ bearer: [] }, { session: [] }],
        paths: shared.paths,
        components: {
          schemas: emitter.components,
          responses: { ...responses, ...shared.responses },
          parameters: shared.parameters,
          headers,
          securitySchemes,
        },
      };
    },
  };
}

/** The names that generators give to types: those of schemas, and of their members with a schema of their own. */
function typeNames(schemas: Schemas): Set<string> {
  const all = Object.entries(schemas).flatMap(([name, { properties }]) => [
    name,
    ...Object.keys(Object(properties)).map((member) => name + capital(member)),
  ]);
  return new Set(all);
}

const tags = [...new Set(['intake', ...routes.map(({ tag }) => tag)])].map((name) => ({
  name,
  ...(tagDescriptions[name] === undefined ? {} : { description: tagDescriptions[name] }),
}));

/** What applies to all operations, in Markdown. */
const overview = `Events in, authenticated HTTP calls out. Senders post events to \`/v3/{key}\` with the key of a collector. Actions
select events, templates shape the request bodies, and connections deliver them.

**Authentication.** \`Authorization: Bearer TOKEN\` with an API token, which the console or
\`POST /api/v1/me/tokens\` creates. The console uses its session cookie; requests with it must come from the same origin. The rights that
an operation needs are in its \`x-right\`: without credentials it responds 401, without the right 403.

**Format.** JSON in UTF-8, names in camelCase. Times are RFC 3339 in UTC; durations in ms end in \`Ms\`. Unknown fields are
refused (422), and so are ids and names of things that don't exist. A null for an optional member that takes none, and
null or an empty list for a member of another form of an object, are read as left out; in a PATCH, null removes a member. Whole numbers are at most 2^53 − 1. Texts have no
U+0000 and no lone surrogates; those of one line are stored without the spaces around them. Secrets are given as text or as \`{"ref": "env:NAME"}\`, and returned as \`{"set": true, "updatedAt": …}\`.

**Lists.** Newest first: \`{"data": […], "page": {"next": …, "prev": …}}\`. \`limit\` is 50 by default and at most 200; send
\`page.next\` as \`cursor\` for the next page. Filters are query parameters.

**Changes.** PATCH is a JSON Merge Patch (RFC 7396), as \`application/json\` or \`application/merge-patch+json\`: members left out
stay, null restores the default, and the read-only members of a response are ignored. \`If-Match\` with the \`ETag\` of a resource refuses a change of a newer version (412).
\`Idempotency-Key\` on a POST makes a repetition safe: the first response is repeated for 24 h. \`PUT /api/v1/{kind}/by-name/{name}\`
creates or replaces.

**Errors.** \`application/problem+json\` (RFC 9457) with a \`code\`. Each code is explained at \`/docs/errors\`, where \`type\` links to.
429 and 503 have \`Retry-After\`; a token can make 20 requests a second, 1,000 at once.

The same server has this reference at \`/docs/api\`, its health at \`/readyz\` and its metrics at \`/metrics\`.`;

const headers: Json = {
  ETag: { description: 'The version of the resource, for If-Match and If-None-Match.', schema: { type: 'string' } },
  IdempotencyReplayed: {
    description: '`true`: the response to an earlier request with this Idempotency-Key.',
    schema: { type: 'string' },
  },
  Link: { description: 'The neighboring pages (RFC 8288), `rel` next and prev.', schema: { type: 'string' } },
  Location: { description: 'The path of the new resource.', schema: { type: 'string' } },
  RequestId: { description: 'The id of the request, as in the log.', schema: { type: 'string' } },
  RetryAfter: {
    description: 'Seconds to wait, with 429 and 503.',
    schema: { type: 'integer', format: 'int32', minimum: 0 },
  },
};

function headersOf(names: readonly (keyof typeof headerNames)[]): { headers: Json } {
  const entries = names.map((name) => [headerNames[name], { $ref: `#/components/headers/${name}` }]);
  return { headers: Object.fromEntries(entries) };
}

const headerNames = {
  ETag: 'ETag',
  IdempotencyReplayed: 'Idempotency-Replayed',
  Link: 'Link',
  Location: 'Location',
  RequestId: 'X-Request-Id',
  RetryAfter: 'Retry-After',
};

const responses: { [name: string]: Response } = {
  Unchanged: { description: 'Unchanged: If-None-Match has the current ETag' },
  Problem: {
    description: 'An error (RFC 9457)',
    ...headersOf(['RequestId', 'RetryAfter']),
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
function operationOf(route: (typeof routes)[number], emitter: Emitter, names: Names): Operation {
  const { id, path, rights, summary, tag, query, body } = route;
  const parameters = [...pathParameters(path), ...queryParameters(query, emitter), ...headerParameters(route)];
  return {
    operationId: id,
    summary,
    tags: [tag],
    'x-right': rights ?? [],
    // That of the document, but where none is needed.
    ...(rights === null ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === null ? {} : { requestBody: requestBody(body, { id, emitter, names }) }),
    responses: {
      ...successes(route, emitter, names),
      ...(isSingleResource(route) ? { 304: { $ref: '#/components/responses/Unchanged' } } : {}),
      '4XX': { $ref: '#/components/responses/Problem' },
      '5XX': { $ref: '#/components/responses/Problem' },
    },
  };
}

function successes(route: (typeof routes)[number], emitter: Emitter, names: Names): Operation['responses'] {
  const { id, path, output, status, produces } = route;
  if (output === null) return { [status]: { description: descriptions[status] ?? 'Done' } };
  const mayCreate = path.includes('/by-name/');
  // With `plan`, a replay is counted and not created.
  const [first, second] = output instanceof z.ZodUnion && id === 'createReplay' ? output.options : [];
  const of = (schema: z.core.$ZodType, code: number) => responseOf({ route, schema, code, produces, emitter, names });
  if (first !== undefined && second !== undefined) return { 200: of(second, 200), 201: of(first, 201) };
  return { [status]: of(output, status), ...(mayCreate ? { 201: of(output, 201) } : {}) };
}

const descriptions: Record<number, string> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'Done' };

type ResponseParts = {
  route: Route & { id: RouteId };
  schema: z.core.$ZodType;
  code: number;
  produces: string;
  emitter: Emitter;
  names: Names;
};

function responseOf({ route, schema, code, produces, emitter, names }: ResponseParts): Response {
  const isPage = schema instanceof z.ZodObject && schema.shape['page'] === page;
  const sent = headersOf([
    ...(has(schema, 'version') || isSingleResource(route) ? (['ETag'] as const) : []),
    ...(isPage ? (['Link'] as const) : []),
    ...(code === 201 && has(schema, 'id') ? (['Location'] as const) : []),
    ...(isRepeatable(route) ? (['IdempotencyReplayed'] as const) : []),
  ]);
  const described = { schema: outputOf(schema, route.id, emitter, names) };
  return {
    description: descriptions[code] ?? 'Done',
    ...(Object.keys(sent.headers).length > 0 ? sent : {}),
    content: {
      [produces.split(';', 1)[0] ?? produces]: described,
      ...(route.orElse === null ? {} : { [route.orElse]: described }),
    },
  };
}

/** Whether the objects of a schema have a member. */
function has(schema: z.core.$ZodType, member: string): boolean {
  if (schema instanceof z.ZodUnion) return schema.options.every((one) => has(one, member));
  return schema instanceof z.ZodObject && member in schema.shape;
}

/** The schema of a response; that of a list is named after its items. */
function outputOf(schema: z.core.$ZodType, id: RouteId, emitter: Emitter, names: Names): Json {
  const isAny = schema instanceof z.ZodRecord || !(schema instanceof z.ZodObject || schema instanceof z.ZodUnion);
  if (isAny) return emitter.emit(schema, 'output');
  const known = emitter.nameOf(schema, 'output');
  const list = schema instanceof z.ZodObject ? schema.shape['data'] : undefined;
  const item = list instanceof z.ZodArray ? emitter.nameOf(list.element, 'output') : null;
  if (known === null) names.set(schema, item === null ? `${capital(id)}Output` : `${item}List`);
  return emitter.emit(schema, 'output');
}

type BodyParts = { id: RouteId; emitter: Emitter; names: Names };

function requestBody(body: z.ZodType, { id, emitter, names }: BodyParts) {
  const written = writtenBody(id, emitter, names);
  if (written === null && emitter.nameOf(body, 'input') === null && !(body instanceof z.ZodRecord))
    names.set(body, `${capital(id)}Input`);
  const schema = written ?? emitter.emit(body, 'input');
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema } },
  };
}

function pathParameters(path: string): Parameter[] {
  const schema = { type: 'string', minLength: 1 };
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => ({ name, in: 'path', required: true, schema }));
}

function queryParameters(query: z.ZodType | null, emitter: Emitter): Parameter[] {
  if (!(query instanceof z.ZodObject)) return [];
  const { properties, required } = emitter.inline(query, 'input');
  const needed = Array.isArray(required) ? required : [];
  return Object.entries<Json>(Object(properties)).map(([name, { description, ...schema }]) => {
    const conditions = conditionsOf(query).flatMap(({ member, text }) => (member === name ? [text] : []));
    const own = typeof description === 'string' ? description.replace(/ ?One of: a text, a list\.$/, '') : '';
    const text = [own, ...conditions].filter((one) => one !== '').join(' ');
    return {
      name,
      in: 'query',
      ...(needed.includes(name) ? { required: true } : {}),
      ...(text === '' ? {} : { description: text }),
      schema: inQuery(schema),
    };
  });
}

/** A value of a query: a flag is `true` or `false`, and a list is one text. */
function inQuery(schema: Json): Json {
  if (JSON.stringify(schema['enum']) === '["true","false"]') return { type: 'boolean' };
  return Object.keys(schema).length === 0 ? { type: 'string' } : schema;
}

function isRepeatable({ id, method }: Route & { id: RouteId }): boolean {
  return method === 'POST' && !notRepeatable.has(id);
}

const header = (name: string, description: string, schema: Json): Parameter => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});
const tagList = { minLength: 1, pattern: '^[!-~ ]+$' };
const idempotencyKey = header(
  'Idempotency-Key',
  'The first response to a key is repeated for 24 h; another request with it is refused.',
  { minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
);
const ifMatch = header('If-Match', 'The ETag of the version to change.', tagList);
const ifNoneMatch = header('If-None-Match', 'The ETag of the version that the client has; 304 when unchanged.', {});

function headerParameters(route: Route & { id: RouteId }): Parameter[] {
  const { id, method, path } = route;
  if (isRepeatable(route)) return [idempotencyKey];
  const isChange = ['PUT', 'PATCH', 'DELETE'].includes(method) && !unversioned.has(id);
  if (isChange && (path.includes('{') || path === '/api/v1/settings')) return [ifMatch];
  return isSingleResource(route) ? [ifNoneMatch] : [];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
