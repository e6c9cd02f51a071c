import { z } from 'zod';
import { inboxRequest, inboxRule, inboxRuleInput } from '../../records/inbox.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';
import { textFilter } from '../fields.ts';

export const inboxRoutes = tagged('inbox', {
  listInboxRequests: api(
    'GET /inbox/requests',
    'deliveries:view',
    'List the requests to the built-in Inbox; `text` searches method, path and body (without payloads:view, `query` and `body` are empty)',
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
