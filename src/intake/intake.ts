import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../async/clock.ts';
import { followOnDemand } from '../async/follow-on-demand.ts';
import type { CollectorBody, IntakeFormat } from '../contract/documents/collector.ts';
import { AppError } from '../contract/errors.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import { traceHeader } from '../contract/records/trace.ts';
import { type ProblemStyle, problemResponse } from '../http/problem.ts';
import { type bodyReader, checkHead, originForm } from '../http/request.ts';
import { httpsOnly } from '../http/security-headers.ts';
import type { IncomingRequest } from '../pipeline/matcher.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import type { RequestTrace, TracedRequest, Tracing } from '../telemetry/tracing.ts';
import { refusedOf, takeBatch } from './batches.ts';
import { collectorRates, eventsBySize } from './collector-rates.ts';
import { allowMethods, allowOrigin, maySend } from './cors.ts';
import { inflated } from './decompress.ts';
import { enrich } from './enrichment/enrich.ts';
import type { PlaceOf } from './enrichment/geo/geo-file.ts';
import {
  type BatchRoute,
  type Format,
  type IntakeRequest,
  type IntakeResponse,
  type IntakeRoute,
  openHeaders,
  type ParsedEvents,
  type Reception,
  type RequestRoute,
  type ResponseHeaders,
  type SettingsRoute,
  type WebhookRoute,
} from './formats/format.ts';
import type { FormerKeys } from './former-keys.ts';
import { batchBytes, createLargeRequests } from './large-requests.ts';
import { routeTable } from './route-table.ts';
import { applyHeaders, checkHops } from './sender-headers.ts';

type Collector = Document<CollectorBody>;

type IntakeParts = {
  pipeline: Pick<Pipeline, 'accept' | 'configuration' | 'nodes'>;
  now: () => number;
  clock: Pick<Clock, 'after'>;
  tracing?: Tracing | null;
  /** Finds the place of a network; null or left out: there is no database of places. */
  placeOf?: PlaceOf | null;
};

type IntakeOptions = {
  formats: readonly Format[];
  readBody: ReturnType<typeof bodyReader>;
  requestId(): string;
  /** The address of the client, behind trusted proxies. */
  addressOf(request: IncomingMessage): string;
  /** Aborted when a stop begins: from then on each response closes its connection. */
  draining: AbortSignal;
  isHttps: boolean;
  traces: {
    /** Marks the events of a request that belong to running traces; the result is told their ids, null: no event does. */
    mark(url: string, header: unknown, events: IncomingEvent[]): ((ids: readonly string[]) => void) | null;
  };
  keys: Pick<FormerKeys, 'collectorOf'>;
  /** Counts and keeps a request of which something was rejected; `status`: of its response. */
  note(request: IntakeRequest, error: unknown, status: number): void;
  style: ProblemStyle;
};

/**
 * Serves the requests of senders, at the addresses of the formats; `otherwise` serves every other request. This is the
 * hottest path: directly on Node's HTTP server, since Fastify would cost more than storing an event.
 */
export function createIntake(
  parts: IntakeParts,
  options: IntakeOptions,
): (otherwise: RequestListener) => RequestListener {
  const { readBody, requestId, addressOf, draining, isHttps } = options;
  const routeOf = routeTable(options.formats);
  const { handle, preflight, refuse } = createHandlers(parts, options);

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
    const found = routeOf(raw.method, url);
    if (found === null) return otherwise(raw, response);
    const { route, format, path, isOtherMethod } = found;
    if (isOtherMethod) return respond(response, otherMethod(route));
    const request: IntakeRequest = {
      id: requestId(),
      key: route.keyOf(path, { url, headers: raw.headers }),
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
      const refused = refuse(route, request, error);
      refused.headers['connection'] = 'close';
      respond(response, refused);
      return;
    }
    readBody(
      raw,
      (error, body) => {
        if (error !== null) return respond(response, refuse(route, request, error));
        request.body = body ?? noBody;
        if (raw.method === 'OPTIONS') void preflight(route, request).then((allowed) => respond(response, allowed));
        else void handle(route, format, request).then((handled) => respond(response, handled));
      },
      bodyBytesMaxOf(route),
    );
  };
}

/** Limit of a body of the requests that are taken as a whole, after decompression. */
const inflatedBytesMax = 1_048_576;

