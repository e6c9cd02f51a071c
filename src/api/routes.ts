import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { covers } from '../contract/accounts/rights.ts';
import { AppError } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { notRepeatable, type RouteId, routes } from '../contract/routes.ts';
import { addressGroup } from '../identity/address-group.ts';
import type { Credential, Principal } from '../identity/principal.ts';
import { credentials } from './auth/credential.ts';
import { checkOrigin } from './auth/same-origin.ts';
import { auditEntryOf } from './call/audit-entry.ts';
import { refusals } from './call/audit-refusals.ts';
import type { ApiParts, AuditThing, Call, Handlers } from './call/call.ts';
import { type Allowance, rateLimit } from './call/rate-limit.ts';
import { holdsTag } from './http/etag.ts';
import { idempotency, type Running } from './http/idempotency.ts';
import { readJson } from './http/json-body.ts';
import { isObject } from './http/merge-patch.ts';
import { securityHeaders } from './http/security-headers.ts';
import { invalid, validate } from './http/validate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; anonymous on public routes. */
    principal: Principal;
    /** The credential of the caller; null: none. */
    credential: Credential | null;
    /** The error that the response reports. */
    failure: unknown;
    /** The Content-Type of the request as sent. */
    declaredType: string | undefined;
  }
}

const nobody: Principal = {
  id: 'anonymous',
  name: 'anonymous',
  rights: new Set(),
  isAdministrator: false,
  userId: null,
  sessionId: null,
  tokenId: null,
};
const noQuery = z.strictObject({});

/** Not rate-limited: monitoring requests them often, from one address. */
const unlimited = new Set<RouteId>(['livez', 'readyz', 'healthz']);

type Options = { handlers: Handlers; stopping: () => boolean };

/**
 * Every route of the table. The order is credentials, rate limit, rights, body, handler. So a missing right is reported
 * before anything about the resource, and the body is read last.
 */
export function apiRoutes(parts: ApiParts, { handlers, stopping }: Options) {
  const { perToken, perAddress } = parts.rates ?? { perToken: 1_000, perAddress: 20 };
  const limits = { token: rateLimit(perToken, parts.now), address: rateLimit(perAddress, parts.now) };
  const remembered = idempotency(parts.now);
  parts.pipeline.eraser.watch(remembered.erase);
  const credentialOf = credentials(parts);
  const { tell } = refusals(parts);

  async function admit(route: Route & { id: RouteId }, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id, 'cache-control': 'no-store' });
    const isApi = route.path.startsWith('/api/');
    if (isApi && stopping()) throw new AppError('unavailable');
    const credential = credentialOf(request);
    request.credential = credential;
    const principal = credential === null ? null : parts.identity.authenticate(credential);
    request.principal = principal ?? nobody;
    if (!unlimited.has(route.id)) {
      const allowance =
        principal === null
          ? limits.address(addressGroup(request.ip))
          : limits.token(principal.sessionId ?? principal.id);
      sayLimit(reply, allowance);
      if (!allowance.isAllowed) throw new AppError('rate_limited');
    }
    if (principal === null || principal.sessionId !== null) checkOrigin(request, parts.publicUrl);
    if (route.rights === null || (route.id === 'metrics' && parts.loopbackOnly && isLocal(request))) return;
    if (principal === null) throw new AppError('unauthorized');
    const missing = route.rights.filter((right) => !covers(principal.rights, right));
    if (missing.length > 0) throw new AppError('forbidden', `This needs the right ${missing.join(' and ')}.`);
  }

  async function run(route: Route & { id: RouteId }, request: FastifyRequest, reply: FastifyReply) {
    const handler = handlers[route.id] as (call: Call) => unknown; // the call below is built for this route
    const query = route.path.startsWith('/api/')
      ? validate(route.query ?? noQuery, checkedQuery(request.query))
      : request.query;
    const json = route.body === null ? undefined : jsonOf(route, request);
    const { principal } = request;
    const entry = (of: AuditThing) => {
      if (route.audit === null) throw new Error(`${route.id} has no audit entry`);
      return auditEntryOf(route.audit, request, { ...of, result: 'done', code: null }, parts);
    };
    const call = {
      params: request.params,
      query,
      json,
      body: () => validate(route.body ?? z.undefined(), json),
      principal,
      may: (right) => covers(principal.rights, right),
      entry,
      async record(of) {
        const made = entry(of);
        await parts.audit.append([made]);
        parts.telemetry.audited(made);
      },
      request,
      reply,
    } as Call; // parsed by the schemas of this route
    const result = await handler(call);
    if (reply.sent) return reply;
    if (reply.statusCode === 200) reply.code(route.status);
    if (route.output === null) return reply.send();
    const tag = reply.getHeader('etag');
    const known = request.headers['if-none-match'];
    if (route.method === 'GET' && known !== undefined && tag !== undefined && holdsTag(known, String(tag)))
      return reply.code(304).send();
    linkPages(request, reply, result);
    if (route.produces !== 'application/json') return reply.type(route.produces).send(result);
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(result));
  }

  /** Runs a POST with an Idempotency-Key: the first response is stored and repeated. */
  async function runOnce(route: Route & { id: RouteId }, request: FastifyRequest, reply: FastifyReply, header: string) {
    if (!/^[!-~]{1,255}$/.test(header))
      throw new AppError('malformed_request', 'An Idempotency-Key must have 1–255 visible ASCII characters.');
    const path = request.url.split('?', 1)[0] ?? '';
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const begun = remembered.begin({ principal: request.principal.id, place: `${path}\n${header}`, body });
    if ('status' in begun) {
      reply.code(begun.status).headers({ ...begun.headers, 'idempotency-replayed': 'true' });
      return reply.send(begun.body);
    }
    request.running = begun;
    return run(route, request, reply);
  }

  /** Writes a refusal into the audit trail before its response. */
  async function reported<T>(route: Route, request: FastifyRequest, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      await tell(route, request, error);
      throw error;
    }
  }

  return async function plugin(app: FastifyInstance) {
    app.decorateRequest('principal');
    app.decorateRequest('credential', null);
    app.decorateRequest('running', null);
    app.decorateRequest('subject', null);
    app.addHook('onSend', async (request, reply, payload) => {
      const { running } = request;
      if (running === null) return payload;
      if (reply.statusCode >= 500) running.release();
      else {
        const body = typeof payload === 'string' ? payload : '';
        running.keep({ status: reply.statusCode, headers: keptHeaders(reply), body });
      }
      return payload;
    });
    app.addHook('onResponse', async (request, reply) => {
      const { routeId } = request.routeOptions.config;
      parts.telemetry.requestFinished({
        routeId: routeId ?? '',
        method: request.method,
        status: reply.statusCode,
        durationMs: reply.elapsedTime,
        requestId: request.id,
        principal: request.principal?.name ?? null,
        ...(request.failure === undefined ? {} : { error: request.failure }),
      });
    });
    for (const route of routes)
      app.route({
        method: route.method,
        url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        exposeHeadRoute: route.produces !== 'text/event-stream',
        config: { routeId: route.id },
        onRequest: (request, reply) => reported(route, request, () => admit(route, request, reply)),
        handler(request, reply) {
          const key = request.headers['idempotency-key'];
          if (route.method !== 'POST' || key === undefined || notRepeatable.has(route.id))
            return reported(route, request, () => run(route, request, reply));
          return reported(route, request, () => runOnce(route, request, reply, String(key)));
        },
      });
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The request in progress with this Idempotency-Key. */
    running: Running | null;
  }
  interface FastifyContextConfig {
    routeId?: RouteId;
  }
}

