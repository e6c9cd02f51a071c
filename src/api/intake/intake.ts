import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ParsedEvents, parseDcsGif, parseInfinity, type Reception } from '../../collect/infinity.ts';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import { AppError } from '../../contract/errors.ts';
import { hopsHeader, hopsKey } from '../../contract/records/event.ts';
import { traceHeader } from '../../contract/records/trace.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts } from '../call/call.ts';
import { inflated } from '../http/decompress.ts';
import { asAppError } from '../http/problem.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Traces } from '../records/traces.ts';
import { collectorRates } from './collector-rate-limit.ts';
import type { RejectedRequests } from './rejected-requests.ts';

/** An event with this many trips through our own deliveries is a loop. */
const hopsMax = 5;

const hopsName = hopsHeader.toLowerCase();
const traceName = traceHeader.toLowerCase();

const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const noBody = Buffer.alloc(0);

type Keyed = { Params: { key: string } };

/**
 * The intake routes. The only credential is the collector's key, and no schema library is used: this is the hottest
 * path. A 2xx response means that the events are on disk.
 */
export function intakeRoutes(
  parts: ApiParts,
  {
    stopping,
    traces,
    rejected,
  }: { stopping: () => boolean; traces: Pick<Traces, 'mark'>; rejected: Pick<RejectedRequests, 'note'> },
) {
  const { pipeline, telemetry, now } = parts;
  const { configuration } = pipeline;
  const rates = collectorRates(now);

  /** The collector of the key. Sets CORS headers. */
  function collectorOf(request: FastifyRequest<Keyed>, reply: FastifyReply): Document<CollectorBody> {
    const collector = configuration.snapshot.collectorsByKey.get(request.params.key);
    if (collector === undefined || collector.body.status !== 'enabled') throw new AppError('unknown_collector');
    const { origin } = request.headers;
    if (origin !== undefined) allowOrigin(origin, collector.body, reply);
    return collector;
  }

  /** The collector of the key. Throws AppError `rate_limited` when its rate limit is used up. */
  function senderOf(request: FastifyRequest<Keyed>, reply: FastifyReply): Document<CollectorBody> {
    const collector = collectorOf(request, reply);
    const waitMs = rates.waitMs(collector);
    if (waitMs === 0) return collector;
    reply.header('retry-after', String(Math.ceil(waitMs / 1_000)));
    throw new AppError('rate_limited', 'The rate limit of the collector is exceeded.');
  }

  async function accept(
    request: FastifyRequest<Keyed>,
    collector: Document<CollectorBody>,
    parse: (reception: Reception) => ParsedEvents,
  ): Promise<string[]> {
    const receivedAt = now();
    const parsed = parse({ receivedAt: new Date(receivedAt), collectorId: collector.id });
    if (!parsed.ok) {
      const { code, message, pointer } = parsed;
      throw new AppError(code, message, pointer === null ? {} : { errors: [{ pointer, detail: message }] });
    }
    const { events } = parsed;
    const key = request.headers['idempotency-key'];
    if (typeof key === 'string') {
      if (key.length > 255)
        throw new AppError('malformed_request', 'An Idempotency-Key must have at most 255 characters.');
      for (let i = 0; i < events.length; i++) {
        const event = events[i];
        if (event !== undefined) event.identity ??= `${key}:${i}`;
      }
    }
    const hops = hopsOf(request);
    if (hops > 0) for (const event of events) event.ext = { ...event.ext, [hopsKey]: hops };
    const kept = traces.mark(request.raw.url ?? '', request.headers[traceName], events);
    // Before the response, so that concurrent requests see it.
    rates.spend(collector, events.length);
    const ids = await pipeline.accept({ collectorId: collector.id, receivedAt, events }).catch((error) => {
      rates.refund(collector, events.length);
      throw error;
    });
    kept?.(ids);
    return ids;
  }

  function refuseOrGoOn(request: FastifyRequest): void {
    if (stopping()) throw new AppError('unavailable');
    if (hopsOf(request) >= hopsMax)
      throw new AppError('conflict', `The event has passed through deliveries of Millrace ${hopsMax} times: a loop.`);
  }

  async function post(request: FastifyRequest<Keyed>, reply: FastifyReply) {
    refuseOrGoOn(request);
    const collector = senderOf(request, reply);
    const sent = Buffer.isBuffer(request.body) ? request.body : noBody;
    const encoding = request.headers['content-encoding'];
    const body = encoding === undefined ? sent : await inflated(sent, encoding);
    const ids = await accept(request, collector, (reception) => parseInfinity(body, reception));
    reply.headers(jsonHeaders).header('x-request-id', request.id);
    // No escaping: ids consist of letters, digits and underscores.
    return reply.send(`{"accepted":${ids.length},"ids":["${ids.join('","')}"]}`);
  }

  async function pixel(request: FastifyRequest<Keyed>, reply: FastifyReply) {
    refuseOrGoOn(request);
    const collector = senderOf(request, reply);
    const url = request.raw.url ?? '';
    const at = url.indexOf('?');
    const query = at === -1 ? '' : url.slice(at + 1);
    await accept(request, collector, (reception) => parseDcsGif(query, reception));
    reply.headers(gifHeaders).header('x-request-id', request.id);
    return reply.send(gif);
  }

  async function preflight(request: FastifyRequest<Keyed>, reply: FastifyReply) {
    collectorOf(request, reply);
    if (reply.hasHeader('access-control-allow-origin')) {
      const asked = request.headers['access-control-request-headers'];
      reply.headers({ 'access-control-allow-methods': 'GET, POST', 'access-control-max-age': '86400' });
      if (asked !== undefined) reply.header('access-control-allow-headers', asked);
    }
    return reply.headers(openHeaders).header('x-request-id', request.id).code(204).send();
  }

  return async function plugin(app: FastifyInstance) {
    app.addHook<Keyed>('onError', (request, _reply, error, done) => {
      const { code } = asAppError(error);
      rejected.note(request, error);
      telemetry.intakeRefused({ code });
      const collector = configuration.snapshot.collectorsByKey.get(request.params.key);
      pipeline.events.emit('rejected', collector?.id ?? null, code);
      done();
    });
    app.post('/v3/:key', post);
    app.options('/v3/:key', preflight);
    // A HEAD request must not store an event.
    app.get('/:key/dcs.gif', { exposeHeadRoute: false }, pixel);
    app.options('/:key/dcs.gif', preflight);
  };
}

function hopsOf({ headers }: FastifyRequest): number {
  const hops = headers[hopsName];
  return hops === undefined ? 0 : Number.parseInt(String(hops), 10) || 0;
}

/** Pages of other sites can read these responses. */
const openHeaders = { ...securityHeaders, 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'no-store' };
const jsonHeaders = { ...openHeaders, 'content-type': 'application/json; charset=utf-8' };
const gifHeaders = { ...openHeaders, 'content-type': 'image/gif' };

/** The form of an origin from a browser (RFC 6454 §7.1); other values are not echoed. */
const originForm = /^(null|[a-z][\w+.-]*:\/\/[-\w.~%:[\]]+)$/i;

function allowOrigin(origin: string, { allowedOrigins }: CollectorBody, reply: FastifyReply): void {
  reply.header('vary', 'Origin');
  if (!allowedOrigins.includes(origin) && !(allowedOrigins.includes('*') && originForm.test(origin))) return;
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'X-Request-Id, Retry-After',
  });
}
