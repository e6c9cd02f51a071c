import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Bucket, levelAt, recentKeys } from '../async/rate-limiter.ts';
import type { CollectorBody } from '../contract/documents/collector.ts';
import { AppError } from '../contract/errors.ts';
import { hopsHeader, hopsKey, type IncomingEvent } from '../contract/records/event.ts';
import { traceHeader } from '../contract/records/trace.ts';
import { type ProblemStyle, problemResponse } from '../http/problem.ts';
import { type bodyReader, checkHead, originForm } from '../http/request.ts';
import { httpsOnly, securityHeaders } from '../http/security-headers.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import { allowMethods, allowOrigin, maySend } from './cors.ts';
import { inflated } from './decompress.ts';
import { type ParsedEvents, parseDcsGif, parseInfinity, type Reception } from './formats/infinity.ts';
import type { FormerKeys } from './former-keys.ts';

/** A request to a collector. `url`: path and query as sent. `address`: of the client. */
export type IntakeRequest = {
  id: string;
  key: string;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  address(): string;
};

type IntakeResponse = { status: number; headers: Record<string, string>; body: string | Buffer };

type Collector = Document<CollectorBody>;

/** `headers`: of the response, also when it is an error. */
type Handle = (
  request: IntakeRequest,
  collector: Collector,
  headers: Record<string, string>,
) => Promise<IntakeResponse> | IntakeResponse;

type IntakeParts = { pipeline: Pick<Pipeline, 'accept' | 'configuration'>; now: () => number };

type IntakeOptions = {
  readBody: ReturnType<typeof bodyReader>;
  requestId(): string;
  /** The address of the client, behind trusted proxies. */
  addressOf(request: IncomingMessage): string;
  stopping: AbortSignal;
  /** Aborted when a stop begins: from then on each response closes its connection. */
  draining: AbortSignal;
  isHttps: boolean;
  traces: {
    /** Marks the events of a request that belong to running traces; the result is told their ids, null: no event does. */
    mark(url: string, header: unknown, events: IncomingEvent[]): ((ids: readonly string[]) => void) | null;
  };
  keys: Pick<FormerKeys, 'collectorOf'>;
  /** Counts and keeps a rejected request. */
  note(request: IntakeRequest, error: unknown): void;
  style: ProblemStyle;
};

/**
 * Serves the requests of senders: `POST /v3/{key}`, `GET /{key}/dcs.gif`, and `OPTIONS` of both; `otherwise` serves every
 * other request. This is the hottest path: directly on Node's HTTP server, since Fastify would cost more than storing an
 * event.
 */
export function createIntake(
  parts: IntakeParts,
  options: IntakeOptions,
): (otherwise: RequestListener) => RequestListener {
  const { readBody, requestId, addressOf, draining, isHttps } = options;
  const handlers = createHandlers(parts, options);

  function respond(response: ServerResponse, { status, headers, body }: IntakeResponse): void {
    const length = Buffer.byteLength(body);
    if (status !== 204) headers['content-length'] = String(length);
    if (isHttps) headers['strict-transport-security'] = httpsOnly;
    if (draining.aborted) headers['connection'] = 'close';
    // Text in ASCII, as usual, is the same in both encodings, and written faster in the first.
    response.writeHead(status, headers).end(body, length === body.length ? 'latin1' : 'utf8');
  }

  return (otherwise) => (raw, response) => {
    const url = originForm(raw);
    const [path, key, pixelKey = ''] = paths.exec(url) ?? [];
    const handle = path === undefined ? null : handlerOf(raw.method, pixelKey !== '', handlers);
    if (handle === null) return otherwise(raw, response);
    const request: IntakeRequest = {
      id: requestId(),
      key: decoded(key ?? pixelKey),
      method: raw.method ?? '',
      url,
      headers: raw.headers,
      body: noBody,
      // Not a getter: V8 would make an old map for every request, which keeps the request until a full collection.
      address: () => addressOf(raw),
    };
    try {
      checkHead(raw);
    } catch (error) {
      const refused = handlers.refuse(request, error);
      refused.headers['connection'] = 'close';
      respond(response, refused);
      return;
    }
    readBody(raw, (error, body) => {
      if (error !== null) return respond(response, handlers.refuse(request, error));
      request.body = body ?? noBody;
      void handle(request).then((answer) => respond(response, answer));
    });
  };
}

const noBody = Buffer.alloc(0);

