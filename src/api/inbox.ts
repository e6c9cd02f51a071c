import type { FastifyInstance } from 'fastify';
import { AppError } from '../contract/errors.ts';
import type { InboxRequest } from '../contract/routes.ts';
import type { ApiParts, Handlers } from './call.ts';
import { isIdOf, pageOfList, readCursor } from './cursor.ts';

const requestsMax = 1_000;
const bodyBytesMax = 65_536;

/** The built-in receiver for trying things out: keeps the last 1,000 requests in memory, bodies cut at 64 KiB. */
export function createInbox({ inbox: isOpen, newId, now }: Pick<ApiParts, 'inbox' | 'newId' | 'now'>) {
  const requests: InboxRequest[] = [];

  function keep(request: InboxRequest) {
    requests.push(request);
    if (requests.length > requestsMax) requests.shift();
  }

  const handlers: Handlers<'listInboxRequests' | 'clearInbox'> = {
    listInboxRequests({ query }) {
      if (!isOpen) throw closed();
      const cursor = readCursor(query.cursor, isIdOf('req'));
      const items = requests.filter((one) => query.inbox === undefined || one.inbox === query.inbox);
      items.sort((a, b) => (a.id < b.id ? 1 : -1));
      return pageOfList(items, { cursor, limit: query.limit, placeOf: (one) => one.id });
    },
    clearInbox() {
      if (!isOpen) throw closed();
      requests.length = 0;
      return undefined;
    },
  };

  /** `/inbox/{name}/…` for any method, when the Inbox is open. */
  async function routes(app: FastifyInstance) {
    if (!isOpen) return;
    for (const url of ['/inbox/:name', '/inbox/:name/*'])
      app.route<{ Params: { name: string } }>({
        url,
        method: [...app.supportedMethods],
        exposeHeadRoute: false,
        handler(request, reply) {
          const id = newId('request');
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const { raw } = request;
          const [path = '', query = ''] = (raw.url ?? '').split(/\?(.*)/s, 2);
          keep({
            id,
            inbox: request.params.name,
            receivedAt: new Date(now()).toISOString(),
            method: request.method,
            path,
            query,
            headers: pairs(raw.rawHeaders),
            body: body.subarray(0, bodyBytesMax).toString('utf8'),
            truncated: body.length > bodyBytesMax,
          });
          // What was sent is never sent back, so that the Inbox can't be made to serve a page.
          return reply
            .headers({ 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' })
            .type('application/json; charset=utf-8')
            .send(JSON.stringify({ received: id }));
        },
      });
  }

  return { handlers, routes };
}

function closed(): AppError {
  return new AppError('not_found', 'The Inbox is off; MILLRACE_INBOX=on opens it.');
}

function pairs(raw: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) headers.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return headers;
}
