import { z } from 'zod';
import { issueKind, issueNotice, issueSeverity } from '../records/issue.ts';
import { type Stored, secretInput } from '../secret.ts';
import { description, documentName, durationMs, line, timestamp } from '../text.ts';
import { weekDays } from './alert-words.ts';
import { stamp, warnings } from './document.ts';

const hourMs = 3_600_000;

/** One e-mail address that needs no quoting: what RFC 5321 calls a dot-string and a domain, in ASCII. */
const mailAddress = z
  .string()
  .trim()
  .max(254)
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
    'Must be one e-mail address.',
  );

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a time of day such as 22:00.');

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'Must be a time zone of the IANA database, such as Europe/Berlin.');

/** Which changes of issues are told. Lists that are null mean all. */
const alertRules = z.strictObject({
  kinds: z.array(issueKind).min(1).max(issueKind.options.length).nullable().default(null),
  minSeverity: issueSeverity.default('warning'),
  /** Only issues of these; an issue that is of no connection or action passes where the list is null. */
  connectionIds: z.array(z.string().max(64)).min(1).max(200).nullable().default(null),
  actionIds: z.array(z.string().max(64)).min(1).max(200).nullable().default(null),
  on: z
    .array(issueNotice.shape.change)
    .min(1)
    .max(issueNotice.shape.change.options.length)
    .default(['opened', 'reopened', 'worsened', 'resolved']),
  /** How often an issue that stays open is told again; null: never. */
  remindEveryMs: durationMs(hourMs, 30 * 24 * hourMs)
    .nullable()
    .default(24 * hourMs),
});

/**
 * When nobody wants to be told. They begin on each of `days` at `from` and last until `to`, on the next day when that is
 * not later. What happens meanwhile is told as one message afterwards.
 */
const quietHours = z
  .strictObject({
    timeZone,
    from: timeOfDay,
    to: timeOfDay,
    days: z
      .array(z.enum(weekDays))
      .min(1)
      .max(7)
      .default([...weekDays]),
    /** Whether critical issues are told all the same. */
    exceptCritical: z.boolean().default(true),
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'Must differ from the beginning: nobody would ever be told.',
  });
export type QuietHours = z.output<typeof quietHours>;

const webhook = z.strictObject({
  url: z.string().trim().min(1).max(2_048),
  /** Signs by Standard Webhooks; null: not signed. */
  secret: secretInput,
  previousSecret: secretInput,
  /** Until when both sign; null: for as long as the previous one is stored. */
  previousUntil: timestamp.nullable().default(null),
});

const email = z.strictObject({
  host: line(253, 1),
  /** null: 587, with `tls` 465. */
  port: z.int().min(1).max(65_535).nullable().default(null),
  /** `none` is for relays that the operator's allow-list names. */
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  username: line(255).nullable().default(null),
  password: secretInput,
  from: mailAddress,
  to: z.array(mailAddress).min(1).max(50),
  /** A certificate authority in PEM to trust beside the usual ones. */
  ca: z.string().max(65_536).nullable().default(null),
});

const slack = z.strictObject({
  /** The whole address is the secret. */
  hookUrl: secretInput,
});

const common = {
  name: documentName,
  description,
  status: z.enum(['enabled', 'disabled']).default('enabled'),
  rules: alertRules.prefault({}),
  quietHours: quietHours.nullable().default(null),
};

const webhookInput = z.strictObject({ type: z.literal('webhook'), ...common, settings: webhook });
const emailInput = z.strictObject({ type: z.literal('email'), ...common, settings: email });
const slackInput = z.strictObject({ type: z.literal('slack'), ...common, settings: slack });

/** An alert as a person writes it: who is told of which issues, by which way, when. */
export const alertInput = z.discriminatedUnion('type', [webhookInput, emailInput, slackInput]);
export type AlertBody = Stored<z.output<typeof alertInput>>;

/** How telling goes; read only and outside the version. `failing` until the next message arrives. */
const alertHealth = z.strictObject({
  state: z.enum(['ok', 'failing']),
  /** What the last failed try ended in. */
  reason: z.string().nullable(),
  since: timestamp.nullable(),
  lastSentAt: timestamp.nullable(),
  /** Messages that are not sent yet. */
  waiting: z.int(),
});
export type AlertHealth = z.output<typeof alertHealth>;

const shown = { ...stamp, ...warnings, health: alertHealth };

/** An alert as GET shows it (secrets as marks). */
export const alert = z.discriminatedUnion('type', [
  webhookInput.extend(shown),
  emailInput.extend(shown),
  slackInput.extend(shown),
]);
export type Alert = z.output<typeof alert>;

/** What is told of one issue; `reminded`: it is still open. */
const alertNotice = issueNotice.extend({
  change: z.enum([...issueNotice.shape.change.options, 'reminded']),
});
export type AlertNotice = z.output<typeof alertNotice>;

/** How many issues one message tells of; `total` counts all. */
export const alertNoticesMax = 100;

/**
 * A message of an alert: `changes` as they happen, a `reminder` of what is still open, the `summary` of quiet hours, or a
 * `test`. It is `waiting` to be sent, for the first time or again, until it is `sent` or, after a day, `failed`.
 */
export const alertMessage = z.strictObject({
  id: z.string(),
  alertId: z.string(),
  about: z.enum(['changes', 'reminder', 'summary', 'test']),
  status: z.enum(['waiting', 'sent', 'failed']),
  title: z.string(),
  notices: z.array(alertNotice),
  total: z.int(),
  attempts: z.int(),
  createdAt: timestamp,
  /** When it is tried for the first time, or again; null once it is sent or failed. */
  nextAttemptAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
  /** What the last try ended in: the answer, or what went wrong. */
  detail: z.string().nullable(),
});
export type AlertMessage = z.output<typeof alertMessage>;

/** What happened to a test message, for the person who sent it. */
export const alertTest = z.strictObject({
  ok: z.boolean(),
  durationMs: z.number(),
  detail: z.string(),
  message: alertMessage,
});
export type AlertTest = z.output<typeof alertTest>;

/** Some runtimes know only the canonical name of a zone, others all of its names. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