/** The path of a collector's data or pixel, with its key. The Inbox and the console's files have paths like the pixel. */
const paths = /^\/(?:v3\/([^/?#]+)|(?!api\/|assets\/|inbox\/)([^/?#]+)\/dcs\.gif)(?:\?|$)/;

function handlerOf(method: string | undefined, isPixel: boolean, { post, pixel, preflight }: Handlers) {
  if (method === 'OPTIONS') return preflight;
  // A HEAD request must not store an event.
  if (isPixel) return method === 'GET' ? pixel : null;
  return method === 'POST' ? post : null;
}

function decoded(key: string): string {
  if (!key.includes('%')) return key;
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // no collector has such a key
  }
}

type Handlers = ReturnType<typeof createHandlers>;

/**
 * Handles the requests of senders. The only credential is the collector's key, and no schema library is used. A 200 means
 * that the events are on disk. The functions never throw: an error is a response.
 */
function createHandlers(parts: IntakeParts, { stopping, traces, keys, note, style }: IntakeOptions) {
  const { pipeline, now } = parts;
  const { configuration } = pipeline;
  const rates = collectorRates(now);

  /** Runs `handle` with the collector of the key. Never rejects: an error is a response. */
  async function answer(request: IntakeRequest, handle: Handle): Promise<IntakeResponse> {
    const headers: Record<string, string> = {};
    try {
      const collector = collectorOf(request);
      if (collector === undefined) throw new AppError('unknown_collector');
      const { origin } = request.headers;
      if (origin !== undefined) allowOrigin(origin, collector.body, headers);
      const response = await handle(request, collector, headers);
      response.headers['x-request-id'] = request.id;
      return response;
    } catch (error) {
      const refused = refuse(request, error);
      return { ...refused, headers: { ...refused.headers, ...headers } };
    }
  }

  /** Notes a rejected request; returns the response to it, which pages of the collector's origins can read. */
  function refuse(request: IntakeRequest, error: unknown): IntakeResponse {
    note(request, error);
    const instance = request.url.split('?', 1)[0] ?? '';
    const response = problemResponse(error, { instance, requestId: request.id }, style);
    const { origin } = request.headers;
    const collector = origin === undefined ? undefined : collectorOf(request);
    if (origin !== undefined && collector !== undefined) allowOrigin(origin, collector.body, response.headers);
    return response;
  }

  /** The enabled collector that has the key, or had it before a rotation. */
  function collectorOf({ key }: IntakeRequest): Collector | undefined {
    const found = configuration.snapshot.collectorsByKey.get(key);
    const collector = found?.body.key === key ? found : keys.collectorOf(key, found);
    return collector?.body.status === 'enabled' ? collector : undefined;
  }

  /** Stores the events of a request. Returns their ids. */
  async function accept<Content extends Buffer | string>(
    { url, headers }: IntakeRequest,
    collector: Collector,
    parse: (content: Content, reception: Reception) => ParsedEvents,
    content: Content,
  ): Promise<string[]> {
    const receivedAt = now();
    // Before parsing, so that a request that is refused counts as well.
    const bySize = Math.ceil(content.length / bytesPerEvent) || 1;
    rates.spend(collector, bySize);
    const events = eventsOf(parse(content, { receivedAt: new Date(receivedAt), collectorId: collector.id }), headers);
    const kept = traces.mark(url, headers[traceName], events);
    // Before the response, so that concurrent requests see it.
    const byCount = Math.max(0, events.length - bySize);
    rates.spend(collector, byCount);
    let ids: string[];
    try {
      ids = await pipeline.accept({ collectorId: collector.id, receivedAt, events });
    } catch (error) {
      rates.spend(collector, -bySize - byCount);
      throw error;
    }
    kept?.(ids);
    return ids;
  }

  /** Throws AppError unless a collector may send now. */
  function checkMaySend(request: IntakeRequest, collector: Collector, headers: Record<string, string>): void {
    if (stopping.aborted) throw new AppError('unavailable');
    checkOrigin(request.headers, collector);
    checkHops(request.headers);
    rates.check(collector, headers);
  }

  const post: Handle = async (request, collector, headers) => {
    checkMaySend(request, collector, headers);
    const encoding = request.headers['content-encoding'];
    const body = encoding === undefined ? request.body : await inflated(request.body, encoding);
    return accepted(await accept(request, collector, parseInfinity, body), headers);
  };

  const pixel: Handle = async (request, collector, headers) => {
    checkMaySend(request, collector, headers);
    const [, query = ''] = request.url.split(/\?(.*)/s, 2);
    await accept(request, collector, parseDcsGif, query);
    return { status: 200, headers: { ...gifHeaders, ...headers }, body: gif };
  };

  return {
    refuse,
    /** `POST /v3/{key}`. */
    post: (request: IntakeRequest) => answer(request, post),
    /** `GET /{key}/dcs.gif`. */
    pixel: (request: IntakeRequest) => answer(request, pixel),
    /** `OPTIONS` of both. */
    preflight: (request: IntakeRequest) => answer(request, preflight),
  };
}

function accepted(ids: readonly string[], headers: Record<string, string>): IntakeResponse {
  // No escaping: ids consist of letters, digits and underscores.
  const body = `{"accepted":${ids.length},"ids":["${ids.join('","')}"]}`;
  return { status: 200, headers: { ...jsonHeaders, ...headers }, body };
}

const preflight: Handle = (request, _collector, headers) => {
  if (headers['access-control-allow-origin'] !== undefined) allowMethods(request.headers, headers);
  return { status: 204, headers: { ...openHeaders, ...headers }, body: '' };
};

function checkOrigin(headers: IncomingHttpHeaders, { body }: Collector): void {
  const { origin } = headers;
  if (origin !== undefined && !maySend(origin, headers, body)) throw new AppError('origin_not_allowed');
}

/** An event with this many trips through our own deliveries is a loop. */
const hopsMax = 5;

function checkHops(headers: IncomingHttpHeaders): void {
  if (hopsOf(headers) >= hopsMax)
    throw new AppError('conflict', `The event has passed through deliveries of Millrace ${hopsMax} times: a loop.`);
}

const hopsName = hopsHeader.toLowerCase();
const traceName = traceHeader.toLowerCase();

function hopsOf(headers: IncomingHttpHeaders): number {
  const hops = headers[hopsName];
  return hops === undefined ? 0 : Number.parseInt(String(hops), 10) || 0;
}

const bucketsMax = 20_000;

/** A request counts as one event for each 4 KiB after decompression, if that is more than the events it has. */
const bytesPerEvent = 4_096;

/**
 * The rate limits of collectors, as token buckets of events: `limit` in `perMs`, with a burst of the same size. A
 * request is accepted while the bucket is not empty and may overdraw it; later requests wait longer. So a request is
 * refused before it is read, and a request larger than the limit is still possible.
 */
function collectorRates(now: () => number) {
  const buckets = recentKeys<Bucket>(bucketsMax);
  return {
    /** Throws AppError `rate_limited`, with the wait as Retry-After, when the limit is used up. */
    check({ id, body: { rate } }: Collector, headers: Record<string, string>): void {
      const missing = rate === null ? 0 : 1 - levelAt(buckets.get(id), now(), rate);
      if (rate === null || missing <= 0) return;
      headers['retry-after'] = String(Math.ceil((missing * rate.perMs) / rate.limit / 1_000));
      throw new AppError('rate_limited', 'The rate limit of the collector is exceeded.');
    },
    /** A negative number returns events that were spent but not stored. */
    spend({ id, body: { rate } }: Collector, events: number): void {
      if (rate !== null) buckets.set(id, { level: levelAt(buckets.get(id), now(), rate) - events, at: now() });
    },
  };
}

/** The parsed events, with what the headers say of them; throws AppError when the request was refused. */
function eventsOf(parsed: ParsedEvents, headers: IncomingHttpHeaders): IncomingEvent[] {
  if (!parsed.ok) {
    const { code, message, pointer } = parsed;
    throw new AppError(code, message, pointer === null ? {} : { errors: [{ pointer, detail: message }] });
  }
  const { events } = parsed;
  identify(events, headers['idempotency-key']);
  const hops = hopsOf(headers);
  if (hops > 0) for (const event of events) event.ext = { ...event.ext, [hopsKey]: hops };
  return events;
}

/** Events without an id of their sender are identified by the Idempotency-Key and their position. */
function identify(events: readonly IncomingEvent[], key: unknown): void {
  if (typeof key !== 'string') return;
  if (key.length > 255) throw new AppError('malformed_request', 'An Idempotency-Key must have at most 255 characters.');
  for (const [i, event] of events.entries()) {
    if (event.identity !== null) continue;
    event.identity = `${key}:${i}`;
    event.isKeyed = true;
  }
}

const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Pages of other sites can read these responses. */
const openHeaders = { ...securityHeaders, 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'no-store' };
const jsonHeaders = { ...openHeaders, 'content-type': 'application/json; charset=utf-8' };
const gifHeaders = { ...openHeaders, 'content-type': 'image/gif' };