/** The limit of the bodies of a route before decompression; undefined: the limit of all others. */
export const bodyBytesMaxOf = (route: IntakeRoute): number | undefined =>
  'open' in route ? batchBytes.most : undefined;

/** An SDK would take the 200 of a page of the console for a success. */
function otherMethod({ method }: IntakeRoute): IntakeResponse {
  const headers = { ...openHeaders, allow: `${method}, OPTIONS`, 'content-type': 'text/plain; charset=utf-8' };
  return { status: 405, headers, body: `Use ${method}.` };
}

const noBody = Buffer.alloc(0);

const traceName = traceHeader.toLowerCase();

/**
 * Handles the requests of senders. The only credential is the collector's key, and no schema library is used. A 200 means
 * that the events are on disk. The functions never throw: an error is a response.
 */
function createHandlers(
  { pipeline, now, clock, tracing = null, placeOf = null }: IntakeParts,
  { traces, keys, note, style }: Pick<IntakeOptions, 'traces' | 'keys' | 'note' | 'style'>,
) {
  const { configuration } = pipeline;
  const follow = followOnDemand(() => configuration.follow(), clock);
  const rates = collectorRates(now, pipeline.nodes);
  const withContent = createLargeRequests();

  /** Answers a request, for which it stores events. */
  async function handle(route: IntakeRoute, format: IntakeFormat, request: IntakeRequest): Promise<IntakeResponse> {
    const headers: ResponseHeaders = {};
    try {
      // The key decides before the body is read, where it is not in the body.
      if (request.key !== null && mayBeNew(request.key)) await follow();
      const collector = request.key === null ? null : senderOf(request, request.key, headers);
      const response =
        'read' in route
          ? await storeWhole(route, format, request, collector, headers)
          : 'open' in route
            ? await storeEach(route, request, collector, headers)
            : 'verify' in route
              ? await storeVerified(route, format, request, collector, headers)
              : settingsOf(route, format, request, collector, headers);
      response.headers['x-request-id'] = request.id;
      return response;
    } catch (error) {
      return withHeaders(refuse(route, request, error), headers);
    }
  }

  /** Stores the events of a request, all or none. */
  async function storeWhole(
    route: RequestRoute,
    format: IntakeFormat,
    request: IntakeRequest,
    known: Collector | null,
    headers: ResponseHeaders,
  ): Promise<IntakeResponse> {
    if (known !== null) checkMaySend(request, known, format, headers);
    const { content, message } = route.method === 'GET' ? readQuery(route, request) : await readContent(route, request);
    const collector = known ?? (await collectorInBody(request, message.key, headers));
    if (known === null) checkMaySend(request, collector, format, headers);
    return route.respond(await accept(request, collector, content.length, message.parse), headers);
  }

  /** Stores the events of a request that a known sender has signed. What is refused before uses up nothing of the rate. */
  async function storeVerified(
    route: WebhookRoute,
    format: IntakeFormat,
    request: IntakeRequest,
    known: Collector | null,
    headers: ResponseHeaders,
  ): Promise<IntakeResponse> {
    const collector = known ?? (await collectorInBody(request, null, headers));
    checkMaySend(request, collector, format, headers);
    route.verify(request, collector.body, now());
    const content = await contentOf(request);
    await accept(request, collector, content.length, (reception) =>
      route.parse(content, request, collector.body, reception),
    );
    return route.respond(headers);
  }

  /**
   * Stores each event of a request that is none to refuse. When that fails, those before it are stored: the sender repeats
   * all of them, and each is stored once.
   */
  async function storeEach(
    route: BatchRoute,
    request: IntakeRequest,
    known: Collector | null,
    headers: ResponseHeaders,
  ): Promise<IntakeResponse> {
    if (known !== null) checkMaySend(request, known, null, headers);
    const take = async (content: Buffer): Promise<IntakeResponse> => {
      const batch = await route.open(content, request);
      const collector = known ?? (await collectorInBody(request, batch.key(), headers));
      checkMaySend(request, collector, batch.format, headers);
      const spent = Math.max(eventsBySize(content.length), batch.count);
      rates.spend(collector, spent);
      let stored = 0;
      const reception: Reception = { receivedAt: new Date(now()), collectorId: collector.id };
      try {
        const taken = await takeBatch(batch, reception, async (events) => {
          applyHeaders(events, request.headers);
          // Not the time of the request: the journal would take that for a clock that was set back.
          await keep(request, collector, events, now());
          stored += events.length;
        });
        const error = refusedOf(taken);
        if (error !== null && stored === 0 && route.namesRefused !== true) throw error;
        const response = route.respond(taken, headers);
        if (error !== null) note(request, error, response.status);
        return response;
      } catch (error) {
        if (!(error instanceof AppError && error.status < 500)) rates.spend(collector, stored - spent);
        throw error;
      }
    };
    return withContent(request.body, request.headers['content-encoding'], take);
  }

  /** A page may ask for a collector whose key is in the body that it has not sent yet: any origin may then send it. */
  async function preflight(route: IntakeRoute, request: IntakeRequest): Promise<IntakeResponse> {
    const headers: ResponseHeaders = {};
    try {
      const handshake = 'open' in route ? (route.handshake?.(request) ?? null) : null;
      if (request.key !== null && mayBeNew(request.key)) await follow();
      if (request.key !== null) senderOf(request, request.key, headers);
      else if (request.headers.origin !== undefined) allowOrigin(request.headers.origin, anyOrigin, headers);
      if (headers['access-control-allow-origin'] !== undefined) allowMethods(request.headers, headers);
      const own = { ...openHeaders, 'x-request-id': request.id, ...headers, ...handshake };
      return { status: handshake === null ? 204 : 200, headers: own, body: '' };
    } catch (error) {
      return withHeaders(refuse(route, request, error), headers);
    }
  }

  /** Notes a rejected request; returns the response to it, which pages of the collector's origins can read. */
  function refuse(route: IntakeRoute, request: IntakeRequest, error: unknown): IntakeResponse {
    const instance = request.url.split('?', 1)[0] ?? '';
    const problem = problemResponse(error, { instance, requestId: request.id }, style);
    const { origin } = request.headers;
    const collector = origin === undefined || request.key === null ? undefined : collectorOf(request.key);
    if (origin !== undefined && collector !== undefined) allowOrigin(origin, collector.body, problem.headers);
    const response = route.refuse === undefined ? problem : route.refuse(error, problem);
    note(request, error, response.status);
    return response;
  }

  /** The collector whose key stands in the body. Throws AppError `unknown_collector`. */
  async function collectorInBody(
    request: IntakeRequest,
    key: string | null,
    headers: ResponseHeaders,
  ): Promise<Collector> {
    request.key = key ?? '';
    if (mayBeNew(request.key)) await follow();
    return senderOf(request, request.key, headers);
  }

  /** The collector with this key; adds the headers for a page of its origins. Throws AppError `unknown_collector`. */
  function senderOf(request: IntakeRequest, key: string, headers: ResponseHeaders): Collector {
    const collector = collectorOf(key);
    if (collector === undefined) throw new AppError('unknown_collector');
    const { origin } = request.headers;
    if (origin !== undefined) allowOrigin(origin, collector.body, headers);
    return collector;
  }

  /** Before a key is refused that was made at another node a moment ago: most senders do not repeat after a 404. */
  const mayBeNew = (key: string) => collectorOf(key) === undefined && pipeline.nodes() > 1;

  /** The enabled collector that has the key, or had it before a rotation. */
  function collectorOf(key: string): Collector | undefined {
    const found = configuration.snapshot.collectorsByKey.get(key);
    const collector = found?.body.key === key ? found : keys.collectorOf(key, found);
    return collector?.body.status === 'enabled' ? collector : undefined;
  }

  /** Throws AppError unless a collector may send now, in this format if it is known. */
  function checkMaySend(
    request: IntakeRequest,
    collector: Collector,
    format: IntakeFormat | null,
    headers: ResponseHeaders,
  ): void {
    if (format !== null) checkFormat(collector, format);
    checkOrigin(request.headers, collector);
    checkHops(request.headers);
    rates.check(collector, headers);
  }

  /** Stores the events of a request of this size. Returns their ids. */
  async function accept(
    request: IntakeRequest,
    collector: Collector,
    bytes: number,
    parse: (reception: Reception) => ParsedEvents | Promise<ParsedEvents>,
  ): Promise<string[]> {
    const receivedAt = now();
    // Before parsing, so that a request that is refused counts as well.
    const bySize = eventsBySize(bytes);
    rates.spend(collector, bySize);
    const parsed = parse({ receivedAt: new Date(receivedAt), collectorId: collector.id });
    // Awaiting what is there already would cost each request of the data collection API a turn.
    const events = eventsOf(parsed instanceof Promise ? await parsed : parsed);
    applyHeaders(events, request.headers);
    // Before the response, so that concurrent requests see it.
    const byCount = Math.max(0, events.length - bySize);
    rates.spend(collector, byCount);
    try {
      return await keep(request, collector, events, receivedAt);
    } catch (error) {
      rates.spend(collector, -bySize - byCount);
      throw error;
    }
  }

  /** Returns the ids of the stored events. */
  async function keep(
    request: IntakeRequest,
    { id: collectorId, body }: Collector,
    events: IncomingEvent[],
    receivedAt: number,
  ): Promise<string[]> {
    const { url, headers } = request;
    // Stored by an older version it has none.
    const enrichment: CollectorBody['enrichment'] | undefined = body.enrichment;
    if (enrichment?.device || enrichment?.campaign || enrichment?.location)
      enrich(events, request, enrichment, placeOf);
    const kept = traces.mark(url, headers[traceName], events);
    const incoming: IncomingRequest = { collectorId, receivedAt, events };
    const trace = tracing === null ? null : tracing.request(headers, tracedOf(request, collectorId, events.length));
    const ids = await (trace === null ? pipeline.accept(incoming) : traced(incoming, trace));
    kept?.(ids);
    return ids;
  }

  async function traced(incoming: IncomingRequest, trace: RequestTrace): Promise<string[]> {
    try {
      const ids = await pipeline.accept({ ...incoming, trace });
      trace.ended();
      return ids;
    } catch (error) {
      trace.ended(error);
      throw error;
    }
  }

  return { handle, preflight, refuse };
}