/** Whether the request came neither through a proxy nor from a page whose host name was rebound to this machine. */
function isLocal({ headers }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'via'].some((name) => headers[name] !== undefined);
  return !isForwarded && /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

/** The JSON body; undefined when it is empty and optional. */
function jsonOf(route: Route, request: FastifyRequest): unknown {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (bytes.length === 0) {
    if (route.body?.safeParse(undefined).success === true) return undefined;
    throw new AppError('malformed_json', 'The body must not be empty. Send JSON.');
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new AppError('unsupported_media_type', 'Send the body without a content encoding.');
  const [type = '', ...parameters] = (request.declaredType ?? '').toLowerCase().split(';');
  const isJson =
    type.trim() === 'application/json' || (route.method === 'PATCH' && type.trim() === 'application/merge-patch+json');
  const isUtf8 = parameters.every((one) => !/^\s*charset\s*=/.test(one) || /=\s*"?utf-?8"?\s*$/.test(one));
  if (!isJson || !isUtf8) throw new AppError('unsupported_media_type', 'Send application/json in UTF-8.');
  return readJson(bytes);
}

function checkedQuery(query: unknown): unknown {
  for (const [name, value] of Object.entries(Object(query)))
    if (String(value).includes('\0')) throw invalid([{ pointer: `/${name}`, detail: 'Must not contain U+0000.' }]);
  return { ...Object(query) };
}

function sayLimit(reply: FastifyReply, { limit, remaining, resetSeconds, isAllowed }: Allowance): void {
  reply.headers({
    'ratelimit-policy': `"default";q=${limit};w=1`,
    ratelimit: `"default";r=${remaining};t=${resetSeconds}`,
  });
  if (!isAllowed) reply.header('retry-after', String(resetSeconds));
}

/** The neighboring pages of a list as Link headers (RFC 8288). */
function linkPages(request: FastifyRequest, reply: FastifyReply, result: unknown): void {
  const page = isObject(result) && Array.isArray(result['data']) ? result['page'] : undefined;
  if (!isObject(page)) return;
  const links = (['next', 'prev'] as const).flatMap((rel) => {
    const cursor = page[rel];
    if (typeof cursor !== 'string') return [];
    const url = new URL(request.url, 'http://millrace');
    url.searchParams.set('cursor', cursor);
    return [`<${url.pathname}${url.search}>; rel="${rel}"`];
  });
  if (links.length > 0) reply.header('link', links.join(', '));
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['content-type', 'etag', 'location', 'allow']) {
    const value = reply.getHeader(name);
    if (value !== undefined) kept[name] = String(value);
  }
  return kept;
}
