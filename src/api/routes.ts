import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { covers, type Right } from '../contract/accounts/rights.ts';
import { AppError, invalid } from '../contract/errors.ts';
import { isObject } from '../contract/json.ts';
import type { Route as ContractRoute } from '../contract/route.ts';
import { isSingleResource, notRepeatable, type RouteId, routes } from '../contract/routes.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Principal } from '../identity/principal.ts';
import type { KeptResponse } from '../requests/requests.ts';
import { admission } from './auth/admission.ts';
import { actLimit } from './call/act-limit.ts';
import { auditEntryOf, authorOf, refusals } from './call/audit.ts';
import type { ApiParts, AuditThing, Call, Handlers } from './call/call.ts';
import { compressed } from './http/compress.ts';
import { checkIfMatch, contentTag, holdsTag, versionTag } from './http/etag.ts';
import { idempotency, type Running } from './http/idempotency.ts';
import { jsonBody, jsonBytes } from './http/json-body.ts';
import { isShort, jsonParts, textParts } from './http/json-parts.ts';
import { longBodies } from './http/long-list.ts';
import { LongResponse } from './http/long-response.ts';
import { validate, validateBody } from './http/validate.ts';

type Route = ContractRoute & { id: RouteId };

declare module 'fastify' {
  interface FastifyRequest {
    /** The error that the response reports. */
    failure: unknown;
    /** The Content-Type of the request as sent. */
    declaredType: string | undefined;
    /** The request in progress with this Idempotency-Key. */
    running: Running | null;
    /** The body to keep for it, in place of the body of the response. */
    keptBody: string | null;
    /** The rights beside those of the route that the handler found the caller to have. */
    usedRights: ReadonlySet<Right> | null;
  }
  interface FastifyContextConfig {
    routeId?: RouteId;
  }
}

/**
 * Every route of the table. The order is credentials, rate limit, rights, body, handler. So a missing right is reported
 * before anything about the resource, and the body is read last.
 */
export function apiRoutes(parts: ApiParts, handlers: Handlers): (app: FastifyInstance) => Promise<void> {
  const checkCaller = admission(parts);
  const noteRefusal = refusals(parts);
  const spendAct = actLimit(parts.now);
  const { now, requests, telemetry, newId, node: epoch = newId('request') } = parts;
  const readLongBody = longBodies();
  const remembered = idempotency({ now, epoch, responses: requests.responses, failed: telemetry.failed });
  parts.pipeline.eraser.watch(remembered.forget);

  async function admit(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id, 'cache-control': 'no-store' });
    await checkCaller(route, request, reply);
  }

  async function run(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { body, principal } = request;
    spendAct(route, principal, Buffer.isBuffer(body) ? body.length : 0);
    const key = request.headers['idempotency-key'];
    if (route.method === 'POST' && key !== undefined && !notRepeatable.has(route.id)) {
      const begun = await remembered.begin(repeatable(request, String(key)));
      if ('status' in begun) {
        requireRightsOf(begun, principal);
        reply.code(begun.status).headers({ ...begun.headers, 'idempotency-replayed': 'true' });
        return reply.send(begun.body);
      }
      request.running = begun;
    }
    const handler = handlers[route.id] as (call: Call) => unknown; // the call is built for this route
    using long = route.longList === null ? null : await readLongBody(jsonBytes(route, request), route.longList);
    const json = long === null ? () => jsonBody(route, request) : () => long.json;
    const result = await handler(callOf(route, request, reply, parts, json));
    return reply.sent ? reply : respond(route, request, reply, result);
  }

  /** Writes a refusal into the audit trail before its response. */
  async function reported<T>(route: Route, request: FastifyRequest, attempt: Promise<T>): Promise<T> {
    try {
      return await attempt;
    } catch (error) {
      await noteRefusal(route, request, error);
      throw error;
    }
  }

  return async (app) => {
    app.decorateRequest('principal');
    app.decorateRequest('credential', null);
    app.decorateRequest('running', null);
    app.decorateRequest('keptBody', null);
    app.decorateRequest('usedRights', null);
    app.decorateRequest('subject', null);
    app.addHook('onSend', async ({ running, keptBody, usedRights }, reply, payload) => {
      if (running !== null) await finish(running, reply, { payload: keptBody ?? payload, rights: usedRights ?? [] });
      return payload;
    });
    app.addHook('onSend', compressed);
    app.addHook('onResponse', async (request, reply) =>
      parts.telemetry.requestFinished({
        routeId: request.routeOptions.config.routeId ?? '',
        method: request.method,
        status: reply.statusCode,
        durationMs: reply.elapsedTime,
        requestId: request.id,
        principal: request.principal?.name ?? null,
        ...(request.failure === undefined ? {} : { error: request.failure }),
      }),
    );
    for (const route of routes)
      app.route({
        method: route.method,
        url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        exposeHeadRoute: route.produces !== 'text/event-stream',
        config: { routeId: route.id },
        onRequest: (request, reply) => reported(route, request, admit(route, request, reply)),
        handler: (request, reply) => reported(route, request, run(route, request, reply)),
      });
  };
}

/** A POST with an Idempotency-Key: the first response is stored and repeated. */
function repeatable({ url, body, principal }: FastifyRequest, key: string) {
  if (!/^[!-~]{1,255}$/.test(key))
    throw new AppError('malformed_request', 'An Idempotency-Key must have 1–255 visible ASCII characters.');
  const path = url.split('?', 1)[0] ?? '';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  return { principal: principal.id, place: `${path}\n${key}`, body: bytes };
}

/**
 * Throws AppError `forbidden` when the caller has lost a right since, without which the response would have been another
 * one. The request is not run again: it may have changed something.
 */
