import type { IncomingMessage, ServerResponse } from 'node:http';
import { type bodyReader, checkHead, originForm } from '../http/request.ts';
import { httpsOnly } from '../http/security-headers.ts';
import type { Intake, IntakeRequest, IntakeResponse } from './intake.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Serves `POST /v3/{key}` directly on Node's HTTP server, since Fastify would cost more than storing an event. Returns
 * false, and does nothing, for every other request.
 */
export function intakeListener(
  { post, refuse }: Pick<Intake, 'post' | 'refuse'>,
  options: {
    readBody: ReturnType<typeof bodyReader>;
    requestId(): string;
    /** The address of the client, behind trusted proxies. */
    addressOf(request: IncomingMessage): string;
    stopping(): boolean;
    isHttps: boolean;
  },
): Listener {
  const { readBody, requestId, addressOf, stopping, isHttps } = options;

  function respond(response: ServerResponse, { status, headers, body }: IntakeResponse): void {
    headers['content-length'] = String(Buffer.byteLength(body));
    if (isHttps) headers['strict-transport-security'] = httpsOnly;
    if (stopping()) headers['connection'] = 'close';
    response.writeHead(status, headers).end(body);
  }

  return (raw, response) => {
    if (raw.method !== 'POST') return false;
    const url = originForm(raw);
    const key = keyOf(url);
    if (key === null) return false;
    const request: IntakeRequest = {
      id: requestId(),
      key,
      method: raw.method,
      url,
      headers: raw.headers,
      body: noBody,
      // Only rejected requests need it.
      get address() {
        return addressOf(raw);
      },
    };
    try {
      checkHead(raw);
    } catch (error) {
      const refused = refuse(request, error);
      refused.headers['connection'] = 'close';
      respond(response, refused);
      return true;
    }
    readBody(raw, (error, body) => {
      if (error !== null) return respond(response, refuse(request, error));
      request.body = body ?? noBody;
      void post(request).then((answer) => respond(response, answer));
    });
    return true;
  };
}

const noBody = Buffer.alloc(0);
const prefix = '/v3/';

/** The key in the path of a collector; null: another path. */
function keyOf(url: string): string | null {
  if (!url.startsWith(prefix)) return null;
  const query = url.indexOf('?');
  const key = url.slice(prefix.length, query < 0 ? undefined : query);
  if (key === '' || key.includes('/') || key.includes('#')) return null;
  if (!key.includes('%')) return key;
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // no collector has such a key
  }
}
