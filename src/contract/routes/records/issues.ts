import { z } from 'zod';
import { issue, issueKind, issueSeverity, issueState } from '../../records/issue.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';
import { timestamp } from '../../text.ts';
import { textFilter } from '../fields.ts';

/** Some of the states in one query parameter, separated by commas. */
const states = z
  .string()
  .max(255)
  .transform((text) => text.split(','))
  .pipe(z.array(issueState).min(1));

export const issueRoutes = tagged('issues', {
  listIssues: api(
    'GET /issues',
    'deliveries:view',
    'List issues, last opened first (`state`: one or more, separated by commas; `title`: a part of it)',
    {
      query: pageQuery({
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
  getIssue: api('GET /issues/{id}', 'deliveries:view', 'Get an issue', { output: issue }),
  acknowledgeIssue: api('POST /issues/{id}/acknowledge', 'deliveries:manage', 'Acknowledge an issue', {
    audit: 'acknowledge issue',
    output: issue,
  }),
  resolveIssue: api(
    'POST /issues/{id}/resolve',
    'deliveries:manage',
    'Resolve an issue; an occurrence after five minutes reopens it',
    {
      audit: 'resolve issue',
      output: issue,
      body: z.strictObject({ note: z.string().trim().min(1).max(1_000).nullable().default(null) }).prefault({}),
    },
  ),
  muteIssue: api(
    'POST /issues/{id}/mute',
    'deliveries:manage',
    'Mute an issue until a time (null: until it is unmuted)',
    {
      audit: 'mute issue',
      output: issue,
      body: z.strictObject({ until: timestamp.pipe(z.iso.datetime({ offset: true })).nullable() }),
    },
  ),
  unmuteIssue: api('POST /issues/{id}/unmute', 'deliveries:manage', 'Unmute an issue', {
    audit: 'unmute issue',
    output: issue,
  }),
  reopenIssue: api('POST /issues/{id}/reopen', 'deliveries:manage', 'Reopen a resolved issue', {
    audit: 'reopen issue',
    output: issue,
  }),
});