function requireRightsOf({ rights }: KeptResponse, principal: Principal): void {
  const lost = rights.filter((right) => !covers(principal.rights, right));
  if (lost.length > 0)
    throw new AppError(
      'forbidden',
      `This request was carried out, but its response needs the right ${lost.join(' and ')}, which you no longer have.`,
    );
}

/**
 * Stores the response to an Idempotency-Key before it is sent. After an error of the server, or a missing right, the
 * request can be repeated.
 */
async function finish(
  running: Running,
  reply: FastifyReply,
  { payload, rights }: { payload: unknown; rights: Iterable<Right> },
): Promise<void> {
  if (reply.statusCode >= 500 || reply.statusCode === 403) return running.release();
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'etag', 'location', 'allow']) {
    const value = reply.getHeader(name);
    if (value !== undefined) headers[name] = String(value);
  }
  const body = typeof payload === 'string' ? payload : '';
  return running.keep({ status: reply.statusCode, headers, body, rights: [...rights] });
}

const noQuery = z.strictObject({});

/** The call of a request. Throws AppError when its query does not fit the route or its body is not JSON. */
function callOf(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ApiParts,
  readBody: () => unknown,
): Call {
  const query = route.path.startsWith('/api/')
    ? validate(route.query ?? noQuery, checkedQuery(request.query))
    : request.query;
  const json = route.body === null ? undefined : readBody();
  const { principal, credential } = request;
  const usedRights = new Set<Right>();
  request.usedRights = usedRights;
  const author = authorOf(request);
  const entry = (of: AuditThing) => {
    if (route.audit === null) throw new Error(`${route.id} has no audit entry`);
    return auditEntryOf(route.audit, request, { ...of, result: 'done', code: null }, parts);
  };
  return {
    params: request.params,
    query,
    json,
    // A null in a patch removes a member.
    body: () => (route.method === 'PATCH' ? validate : validateBody)(route.body ?? z.undefined(), json),
    principal,
    may(right) {
      const isGranted = covers(principal.rights, right);
      if (isGranted) usedRights.add(right);
      return isGranted;
    },
    author,
    actor() {
      const present = credential === null ? null : parts.identity.authenticate(credential, 'look');
      if (present === null) throw new AppError('unauthorized');
      return { principal: present, author, at: parts.now() };
    },
    ifMatch(stored) {
      checkIfMatch(request.headers['if-match'], stored?.version ?? null);
      return stored;
    },
    entry,
    async record(of) {
      const made = entry(of);
      await parts.audit.append([made]);
      parts.telemetry.audited(made);
    },
    request,
    reply,
  } as Call; // parsed by the schemas of this route
}

function checkedQuery(query: unknown): unknown {
  for (const [name, value] of Object.entries(Object(query)))
    if (String(value).includes('\0')) throw invalid([{ pointer: `/${name}`, detail: 'Must not contain U+0000.' }]);
  return { ...Object(query) };
}

const singles = new Set(routes.filter(isSingleResource).map(({ output }) => output));

/** Sends the result of a handler: with the ETag of a single resource, the URL of a new one, and links to neighboring pages. */
async function respond(
  { method, output, produces, status }: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  result: unknown,
): Promise<FastifyReply> {
  if (reply.statusCode === 200) reply.code(status);
  if (output === null) return reply.send();
  if (result instanceof LongResponse) {
    reply.type('application/json; charset=utf-8');
    return reply.send(Readable.from(result.texts()));
  }
  if (produces !== 'application/json') {
    const isLong = typeof result === 'string' && !isShort(result);
    if (!reply.hasHeader('content-type')) reply.type(produces);
    return reply.send(isLong ? Readable.from(textParts(result)) : result);
  }
  const json = isShort(result) ? JSON.stringify(result) : await jsonParts(result);
  if (isObject(result)) {
    if (typeof result['version'] === 'number') reply.header('etag', versionTag(result['version']));
    else if (singles.has(output)) reply.header('etag', contentTag(json));
    if (reply.statusCode === 201 && typeof result['id'] === 'string' && !reply.hasHeader('location'))
      reply.header('location', `${request.url.split('?', 1)[0]}/${result['id']}`);
    linkPages(request, reply, result);
  }
  const tag = reply.getHeader('etag');
  const known = request.headers['if-none-match'];
  if (method === 'GET' && known !== undefined && tag !== undefined && holdsTag(known, String(tag)))
    return reply.code(304).send();
  reply.type('application/json; charset=utf-8');
  if (typeof json === 'string') return reply.send(json);
  const bytes = json.reduce((sum, part) => sum + part.length, 0);
  // A response that is kept for an Idempotency-Key is one text.
  if (request.running !== null) request.keptBody ??= Buffer.concat(json).toString();
  return reply.send(bytes <= bufferedBytesMax ? Buffer.concat(json) : Readable.from(json));
}

/** Bytes of JSON that are sent at once. More is sent in parts, as fast as the client reads. */
const bufferedBytesMax = 8 * 1_048_576;

/** The neighboring pages of a list as Link headers (RFC 8288). */
function linkPages(request: FastifyRequest, reply: FastifyReply, { data, page }: Record<string, unknown>): void {
  if (!Array.isArray(data) || !isObject(page)) return;
  const links = (['next', 'prev'] as const).flatMap((rel) => {
    const cursor = page[rel];
    if (typeof cursor !== 'string') return [];
    const url = new URL(request.url, 'http://millrace');
    url.searchParams.set('cursor', cursor);
    return [`<${url.pathname}${url.search}>; rel="${rel}"`];
  });
  if (links.length > 0) reply.header('link', links.join(', '));
}
