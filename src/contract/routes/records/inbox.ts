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
    'List what the built-in Inbox received; `text` stands in its method, path or body (`query` and `body` are empty without payloads:view)',
    {
      tag: 'inbox',
      query: z.strictObject({ ...pageQuery, inbox: textFilter, text: textFilter }),
      output: pageOf(inboxRequest),
    },
  ),
  listInboxRules: api('GET', '/inbox/rules', ['deliveries:view'], 'List how inboxes answer, by name', {
    tag: 'inbox',
    output: z.strictObject({ data: z.array(inboxRule) }),
  }),
  setInboxRule: api(
    'PUT',
    '/inbox/rules/{name}',
    ['deliveries:manage'],
    'Say how an inbox answers, from its next request on',
    { tag: 'inbox', audit: { act: 'change', kind: 'inbox' }, body: inboxRuleInput, output: inboxRule },
  ),
  removeInboxRule: api('DELETE', '/inbox/rules/{name}', ['deliveries:manage'], 'Let an inbox answer 200 again', {
    tag: 'inbox',
    audit: { act: 'delete', kind: 'inbox' },
    status: 204,
  }),
  clearInbox: api('DELETE', '/inbox/requests', ['deliveries:manage'], 'Empty the Inbox', {
    tag: 'inbox',
    audit: { act: 'clear', kind: 'inbox' },
    status: 204,
  }),
};