/** What is traced of a request: a path has its key, and no query, which has the data of a pixel. */
function tracedOf({ id, method, url, key }: IntakeRequest, collectorId: string, events: number): TracedRequest {
  const [path = ''] = url.split('?', 1);
  const isKey = (segment: string) => segment.length >= 16 || segment === key;
  const route = path
    .split('/')
    .map((segment) => (isKey(segment) ? '{key}' : segment))
    .join('/');
  return { method, route, requestId: id, collectorId, events };
}

const anyOrigin: Pick<CollectorBody, 'allowedOrigins'> = { allowedOrigins: ['*'] };

async function readContent(route: RequestRoute & { method: 'POST' }, request: IntakeRequest) {
  const content = request.headers['content-encoding'] === undefined ? request.body : await contentOf(request);
  return { content, message: route.read(content, request) };
}

async function contentOf({ body, headers }: IntakeRequest): Promise<Buffer> {
  return inflated(body, headers['content-encoding'] ?? '', inflatedBytesMax);
}

function readQuery(route: RequestRoute & { method: 'GET' }, request: IntakeRequest) {
  const [, content = ''] = request.url.split(/\?(.*)/s, 2);
  return { content, message: route.read(content, request) };
}

const withHeaders = (response: IntakeResponse, headers: ResponseHeaders): IntakeResponse => ({
  ...response,
  headers: { ...response.headers, ...headers },
});

/** A format that is switched off is answered as an unknown key. */
function checkFormat({ body }: Collector, format: IntakeFormat): void {
  if (!body.formats.includes(format)) throw new AppError('unknown_collector');
}

/** What an SDK asks for before it sends. */
function settingsOf(
  route: SettingsRoute,
  format: IntakeFormat,
  request: IntakeRequest,
  collector: Collector | null,
  headers: ResponseHeaders,
): IntakeResponse {
  if (collector !== null) checkFormat(collector, format);
  else if (request.headers.origin !== undefined) allowOrigin(request.headers.origin, anyOrigin, headers);
  return route.settings(request, headers);
}

function checkOrigin(headers: IncomingHttpHeaders, { body }: Collector): void {
  const { origin } = headers;
  if (origin !== undefined && !maySend(origin, headers, body)) throw new AppError('origin_not_allowed');
}

/** Throws AppError when the request was refused. */
function eventsOf(parsed: ParsedEvents): IncomingEvent[] {
  if (parsed.ok) return parsed.events;
  const { code, message, pointer } = parsed;
  throw new AppError(code, message, pointer === null ? {} : { errors: [{ pointer, detail: message }] });
}
