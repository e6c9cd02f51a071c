import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import proxyAddress from '@fastify/proxy-addr';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '../contract/errors.ts';
import { requestIds } from '../contract/ids.ts';
import { type RouteId, routes } from '../contract/routes.ts';
import type { ProblemStyle } from '../http/problem.ts';
import { bodyReader, checkHead, originForm } from '../http/request.ts';
import { httpsOnly } from '../http/security-headers.ts';
import { formats } from '../intake/formats/formats.ts';
import { createFormerKeys } from '../intake/former-keys.ts';
import { bodyBytesMaxOf, createIntake } from '../intake/intake.ts';
import { createRejectedRequests } from '../intake/rejected-requests.ts';
import { routeTable } from '../intake/route-table.ts';
import type { ApiParts } from './call/call.ts';
import { allHandlers } from './handlers.ts';
import { allowedMethods } from './http/allowed-methods.ts';
import { clientErrors } from './http/client-error.ts';
import { watchSockets } from './http/connection-limits.ts';
import { withoutForwardedPorts } from './http/forwarded-addresses.ts';
import { wireLimits } from './http/limits.ts';
import { createHttpServer } from './http/node-http.ts';
import { sendProblem } from './http/send-problem.ts';
import { type Console, consoleFrom } from './http/static-console.ts';
import { tagFiles } from './http/static-tag.ts';
import { closeIdleConnections, passSocketOn, stopListening } from './http/stop-listening.ts';
import { createInbox, inboxRoutes } from './operating/inbox.ts';
import { eventStreams } from './records/event-stream.ts';
import { createTraces } from './records/traces.ts';
import { apiRoutes } from './routes.ts';

/** Disposing drains first: requests are served for `drainMs`, while `/readyz` says that the server stops. */
type Server = AsyncDisposable & {
  /**
   * Starts listening; returns the URL, with the picked port if `port` is 0. `socket`: the descriptor of an open socket that
   * listens there already; throws an Error when it listens elsewhere.
   */
  listen(at: { host: string; port: number; socket?: number | null }): Promise<string>;
  /** Accepts the connections that wait and none later, finishes the requests and closes; after `graceMs` remaining connections are cut. */
  close(graceMs?: number): Promise<void>;
  readonly app: FastifyInstance;
  /** Handles every request of the server; for requests without a socket, in tests. */
  readonly handle: RequestListener;
};

/** The HTTP server: intake, API, operating routes and the Inbox. */
export async function createServer(parts: ApiParts): Promise<Server> {
  const drain = new AbortController();
  const draining = drain.signal;
  const style = { docs: parts.publicUrl?.replace(/\/+$/, '') ?? '', scrub: parts.scrub };
  const pages = consoleFrom(parts.consoleDir ?? null);
  const requestId = requestIds(parts.newId);
  const bodyLimits = { ...wireLimits, ...parts.wire };
  const readBody = bodyReader(bodyLimits);
  const readers = new Map(
    routes.flatMap(({ id, longList }) =>
      longList === null ? [] : [[id, bodyReader({ ...bodyLimits, bodyBytesMax: longList.bytesMax })] as const],
    ),
  );

  const streams = eventStreams(parts);
  const inbox = createInbox(parts);
  parts.pipeline.eraser.watch(inbox.erase);
  const traces = createTraces(parts);
  parts.pipeline.eraser.watch(traces.erase);
  const rejected = createRejectedRequests(parts);
  parts.pipeline.eraser.watch(rejected.forgetBodies);
  const keys = createFormerKeys(parts);
  const handlers = allHandlers(parts, { streams, inbox, traces, rejected, keys, draining });
  const trusted = proxyAddress.compile([...parts.trustedProxies]);
  const intake = createIntake(parts, {
    formats,
    readBody,
    requestId,
    // A socket that was closed at once has no address, whatever the type says.
    addressOf: (request) => proxyAddress(request, trusted) ?? '',
    draining,
    isHttps: isHttps(parts),
    traces,
    keys,
    note: rejected.note,
    style,
  });
  const readerOf = (id: RouteId | undefined) => (id === undefined ? undefined : readers.get(id)) ?? readBody;
  const { app, handle } = createApp(parts, { style, pages, requestId, readerOf, intake, draining });
  await app.register(inboxRoutes(inbox));
  if (pages !== null) await app.register(pages.assets);
  await app.register(tagFiles(parts.tagDir ?? null));
  await app.register(apiRoutes(parts, handlers));
  await app.ready();

  // A socket that stays open for the next process: connections wait in it.
  let isInherited = false;
  let closing: Promise<void> | null = null;
  function close(graceMs = 10_000): Promise<void> {
    drain.abort();
    closing ??= closeServer(graceMs);
    return closing;
  }
  async function closeServer(graceMs: number): Promise<void> {
    await (isInherited ? passSocketOn(app.server) : stopListening(app.server, handle));
    streams.closeAll();
    // Connections become idle one by one as their responses finish; an idle one, or a stream that was asked for at last, would delay
    // the close until its timeout.
    const sweep = setInterval(() => {
      streams.closeAll();
      void closeIdleConnections(app.server);
    }, 50);
    const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
    try {
      await app.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(cut);
    }
    await rejected.flush();
  }

  return {
    app,
    handle,
    async listen({ host, port, socket = null }) {
      // For the name localhost Fastify would create a second server, without these limits.
      const address = host === 'localhost' ? '127.0.0.1' : host;
      isInherited = socket !== null;
      await app.listen({ host: address, port, ...(socket === null ? {} : { fd: socket }) });
      // The address of a server on a TCP port is an object.
      const bound = app.server.address() as AddressInfo;
      // What is allowed without a token, and what own requests must not reach, follows the settings.
      if (socket !== null && (bound.address !== address || bound.port !== port))
        throw new Error(
          `The socket of the service manager listens on ${bound.address}:${bound.port}, and the settings say ${host}:${port}: make them the same.`,
        );
      const name = host.includes(':') ? `[${host}]` : host;
      return `http://${name}:${bound.port}`;
    },
    close,
    async [Symbol.asyncDispose]() {
      drain.abort();
      const { drainMs = 0 } = parts;
      if (drainMs > 0 && !isInherited) await new Promise<void>((resolve) => parts.clock.after(drainMs, resolve));
      await close();
    },
  };
}

