import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { requestIds } from '../../contract/ids.ts';
import { jsonSize } from '../../contract/json-size.ts';
import { changesOf } from '../../contract/records/audit-changes.ts';
import type { InboxRequest, InboxRule } from '../../contract/records/inbox.ts';
import { valueBytes } from '../../contract/value-bytes.ts';
import { securityHeaders } from '../../http/security-headers.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { withoutContent } from '../call/payload-redaction.ts';
import { byId, pageOfAll } from '../http/pagination.ts';
import { found } from '../http/validate.ts';

const requestsMax = 1_000;
/** Limit of all stored requests; it bounds the time of a search. */
const keptBytesMax = 8 * 1_048_576;
const bodyBytesMax = 65_536;
const rulesMax = 100;
/** Bytes of JSON of all rules. */
const rulesBytesMax = 4 * 1_048_576;
const nameCharactersMax = 255;

type Parts = Pick<ApiParts, 'inbox' | 'newId' | 'now' | 'scrub'>;

/**
 * The built-in receiver for tests: keeps the last 1,000 requests, at most 8 MiB, in memory, with bodies cut at 64 KiB.
 * Credentials and stored secrets in requests are masked, because the right to see the Inbox does not include them.
 */
export function createInbox({ newId, now, scrub, inbox: state }: Parts) {
  // Ids that sort by arrival, also within one millisecond.
  const nextId = requestIds(newId);
  const requests: InboxRequest[] = [];
  let keptBytes = 0;
  /** By name. */
  const rules = new Map<string, InboxRule>();

  /** The response to the next request of an inbox; null: the default response. Counts the request. */
  function responseOf(name: string): { status: number; body: string; delayMs: number } | null {
    const rule = rules.get(name);
    if (rule === undefined) return null;
    const { status, body, delayMs, failsLeft } = rule;
    if (failsLeft === 0) return { status, body, delayMs };
    rules.set(name, { ...rule, failsLeft: failsLeft - 1 });
    return { status: 503, body: `This inbox fails the first ${rule.failFirst} requests.`, delayMs };
  }

  function keep({ params, method, raw, body }: Received, status: number): string {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const [path = '', query = ''] = (raw.url ?? '').split(/\?(.*)/s, 2);
    const request: InboxRequest = {
      id: nextId(),
      inbox: params.name,
      receivedAt: new Date(now()).toISOString(),
      method,
      path: scrub(path),
      query: scrub(query),
      headers: pairs(raw.rawHeaders).map(([name, value]) => [name, maskedValue(name, scrub(value))]),
      body: scrub(bytes.subarray(0, bodyBytesMax).toString('utf8')),
      truncated: bytes.length > bodyBytesMax,
      status,
    };
    requests.push(request);
    keptBytes += valueBytes(request);
    while (requests.length > requestsMax || (keptBytes > keptBytesMax && requests.length > 1))
      keptBytes -= valueBytes(requests.shift());
    return request.id;
  }

  return {
    rules,
    requests,

    async receive(request: Received, reply: FastifyReply): Promise<FastifyReply> {
      if (!state.isOpen()) throw isOff(state);
      const configured = responseOf(request.params.name);
      const id = keep(request, configured?.status ?? 200);
      // The request is never echoed, so that the Inbox can't be made to serve a page.
      reply
        .headers({ ...securityHeaders, 'content-security-policy': 'sandbox', 'cache-control': 'no-store' })
        .header('x-request-id', request.id)
        .code(configured?.status ?? 200)
        .type('text/plain; charset=utf-8');
      if (configured === null) return reply.send(JSON.stringify({ received: id }));
      if (configured.delayMs > 0) await setTimeout(configured.delayMs, undefined, { ref: false });
      return reply
        .type(isJson(configured.body) ? 'application/json' : 'text/plain; charset=utf-8')
        .send(configured.body);
    },

    clear(): void {
      requests.length = 0;
      keptBytes = 0;
    },

    /** Removes stored requests that contain a text. */
    erase(text: string): void {
      const inside = JSON.stringify(text).slice(1, -1);
      const forms = [text, inside, encodeURIComponent(text), JSON.stringify(inside).slice(1, -1)];
      const isKept = ({ path, query, headers, body }: InboxRequest) => {
        const whole = [path, query, body, ...headers.flat()].join('\n');
        return !forms.some((form) => whole.includes(form));
      };
      requests.splice(0, requests.length, ...requests.filter(isKept));
      keptBytes = requests.reduce((sum, one) => sum + valueBytes(one), 0);
    },
  };
}

