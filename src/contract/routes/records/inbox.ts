import { z } from 'zod';
import { inboxRequest, inboxRule, inboxRuleInput } from '../../records/inbox.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';
import { textFilter } from '../fields.ts';

export const inboxRoutes = {
  listInboxRequests: api(
    'GET',
    '/inbox/requests',
    ['deliveries:view'],
    'List the requests to the built-in Inbox; `text` searches method, path and body (without payloads:view, `query` and `body` are empty)',
    {
      tag: 'inbox',
      query: z.strictObject({ ...pageQuery, inbox: textFilter, text: textFilter }),
      output: pageOf(inboxRequest),
    },
  ),
  listInboxRules: api('GET', '/inbox/rules', ['deliveries:view'], 'List the rules of inboxes, by name', {
    tag: 'inbox',
    output: z.strictObject({ data: z.array(inboxRule) }),
  }),
  setInboxRule: api(
    'PUT',
    '/inbox/rules/{name}',
    ['deliveries:manage'],
    'Set the response of an inbox to its next requests',
    { tag: 'inbox', audit: { act: 'change', kind: 'inbox' }, body: inboxRuleInput, output: inboxRule },
  ),
  removeInboxRule: api(
    'DELETE',
    '/inbox/rules/{name}',
    ['deliveries:manage'],
    'Remove the rule of an inbox, so that it responds 200',
    {
      tag: 'inbox',
      audit: { act: 'delete', kind: 'inbox' },
      status: 204,
    },
  ),
  clearInbox: api('DELETE', '/inbox/requests', ['deliveries:manage'], 'Clear the Inbox', {
    tag: 'inbox',
    audit: { act: 'clear', kind: 'inbox' },
    status: 204,
  }),
};