type AppOptions = {
  style: ProblemStyle;
  pages: Console | null;
  requestId(): string;
  /** Reads the body of a request to this route. */
  readerOf(id: RouteId | undefined): ReturnType<typeof bodyReader>;
  /** Serves the requests of senders, and passes all others on. */
  intake(otherwise: RequestListener): RequestListener;
  /** Aborted when a stop begins: from then on each response closes its connection. */
  draining: AbortSignal;
};

/** Fastify without routes: limits of connections and bodies, checks of every request, and errors as problem+json. */
function createApp(parts: ApiParts, { style, pages, requestId, readerOf, intake, draining }: AppOptions) {
  const limits = { ...wireLimits, ...parts.wire };
  let handle: RequestListener = () => {};
  const app = Fastify({
    serverFactory(fastify) {
      handle = withoutForwardedPorts(intake(fastify));
      const server = createHttpServer(
        { headersTimeout: limits.headMs, connectionsCheckingInterval: limits.checkMs, requireHostHeader: false },
        handle,
      );
      server.requestTimeout = limits.requestMs;
      server.keepAliveTimeout = limits.keepAliveMs;
      return server;
    },
    // Fastify would load its schema compilers, which no route uses.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    return503OnClosing: false,
    genReqId: requestId,
    trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false,
    routerOptions: { maxParamLength: 4_096, ignoreTrailingSlash: false },
    rewriteUrl: originForm,
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply, style),
    clientErrorHandler: (error, socket) => unreadable.onError(error, socket),
  });
  const sockets = watchSockets(app.server, limits);
  const unreadable = clientErrors({ style, requestId, sockets });
  // Node silently drops headers above its limit of 2,000. checkHead rejects more than 100.
  app.server.maxHeadersCount = 0;
  app.server.on('connect', unreadable.onConnect);
  app.server.on('checkContinue', (request, response) => {
    // Only for a body that will not be rejected for its size.
    const url = originForm(request);
    const found = intakeRoute(request.method, url);
    const ofIntake = found === null ? undefined : bodyBytesMaxOf(found.route);
    const bytesMax = ofIntake ?? longBodies.get(url.split('?', 1)[0] ?? '') ?? limits.bodyBytesMax;
    if (Number(request.headers['content-length'] ?? 0) <= bytesMax) response.writeContinue();
    app.server.emit('request', request, response);
  });
  // Without this, Node responds to unknown expectations with an empty 417.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  // Bodies are read as bytes: each route checks the content type itself, after the rights.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) =>
    readerOf(request.routeOptions.config.routeId)(payload, done),
  );
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, style));

  app.decorateRequest('declaredType', undefined);
  app.decorateRequest('failure', undefined);
  app.setNotFoundHandler((request, reply) =>
    pages?.isPage(request) === true
      ? pages.sendPage(reply)
      : sendProblem(unknownAddress(request, reply), request, reply, style),
  );
  app.addHook('onRequest', (request, reply, done) => {
    const { headers } = request.raw;
    if (isHttps(parts)) reply.header('strict-transport-security', httpsOnly);
    if (draining.aborted) reply.header('connection', 'close');
    try {
      checkHead(request.raw);
    } catch (error) {
      reply.header('connection', 'close');
      return done(error as Error); // an AppError
    }
    // Before the body is read, because no route needs it.
    if (request.is404 && pages?.isPage(request) !== true) return done(unknownAddress(request, reply));
    // Hidden from Fastify, which would reject unknown content types.
    request.declaredType = headers['content-type'];
    headers['content-type'] = undefined;
    done();
  });
  return { app, handle };
}

const isHttps = ({ publicUrl }: ApiParts) => publicUrl?.startsWith('https:') === true;

const allowed = allowedMethods(routes);

const intakeRoute = routeTable(formats);

/** The limits of bodies with a long list, by path. */
const longBodies = new Map(
  routes.flatMap(({ path, longList }) => (longList === null ? [] : [[path, longList.bytesMax] as const])),
);

function unknownAddress(request: FastifyRequest, reply: FastifyReply): AppError {
  const methods = allowed(request.url);
  if (methods === null) return new AppError('not_found', 'No resource has this URL.');
  reply.header('allow', methods.join(', '));
  return new AppError('method_not_allowed', `This URL supports ${methods.join(', ')}.`);
}

function noCompiler(): never {
  throw new Error('No route gives Fastify a schema: the contract validates requests.');
}
