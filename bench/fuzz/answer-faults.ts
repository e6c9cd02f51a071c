import { type Content, type Description, responsesOf } from '../../src/contract/openapi/openapi-document.ts';
import type { Route } from '../../src/contract/route.ts';
import type { RouteId } from '../../src/contract/routes.ts';
import { schemaFaults } from './json-schema.ts';

export type Seen = {
  route: Route & { id: RouteId };
  method: string;
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
};

const everywhere = ['x-content-type-options', 'content-security-policy', 'x-request-id', 'cache-control'];

/** The differences between a response and the description of its operation. */
export function answerFaults(seen: Seen, description: Description): string[] {
  const { route, method, status, headers, text } = seen;
  const faults = everywhere.filter((name) => headers[name] === undefined).map((name) => `no ${name}`);
  if (status >= 500 && !(status === 503 && headers['retry-after'] !== undefined)) faults.push('failed');
  if (headers['x-injected'] !== undefined) faults.push('a header was injected');
  const operation = description.paths[route.path]?.[route.method.toLowerCase()];
  const said = operation === undefined ? undefined : responsesOf(operation, description)[status];
  if (said === undefined && status < 400) return [...faults, `${status} is not described`];
  if (method === 'HEAD') return text === '' ? faults : [...faults, 'a body for HEAD'];
  const content: Content = said?.content ?? (status >= 400 ? problem : {});
  const [type, one] = Object.entries(content)[0] ?? [];
  if (type === undefined || one === undefined)
    return text === '' ? faults : [...faults, 'a body where none is described'];
  if (!String(headers['content-type']).startsWith(type.split(';', 1)[0] ?? ''))
    return [...faults, `${headers['content-type']} instead of ${type}`];
  if (!type.includes('json')) return faults;
  return [...faults, ...schemaFaults(JSON.parse(text), one.schema, description.components.schemas)];
}

const problem: Content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
