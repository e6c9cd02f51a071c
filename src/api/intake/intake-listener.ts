import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type bodyReader, checkHead, originForm } from '../http/request.ts';
import { httpsOnly } from '../http/security-headers.ts';
import type { Intake, IntakeRequest, IntakeResponse } from './intake.ts';

/**
 * Serves the requests of senders directly on Node's HTTP server, since Fastify would cost more than storing an event:
 * `POST /v3/{key}`, `GET /{key}/dcs.gif`, and `OPTIONS` of both. `otherwise` serves every other request.
 */
export function intakeListener(
  intake: Intake,
  options: {
    readBody: ReturnType<typeof bodyReader>;
    requestId(): string;
    /** The address of the client, behind trusted proxies. */
    addressOf(request: IncomingMessage): string;
    stopping: AbortSignal;
    isHttps: boolean;
  },
): (otherwise: RequestListener) => RequestListener {
  const { readBody, requestId, addressOf, stopping, isHttps } = options;

  function respond(response: ServerResponse, { status, headers, body }: IntakeResponse): void {
    const length = Buffer.byteLength(body);
    if (status !== 204) headers['content-length'] = String(length);
    if (isHttps) headers['strict-transport-security'] = httpsOnly;
    if (stopping.aborted) headers['connection'] = 'close';
    // Text in ASCII, as usual, is the same in both encodings, and written faster in the first.
    response.writeHead(status, headers).end(body, length === body.length ? 'latin1' : 'utf8');
  }

  return (otherwise) => (raw, response) => {
    const url = originForm(raw);
    const [path, key, pixelKey = ''] = paths.exec(url) ?? [];
    const handle = path === undefined ? null : handlerOf(raw.method, pixelKey !== '', intake);
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
      const refused = intake.refuse(request, error);
      refused.headers['connection'] = 'close';
      respond(response, refused);
      return;
    }
    readBody(raw, (error, body) => {
      if (error !== null) return respond(response, intake.refuse(request, error));
      request.body = body ?? noBody;
      void handle(request).then((answer) => respond(response, answer));
    });
  };
}

const noBody = Buffer.alloc(0);

/** The path of a collector's data or pixel, with its key. The Inbox and the console's files have paths like the pixel. */
const paths = /^\/(?:v3\/([^/?#]+)|(?!api\/|assets\/|inbox\/)([^/?#]+)\/dcs\.gif)(?:\?|$)/;

function handlerOf(method: string | undefined, isPixel: boolean, { post, pixel, preflight }: Intake) {
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