export type Inbox = ReturnType<typeof createInbox>;

type Received = FastifyRequest<{ Params: { name: string } }>;

function isOff({ isAutomatic }: Parts['inbox']): AppError {
  const why = isAutomatic ? ' since a connection to another system is enabled' : '';
  return new AppError('not_found', `The Inbox is off${why}. Enable it with MILLRACE_INBOX=on.`);
}

/** `/inbox/{name}/…` for any method. */
export function inboxRoutes({ receive }: Inbox) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const url of ['/inbox/:name', '/inbox/:name/*'])
      app.route<{ Params: { name: string } }>({
        url,
        method: [...app.supportedMethods],
        exposeHeadRoute: false,
        handler: receive,
      });
  };
}

/** Requests to the Inbox, and its rules. */
export function inboxHandlers({ inbox: state, scrub }: Pick<Parts, 'inbox' | 'scrub'>, inbox: Inbox) {
  const { rules, requests } = inbox;

  function checkOpen(): void {
    if (!state.isOpen()) throw isOff(state);
  }

  /** A rule as the audit trail stores it. */
  function reported(rule: InboxRule | undefined) {
    if (rule === undefined) return undefined;
    const { inbox: _i, failsLeft: _f, body, ...rest } = rule;
    return { ...rest, body: scrub(body) };
  }

  return {
    listInboxRequests({ query, may }) {
      checkOpen();
      const wanted = foldName(query.text ?? '');
      // A filter must not reveal what is hidden.
      const shown = may('payloads:view') ? requests : requests.map(withoutContent);
      const items = shown.filter(
        ({ inbox: name, method, path, body }) =>
          (query.inbox === undefined || name === query.inbox) &&
          (wanted === '' || foldName(`${method} ${path}\n${body}`).includes(wanted)),
      );
      return pageOfAll(items, query, byId('req'));
    },

    async clearInbox({ record }) {
      checkOpen();
      await record({ id: null, changes: [{ pointer: '/requests', before: requests.length, after: 0 }] });
      inbox.clear();
    },

    listInboxRules() {
      checkOpen();
      return { data: [...rules.values()].sort((a, b) => (a.inbox < b.inbox ? -1 : 1)) };
    },

    async setInboxRule({ params: { name }, body, record }) {
      checkOpen();
      if (name.length > nameCharactersMax)
        throw new AppError(
          'malformed_request',
          `The name of an inbox must have at most ${nameCharactersMax} characters.`,
        );
      const given = body();
      const others = [...rules.values()].filter(({ inbox: other }) => other !== name);
      if (jsonSize(others) + jsonSize(given) > rulesBytesMax)
        throw new AppError('conflict', 'The responses of all rules have 4 MiB. Remove a rule first.');
      if (!rules.has(name) && rules.size >= rulesMax)
        throw new AppError('conflict', `The limit of ${rulesMax} rules is reached. Remove one first.`);
      const rule = { ...given, inbox: name, failsLeft: given.failFirst };
      const changes = changesOf(reported(rules.get(name)), reported(rule));
      // The same rule again fails the next requests again: nothing was changed.
      if (changes.length > 0) await record({ id: null, name, changes });
      rules.set(name, rule);
      return rule;
    },

    async removeInboxRule({ params: { name }, record }) {
      checkOpen();
      const rule = found(rules.get(name), `The inbox ${name} has no rule.`);
      await record({ id: null, name, changes: changesOf(reported(rule), undefined) });
      rules.delete(name);
    },
  } satisfies Partial<Handlers>;
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

function pairs(raw: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) headers.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return headers;
}
