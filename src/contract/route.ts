import type { z } from 'zod';
import type { Right } from './accounts/rights.ts';
import type { AuditAct, AuditKind } from './records/audit.ts';

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
  /** Its entry in the audit trail; null: it changes nothing and sends nothing. */
  readonly audit: RouteAudit | null;
};

/** An act, and the kind of thing that it changes. */
export type RouteAudit = { readonly act: AuditAct; readonly kind: AuditKind };

/** The parameter names in a path. */
export type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameters<Rest>
  : never;

type Given<Query extends Schema, Body extends Schema, Output extends Schema> = {
  tag: string;
  query?: Query;
  body?: Body;
  output?: Output;
  status?: number;
  produces?: string;
};

/** Every method but GET has an audit entry, or null. */
type Audited<M extends Method> = M extends 'GET' ? { audit?: never } : { audit: RouteAudit | null };

/** An operation below the server's root. Defaults: null, 200 and JSON. */
export function route<
  M extends Method,
  const Path extends string,
  Query extends Schema = null,
  Body extends Schema = null,
  Output extends Schema = null,
>(
  method: M,
  path: Path,
  rights: readonly Right[] | null,
  summary: string,
  given: Given<Query, Body, Output> & Audited<M>,
): Route<Path, Query, Body, Output> {
  return {
    method,
    path,
    rights,
    summary,
    tag: given.tag,
    // A schema left out has the type null by the defaults above.
    query: (given.query ?? null) as Query,
    body: (given.body ?? null) as Body,
    output: (given.output ?? null) as Output,
    status: given.status ?? 200,
    produces: given.produces ?? 'application/json',
    audit: given.audit ?? null,
  };
}

/** An operation below /api/v1. */
export function api<
  M extends Method,
  const Path extends string,
  Query extends Schema = null,
  Body extends Schema = null,
  Output extends Schema = null,
>(
  method: M,
  path: Path,
  rights: readonly Right[],
  summary: string,
  given: Given<Query, Body, Output> & Audited<M>,
): Route<`/api/v1${Path}`, Query, Body, Output> {
  return route(method, `/api/v1${path}`, rights, summary, given);
}
