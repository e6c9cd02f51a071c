import type { z } from 'zod';
import type { ErrorCode, FieldError } from '../contract/errors.ts';
import type { Page } from '../contract/records/page.ts';
import type { PathParameters } from '../contract/route.ts';
import { type RouteId, type RouteTable, routeTable } from '../contract/routes.ts';

/** An error response of the server. `code` is `network` when there was no response. */
export class ClientError extends Error {
  readonly code: ErrorCode | 'network' | 'unknown';
  readonly status: number;
  readonly errors: FieldError[];
  readonly requestId: string | null;
  /** Every member of the problem, such as the users of a thing that is in use. */
  readonly problem: Record<string, unknown>;

  constructor(message: string, status: number, problem: Record<string, unknown>, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientError';
    this.status = status;
    this.problem = problem;
    // The members of a problem as the contract describes them.
    this.code = (problem['code'] as ErrorCode | undefined) ?? (status === 0 ? 'network' : 'unknown');
    this.errors = (problem['errors'] as FieldError[] | undefined) ?? [];
    this.requestId = (problem['requestId'] as string | undefined) ?? null;
  }
}

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** The response of a route. */
export type RouteResponse<Id extends RouteId> = Output<RouteTable[Id]['output']>;

type Params<Id extends RouteId> =
  PathParameters<RouteTable[Id]['path']> extends never
    ? { params?: undefined }
    : { params: Record<PathParameters<RouteTable[Id]['path']>, string> };
type Query<Id extends RouteId> = { query?: Partial<Input<RouteTable[Id]['query']>> };
type Body<Id extends RouteId> =
  undefined extends Input<RouteTable[Id]['body']>
    ? { body?: Input<RouteTable[Id]['body']> }
    : { body: Input<RouteTable[Id]['body']> };
type Conditions = {
  /** The ETag of a version, or the version itself. */
  ifMatch?: string | number;
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/** The input of a route. */
export type CallInput<Id extends RouteId> = Params<Id> & Query<Id> & Body<Id> & Conditions;

/** Routes whose responses are pages. */
export type ListId = { [Id in RouteId]: RouteResponse<Id> extends Page<unknown> ? Id : never }[RouteId];
/** An item of a list. */
export type Item<Id extends ListId> = RouteResponse<Id> extends Page<infer T> ? T : never;

export type Client = ReturnType<typeof createClient>;

/** The input of a call, optional when the route needs none. */
export type Arguments<Id extends RouteId> =
  Record<never, never> extends CallInput<Id> ? [input?: CallInput<Id>] : [input: CallInput<Id>];

/** A client of the API at a root URL, derived from the route table. Runs wherever `fetch` exists. */
export function createClient({
  url,
  token,
  fetch = globalThis.fetch,
}: {
  url: string;
  token: string | null;
  fetch?: typeof globalThis.fetch;
}) {
  const root = url.replace(/\/+$/, '');

  /** Calls a route; throws ClientError for every response but success. */
  async function call<Id extends RouteId>(id: Id, ...[input]: Arguments<Id>): Promise<RouteResponse<Id>> {
    const { method, path, produces } = routeTable[id];
    const { params, query, body, ifMatch, idempotencyKey, signal }: Loose = input ?? {};
    const headers = new Headers({ accept: `${produces.split(';', 1)[0]}, application/problem+json` });
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (ifMatch !== undefined) headers.set('if-match', typeof ifMatch === 'number' ? `"${ifMatch}"` : ifMatch);
    if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
    const address = `${root}${filled(path, params ?? {})}${queryText(query ?? {})}`;
    const response = await fetch(address, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((cause: unknown) => {
      if (signal?.aborted === true) throw cause;
      throw new ClientError(`${root} is not reachable.`, 0, {}, cause);
    });
    const text = await response.text();
    if (!response.ok) throw errorOf(response, text);
    if (text === '') return undefined as RouteResponse<Id>; // the route has no output
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return (isJson ? JSON.parse(text) : text) as RouteResponse<Id>; // what the route table says of this route
  }

  /** All items of a list, newest first, a page at a time. */
  async function* list<Id extends ListId>(id: Id, ...[input]: Arguments<Id>): AsyncGenerator<Item<Id>> {
    const { query, ...rest }: Loose = input ?? {};
    let cursor: string | null | undefined;
    do {
      const more = { ...rest, query: { limit: 200, ...query, ...(cursor === undefined ? {} : { cursor }) } };
      const page = (await call(id, ...([more] as unknown as Arguments<Id>))) as Page<Item<Id>>; // Id is a list
      yield* page.data;
      cursor = page.page.next;
    } while (cursor !== null);
  }

  return { call, list };
}

/** The input of any route. */
type Loose = {
  params?: Record<string, string> | undefined;
  query?: Record<string, unknown> | undefined;
  body?: unknown;
} & Conditions;

function filled(path: string, params: Record<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`The path ${path} needs ${name}.`);
    return encodeURIComponent(value);
  });
}

function queryText(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs)}`;
}

function errorOf(response: Response, text: string): ClientError {
  let problem: Record<string, unknown> = {};
  // Health checks that fail respond in plain JSON.
  if (/^application\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '')) problem = JSON.parse(text);
  const detail = problem['detail'];
  const message = typeof detail === 'string' ? detail : `The server responded ${response.status}.`;
  return new ClientError(message, response.status, problem);
}
