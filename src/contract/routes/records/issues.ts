import { z } from 'zod';
import { issue, issueKind, issueSeverity, issueState } from '../../records/issue.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';
import { timestamp } from '../../text.ts';
import { textFilter } from '../fields.ts';

/** Some of the states in one query parameter, separated by commas. */
const states = z
  .string()
  .max(255)
  .transform((text) => text.split(','))
  .pipe(z.array(issueState).min(1));

const act = <const Act extends 'acknowledge' | 'resolve' | 'mute' | 'unmute' | 'reopen'>(act: Act) => ({
  tag: 'issues',
  audit: { act, kind: 'issue' } as const,
  output: issue,
});

export const issueRoutes = {
  listIssues: api(
    'GET',
    '/issues',
    ['deliveries:view'],
    'List issues, last opened first (`state`: one or more, separated by commas; `title`: a part of it)',
    {
      tag: 'issues',
      query: z.strictObject({
        ...pageQuery,
        title: textFilter,
        state: states.optional(),
        kind: issueKind.optional(),
        severity: issueSeverity.optional(),
        connectionId: textFilter,
        destinationId: textFilter,
        actionId: textFilter,
      }),
      output: pageOf(issue),
    },
  ),
  getIssue: api('GET', '/issues/{id}', ['deliveries:view'], 'Get an issue', { tag: 'issues', output: issue }),
  acknowledgeIssue: api('POST', '/issues/{id}/acknowledge', ['deliveries:manage'], 'Acknowledge an issue', {
    ...act('acknowledge'),
  }),
  resolveIssue: api(
    'POST',
    '/issues/{id}/resolve',
    ['deliveries:manage'],
    'Resolve an issue; an occurrence after five minutes reopens it',
    {
      ...act('resolve'),
      body: z.strictObject({ note: z.string().trim().min(1).max(1_000).nullable().default(null) }).prefault({}),
    },
  ),
  muteIssue: api(
    'POST',
    '/issues/{id}/mute',
    ['deliveries:manage'],
    'Mute an issue until a time (null: until it is unmuted)',
    { ...act('mute'), body: z.strictObject({ until: timestamp.pipe(z.iso.datetime({ offset: true })).nullable() }) },
  ),
  unmuteIssue: api('POST', '/issues/{id}/unmute', ['deliveries:manage'], 'Unmute an issue', {
    ...act('unmute'),
  }),
  reopenIssue: api('POST', '/issues/{id}/reopen', ['deliveries:manage'], 'Reopen a resolved issue', {
    ...act('reopen'),
  }),
};
