import { z } from 'zod';
import type { Right } from './accounts/rights.ts';
import type { AuditAct, AuditKind } from './records/audit.ts';
import { instant } from './text.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Schema = z.ZodType | null;

/**
 * One operation of the API. The server, the client, OpenAPI and the rights test are derived from it. `rights`: all are
 * needed; `[]`: any signed-in principal; null: public. Paths are relative to the server's root, with `{name}` for
 * parameters.
 */
export type Route<
  Path extends string = string,
  Query extends Schema = Schema,
  Body extends Schema = Schema,
  Output extends Schema = Schema,
> = {
  readonly method: Method;
  readonly path: Path;
  readonly rights: readonly Right[] | null;
  readonly summary: string;
  /** The resource, for grouping in the documentation. */
  readonly tag: string;
  readonly query: Query;
  readonly body: Body;
  readonly output: Output;
  /** The success status. */
  readonly status: number;
  /** The media type of the response. */
  readonly produces: string;
  /** Another media type of the response, for requests that prefer it by `Accept`. */
  readonly orElse: string | null;
  /** Its entry in the audit trail; null: it changes nothing and sends nothing. */
  readonly audit: RouteAudit | null;
  /** A member of the body that is a long list; null: the body is short, and read at once. */
  readonly longList: LongList | null;
};

/** A list in a body of at most `bytesMax` bytes. Its items are read one after the other. */
export type LongList = { readonly name: string; readonly itemsMax: number; readonly bytesMax: number };

/** An act, and the kind of thing that it changes. */
export type RouteAudit = { readonly act: AuditAct; readonly kind: AuditKind };

/** The parameter names in a path. */
export type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameters<Rest>
  : never;

/** Method and path, such as `GET /users/{id}`. */
type Target = `${Method} /${string}`;
type PathOf<T extends Target> = T extends `${Method} ${infer Path}` ? Path : never;

/** Defaults: no query, no body, JSON, and 200, or 204 without an output. */
type Given<Query extends Schema, Body extends Schema, Output extends Schema> = {
  query?: Query;
  body?: Body;
  output?: Output;
  status?: number;
  produces?: string;
  orElse?: string;
  longList?: LongList;
};

/** Every method but GET has an audit entry, by act and kind (`create user`), or null. */
type Audited<T extends Target> = T extends `GET ${string}`
  ? { audit?: never }
  : { audit: `${AuditAct} ${AuditKind}` | null };

/** An operation below the server's root. `rights`: null for a public one. */
export function route<
  const T extends Target,
  Query extends Schema = null,
  Body extends Schema = null,
  Output extends Schema = null,
>(
  target: T,
  rights: Right | readonly Right[] | null,
  summary: string,
  given: Given<Query, Body, Output> & Audited<T>,
): Route<PathOf<T>, Query, Body, Output> {
  const { query = null, body = null, output = null, audit = null, longList = null } = given;
  const [method, path] = target.split(' ') as [Method, PathOf<T>]; // by the form of a target
  const [act, kind] = (audit?.split(' ') ?? []) as [AuditAct?, AuditKind?];
  return {
    method,
    path,
    rights: typeof rights === 'string' ? [rights] : rights,
    summary,
    tag: '',
    // A schema left out has the type null by the defaults above.
    query: query as Query,
    body: body as Body,
    output: output as Output,
    status: given.status ?? (output === null ? 204 : 200),
    produces: given.produces ?? 'application/json',
    orElse: given.orElse ?? null,
    audit: act === undefined || kind === undefined ? null : { act, kind },
    longList,
  };
}

/** An operation below /api/v1. */
export function api<
  const T extends Target,
  Query extends Schema = null,
  Body extends Schema = null,
  Output extends Schema = null,
>(
  target: T,
  rights: Right | readonly Right[],
  summary: string,
  given: Given<Query, Body, Output> & Audited<T>,
): Route<`/api/v1${PathOf<T>}`, Query, Body, Output> {
  const below = target.replace(' ', ' /api/v1') as `${Method} /api/v1${PathOf<T>}`;
  return route(below, rights, summary, given as never) as Route<`/api/v1${PathOf<T>}`, Query, Body, Output>; // the same route with its prefix
}

/** Routes with the tag of their resource, which groups them in the documentation. */
export function tagged<Routes extends Record<string, Route>>(tag: string, routes: Routes): Routes {
  const entries = Object.entries(routes).map(([id, one]) => [id, { ...one, tag }]);
  return Object.fromEntries(entries) as Routes; // the same routes
}

// Fields that several resources share.

export const anything = z.record(z.string(), z.unknown());
export const textFilter = z.string().max(255).optional();
/** A time, parsed to ms since the epoch. */
export const timeFilter = instant.transform(Date.parse).optional();
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Ids in one query parameter, separated by commas. */
export const idList = z
  .string()
  .max(4_000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(z.string()).min(1).max(100))
  .meta({ accepts: 'One to 100 ids, separated by commas.' });
