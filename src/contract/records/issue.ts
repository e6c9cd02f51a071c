import { z } from 'zod';
import { api, tagged, textFilter } from '../route.ts';
import { instant, timestamp } from '../text.ts';
import { auditEntry } from './audit.ts';
import { errorKind } from './delivery.ts';
import { issueCauseCodes, issueKinds, issueSeverities, issueStates } from './issue-words.ts';
import { pageOf, pageQuery } from './page.ts';

export const issueKind = z.enum(issueKinds);
export type IssueKind = z.output<typeof issueKind>;

/**
 * open → acknowledged (a person works on it) → resolved; muted: no messages until `mutedUntil`. An issue opens
 * automatically, resolves automatically when its cause is gone, and reopens when the cause returns.
 */
export const issueState = z.enum(issueStates);
export type IssueState = z.output<typeof issueState>;

/** `critical`: nothing is delivered, or data is lost, until a person acts. */
export const issueSeverity = z.enum(issueSeverities);
export type IssueSeverity = z.output<typeof issueSeverity>;

/** A change to the subject of an issue in the day before it opened, by a person or by Millrace. */
export const issueCause = z.strictObject({
  at: timestamp,
  act: auditEntry.shape.act,
  kind: auditEntry.shape.kind,
  id: z.string(),
  name: z.string().nullable(),
  by: z.string(),
  /** JSON pointers to the differences. */
  pointers: z.array(z.string()),
});
export type IssueCause = z.output<typeof issueCause>;

/** What an issue is about: a code, and the names, times and numbers of its text. `subject` names the object. */
export const issueProblem = z.strictObject({
  code: z.enum(issueCauseCodes),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type IssueProblem = z.output<typeof issueProblem>;

/** Characters of a response in the sample of an issue. */
export const sampleTextMax = 1_000;

/** The newest affected delivery that is still stored, with its last attempt. */
export const issueSample = z.strictObject({
  deliveryId: z.string(),
  eventId: z.string().nullable(),
  actionId: z.string().nullable(),
  at: timestamp,
  /** HTTP status; null: no response. */
  status: z.int().nullable(),
  errorKind: errorKind.nullable(),
  /** The beginning of the response, masked like the stored one; null without payloads:view. */
  response: z.string().nullable(),
});
export type IssueSample = z.output<typeof issueSample>;

/** Number of hours in the series of an issue. */
export const issueSeriesHours = 24;

/** All problems of one kind with the same subject and the same cause. */
export const issue = z.strictObject({
  id: z.string(),
  kind: issueKind,
  title: z.string(),
  state: issueState,
  severity: issueSeverity,
  /** The subject; null where the issue has none of this kind. */
  connectionId: z.string().nullable(),
  destinationId: z.string().nullable(),
  actionId: z.string().nullable(),
  /** The common error of the failed deliveries. */
  errorKind: errorKind.nullable(),
  firstSeenAt: timestamp,
  lastSeenAt: timestamp,
  /** Time of the last opening. */
  openedAt: timestamp,
  /** Number of occurrences; `series`: per hour, the last 24 hours, the current one last. */
  count: z.int(),
  series: z.array(z.int()),
  /** Actions with affected deliveries, the first 50; `otherActions`: number of later occurrences for other ones. */
  actionIds: z.array(z.string()),
  otherActions: z.int(),
  /** Deliveries of the subject that are held now. */
  held: z.int(),
  /** The cause as a sentence. */
  detail: z.string(),
  likelyFix: z.string(),
  /** The same for clients with texts of their own; null: recorded by an earlier version. */
  cause: issueProblem.nullable(),
  /** Only of a single issue. */
  sample: issueSample.nullable().optional(),
  /** Ids of the newest affected deliveries, newest first. */
  samples: z.array(z.string()),
  /** Newest first. */
  changes: z.array(issueCause),
  acknowledgedAt: timestamp.nullable(),
  acknowledgedBy: z.string().nullable(),
  /** null in the state `muted`: until a person unmutes it. */
  mutedUntil: timestamp.nullable(),
  mutedBy: z.string().nullable(),
  resolvedAt: timestamp.nullable(),
  /** `millrace`: resolved automatically. */
  resolvedBy: z.string().nullable(),
  /** The reason of the resolution, as a sentence. */
  resolution: z.string().nullable(),
});
export type Issue = z.output<typeof issue>;

/**
 * A change of an issue, as alerts get it. It is passed on after it is on disk, and again after a crash, with the same
 * `id`. `path` is the issue's page in the console.
 */
export const issueNotice = z.strictObject({
  id: z.string(),
  issueId: z.string(),
  change: z.enum(['opened', 'reopened', 'worsened', 'resolved']),
  kind: issueKind,
  severity: issueSeverity,
  title: z.string(),
  detail: z.string(),
  likelyFix: z.string(),
  connectionId: z.string().nullable(),
  destinationId: z.string().nullable(),
  actionId: z.string().nullable(),
  at: timestamp,
  path: z.string(),
});
export type IssueNotice = z.output<typeof issueNotice>;

/** Some of the states in one query parameter, separated by commas. */
const states = z
  .string()
  .max(255)
  .transform((text) => text.split(','))
  .pipe(z.array(issueState).min(1))
  .meta({ accepts: `Separated by commas: ${issueStates.join(', ')}.` });

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
      body: z.strictObject({ until: instant.nullable().meta({ accepts: 'In the future.' }) }),
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
