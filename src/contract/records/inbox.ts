import { z } from 'zod';
import { api, tagged, textFilter } from '../route.ts';
import { durationMs, timestamp } from '../text.ts';
import { pageOf, pageQuery } from './page.ts';

/** A request to the built-in Inbox, credentials masked; `status` is the status of its response. */
export const inboxRequest = z.strictObject({
  id: z.string(),
  inbox: z.string(),
  receivedAt: timestamp,
  method: z.string(),
  path: z.string(),
  query: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  truncated: z.boolean(),
  status: z.int(),
});
export type InboxRequest = z.output<typeof inboxRequest>;

/** The behavior of an inbox, as a client writes it: a delay, and 503 for the next `failFirst` requests. */
export const inboxRuleInput = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  delayMs: durationMs(0, 60_000).default(0),
  body: z.string().max(65_536).default(''),
  failFirst: z.int().min(0).max(10_000).default(0),
});

/** A rule as GET returns it; `failsLeft` is the number of requests still to fail. */
export const inboxRule = inboxRuleInput.extend({ inbox: z.string(), failsLeft: z.int() });
export type InboxRule = z.output<typeof inboxRule>;

export const inboxRoutes = tagged('inbox', {
  listInboxRequests: api(
    'GET /inbox/requests',
    'deliveries:view',
    'List the requests to the built-in Inbox; `text` searches method, path and body (without payloads:view, `query` and `body` are empty, and the path and most values of headers are hidden)',
    { query: pageQuery({ inbox: textFilter, text: textFilter }), output: pageOf(inboxRequest) },
  ),
  listInboxRules: api('GET /inbox/rules', 'deliveries:view', 'List the rules of inboxes, by name', {
    output: z.strictObject({ data: z.array(inboxRule) }),
  }),
  setInboxRule: api(
    'PUT /inbox/rules/{name}',
    'deliveries:manage',
    'Set the response of an inbox to its next requests',
    { audit: 'change inbox', body: inboxRuleInput, output: inboxRule },
  ),
  removeInboxRule: api(
    'DELETE /inbox/rules/{name}',
    'deliveries:manage',
    'Remove the rule of an inbox, so that it responds 200',
    { audit: 'delete inbox' },
  ),
  clearInbox: api('DELETE /inbox/requests', 'deliveries:manage', 'Clear the Inbox', { audit: 'clear inbox' }),
});
