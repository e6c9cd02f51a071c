import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { requestIds } from '../../contract/ids.ts';
import type { InboxRequest } from '../../contract/records/inbox.ts';
import { valueBytes } from '../../pipeline/accept/size-estimate.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byId, pageOfAll } from '../http/pagination.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { inboxRules } from './inbox-rules.ts';

export type InboxHandlers = Handlers<
  'listInboxRequests' | 'clearInbox' | 'listInboxRules' | 'setInboxRule' | 'removeInboxRule'
>;

const requestsMax = 1_000;
/** Limit of all stored requests; it bounds the time of a search. */
const keptBytesMax = 8 * 1_048_576;
const bodyBytesMax = 65_536;

/**
 * The built-in receiver for tests: keeps the last 1,000 requests, at most 8 MiB, in memory, with bodies cut at 64 KiB.
 * Credentials and stored secrets in requests are masked, because the right to see the Inbox does not include them.
 */
export function createInbox(parts: Pick<ApiParts, 'inbox' | 'newId' | 'now' | 'scrub'>) {
  const { inbox: isOpen, newId, now, scrub } = parts;
  // Ids that sort by arrival, also within one millisecond.
  const nextId = requestIds(newId);
  const requests: InboxRequest[] = [];
  let keptBytes = 0;
  const rules = inboxRules({
    scrub,
    checkOpen() {
      if (!isOpen) throw closed();
    },
  });

  function keep(request: InboxRequest) {
    requests.push(request);
    keptBytes += valueBytes(request);
    while (requests.length > requestsMax || (keptBytes > keptBytesMax && requests.length > 1))
      keptBytes -= valueBytes(requests.shift());
  }

  const handlers: InboxHandlers = {
    ...rules.handlers,
    listInboxRequests({ query, may }) {
      if (!isOpen) throw closed();
      const isShown = may('payloads:view');
      const wanted = foldName(query.text ?? '');
      const items = requests.filter(
        ({ inbox, method, path, body }) =>
          (query.inbox === undefined || inbox === query.inbox) &&
          // A filter must not reveal hidden bodies.
          (wanted === '' || foldName(`${method} ${path}${isShown ? `\n${body}` : ''}`).includes(wanted)),
      );
      const { data, page } = pageOfAll(items, query, byId('req'));
      return { data: isShown ? data : data.map((one) => ({ ...one, query: '', body: '' })), page };
    },
    async clearInbox({ record }) {
      if (!isOpen) throw closed();
      await record({ id: null, changes: [{ pointer: '/requests', before: requests.length, after: 0 }] });
      requests.length = 0;
      keptBytes = 0;
      return undefined;
    },
  };

  /** `/inbox/{name}/…` for any method, when the Inbox is enabled. */
  async function routes(app: FastifyInstance) {
    if (!isOpen) return;
    for (const url of ['/inbox/:name', '/inbox/:name/*'])
      app.route<{ Params: { name: string } }>({
        url,
        method: [...app.supportedMethods],
        exposeHeadRoute: false,
        async handler(request, reply) {
          const id = nextId();
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const answer = rules.answerOf(request.params.name);
          const { raw } = request;
          const [path = '', query = ''] = (raw.url ?? '').split(/\?(.*)/s, 2);
          keep({
            id,
            inbox: request.params.name,
            receivedAt: new Date(now()).toISOString(),
            method: request.method,
            path: scrub(path),
            query: scrub(query),
            headers: pairs(raw.rawHeaders).map(([name, value]) => [name, maskedValue(name, scrub(value))]),
            body: scrub(body.subarray(0, bodyBytesMax).toString('utf8')),
            truncated: body.length > bodyBytesMax,
            status: answer?.status ?? 200,
          });
          // The request is never echoed, so that the Inbox can't be made to serve a page.
          reply
            .headers({ ...securityHeaders, 'content-security-policy': 'sandbox', 'cache-control': 'no-store' })
            .header('x-request-id', request.id)
            .code(answer?.status ?? 200)
            .type('text/plain; charset=utf-8');
          if (answer === null) return reply.send(JSON.stringify({ received: id }));
          if (answer.delayMs > 0) await setTimeout(answer.delayMs, undefined, { ref: false });
          return reply.type(isJson(answer.body) ? 'application/json' : 'text/plain; charset=utf-8').send(answer.body);
        },
      });
  }

  /** Removes stored requests that contain a text. */
  function erase(text: string) {
    const inside = JSON.stringify(text).slice(1, -1);
    const forms = [text, inside, encodeURIComponent(text), JSON.stringify(inside).slice(1, -1)];
    const isKept = ({ path, query, headers, body }: InboxRequest) => {
      const whole = [path, query, body, ...headers.flat()].join('\n');
      return !forms.some((form) => whole.includes(form));
    };
    requests.splice(0, requests.length, ...requests.filter(isKept));
    keptBytes = requests.reduce((sum, one) => sum + valueBytes(one), 0);
  }

  return { handlers, routes, erase };
}

/** Fetched tokens are stored nowhere, so only their position identifies them. */
function maskedValue(name: string, value: string): string {
  if (/^(proxy-)?authorization$/i.test(name)) return value.replace(/ .*/s, ' [secret]');
  return /^cookie$/i.test(name) ? '[secret]' : value;
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false; // sent as plain text
  }
}

function closed(): AppError {
  return new AppError('not_found', 'The Inbox is off. Enable it with MILLRACE_INBOX=on.');
}

function pairs(raw: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) headers.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return headers;
}
