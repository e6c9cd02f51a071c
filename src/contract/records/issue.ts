import { z } from 'zod';
import { timestamp } from '../text.ts';
import { auditEntry } from './audit.ts';
import { errorKind } from './delivery.ts';
import { issueKinds, issueSeverities, issueStates } from './issue-words.ts';

export const issueKind = z.enum(issueKinds);
export type IssueKind = z.output<typeof issueKind>;

/**
 * open → acknowledged (somebody cares) → resolved; muted: nobody wants to hear of it until `mutedUntil`. An issue opens
 * by itself, is resolved by itself when its cause is gone, and is open again when it comes back.
 */
export const issueState = z.enum(issueStates);
export type IssueState = z.output<typeof issueState>;

/** `critical`: nothing gets through, or something is lost, until somebody acts. */
export const issueSeverity = z.enum(issueSeverities);
export type IssueSeverity = z.output<typeof issueSeverity>;

/** What somebody, or Millrace by itself, changed on what an issue is about in the day before it opened. */
const issueCause = z.strictObject({
  at: timestamp,
  act: auditEntry.shape.act,
  kind: auditEntry.shape.kind,
  id: z.string(),
  name: z.string().nullable(),
  by: z.string(),
  /** JSON pointers to what is different. */
  pointers: z.array(z.string()),
});
export type IssueCause = z.output<typeof issueCause>;

/** How many hours the series of an issue shows. */
export const issueSeriesHours = 24;

/** Everything of one kind that goes wrong at one place in the same way. */
export const issue = z.strictObject({
  id: z.string(),
  kind: issueKind,
  title: z.string(),
  state: issueState,
  severity: issueSeverity,
  /** What it is about; null where it is not about one. */
  connectionId: z.string().nullable(),
  destinationId: z.string().nullable(),
  actionId: z.string().nullable(),
  /** Of the deliveries that failed alike. */
  errorKind: errorKind.nullable(),
  firstSeenAt: timestamp,
  lastSeenAt: timestamp,
  /** When it last opened. */
  openedAt: timestamp,
  /** How often it was seen; `series`: in each of the last 24 hours, the present one last. */
  count: z.int(),
  series: z.array(z.int()),
  /** Actions whose deliveries it touched. */
  actionIds: z.array(z.string()),
  /** Deliveries that are held at its place now. */
  held: z.int(),
  /** The cause in words. */
  detail: z.string(),
  likelyFix: z.string(),
  /** Ids of the newest deliveries that it was seen at, newest first. */
  samples: z.array(z.string()),
  /** Newest first. */
  changes: z.array(issueCause),
  acknowledgedAt: timestamp.nullable(),
  acknowledgedBy: z.string().nullable(),
  /** null in the state `muted`: for as long as nobody says otherwise. */
  mutedUntil: timestamp.nullable(),
  mutedBy: z.string().nullable(),
  resolvedAt: timestamp.nullable(),
  /** `millrace`: by itself. */
  resolvedBy: z.string().nullable(),
  /** Why it counts as resolved, in words. */
  resolution: z.string().nullable(),
});
export type Issue = z.output<typeof issue>;

/**
 * What whoever alerts people gets to know of an issue; told after it is on disk, again after a crash. `id` is the same
 * each time that it is told, `path` the issue's page in the console.
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
