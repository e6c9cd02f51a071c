import { z } from 'zod';
import { issueKind, issueNotice, issueSeverity } from '../records/issue.ts';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, tagged } from '../route.ts';
import { type Stored, secretInput } from '../secret.ts';
import { description, documentName, durationMs, line, timestamp } from '../text.ts';
import { weekDays } from './alert-words.ts';
import { certificates, noControls, signingSecrets } from './connection.ts';
import { stamp, warnings } from './document.ts';
import { documentRoutes } from './document-routes.ts';
import { refersTo } from './references.ts';

const hourMs = 3_600_000;

/** An e-mail address without quoting: a dot-string and a domain by RFC 5321, in ASCII. */
export const mailAddress = z
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

/** Which changes of issues are sent. A list that is null means all. */
export const alertRules = z.strictObject({
  kinds: z.array(issueKind).min(1).max(issueKind.options.length).nullable().default(null),
  minSeverity: issueSeverity.default('warning'),
  /** Only issues of these connections. An issue without a connection or action passes where the list is null. */
  connectionIds: z
    .array(refersTo('connection', z.string().max(64), { isLoose: true }))
    .min(1)
    .max(200)
    .nullable()
    .default(null),
  actionIds: z
    .array(refersTo('action', z.string().max(64), { isLoose: true }))
    .min(1)
    .max(200)
    .nullable()
    .default(null),
  on: z
    .array(issueNotice.shape.change)
    .min(1)
    .max(issueNotice.shape.change.options.length)
    .default(['opened', 'reopened', 'worsened', 'resolved']),
  /** Interval of reminders about an issue that stays open; null: none. */
  remindEveryMs: durationMs(hourMs, 30 * 24 * hourMs)
    .nullable()
    .default(24 * hourMs),
});

/**
 * Times without messages. They begin on each of `days` at `from` and end at `to`, on the next day when `to` is not
 * later than `from`. Changes during quiet hours are sent as one summary afterwards.
 */
export const quietHours = z
  .strictObject({
    timeZone,
    from: timeOfDay,
    to: timeOfDay,
    days: z
      .array(z.enum(weekDays))
      .min(1)
      .max(7)
      .default([...weekDays]),
    /** Whether critical issues are sent during quiet hours. */
    exceptCritical: z.boolean().default(true),
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'Must differ from the beginning: no message would ever be sent.',
  });
export type QuietHours = z.output<typeof quietHours>;

export const webhook = z.strictObject({
  url: z.string().trim().min(1).max(2_048).meta({ accepts: 'An absolute http or https URL that may be called.' }),
  /** Signs by Standard Webhooks; without a secret, messages are unsigned. */
  ...signingSecrets,
});

export const email = z.strictObject({
  host: line(253, 1).meta({ accepts: 'A host name or address, without scheme or path, that may be called.' }),
  /** null: 587, or 465 when `security` is `tls`. */
  port: z.int().min(1).max(65_535).nullable().default(null).meta({ accepts: 'One that no other protocol uses.' }),
  /** `none` is only for relays in the allow-list of the operator. */
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .meta({ accepts: '`none` only to hosts that the operator allows.' }),
  username: line(255).nullable().default(null),
  password: secretInput.meta({ accepts: noControls }),
  from: mailAddress,
  to: z.array(mailAddress).min(1).max(50),
  /** A certificate authority in PEM, trusted in addition to the system's CAs. */
  ca: certificates,
});

export const slack = z.strictObject({
  /** The whole URL is a secret. */
  hookUrl: secretInput.meta({ accepts: 'An absolute URL that starts with https:// and may be called.' }),
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

/** An alert as a client writes it: the recipients, the issues, the channel and the schedule. */
export const alertInput = z.discriminatedUnion('type', [webhookInput, emailInput, slackInput]);
export type AlertBody = Stored<z.output<typeof alertInput>>;

/** Health of the messages of an alert; read-only and not versioned. `failing` until a message is sent successfully. */
export const alertHealth = z.strictObject({
  state: z.enum(['ok', 'failing']),
  /** The error of the last failed attempt. */
  reason: z.string().nullable(),
  since: timestamp.nullable(),
  lastSentAt: timestamp.nullable(),
  /** Number of messages not sent yet. */
  waiting: z.int(),
});
export type AlertHealth = z.output<typeof alertHealth>;

const shown = { ...stamp, ...warnings, health: alertHealth };

/** An alert as GET returns it (secrets as marks). */
export const alert = z.discriminatedUnion('type', [
  webhookInput.extend(shown),
  emailInput.extend(shown),
  slackInput.extend(shown),
]);
export type Alert = z.output<typeof alert>;

/** A change of one issue in a message; `reminded`: the issue is still open. */
export const alertNotice = issueNotice.extend({
  change: z.enum([...issueNotice.shape.change.options, 'reminded']),
});
export type AlertNotice = z.output<typeof alertNotice>;

/** The largest number of issues listed in one message; `total` counts all of them. */
export const alertNoticesMax = 100;

/**
 * A message of an alert: `changes` as they happen, a `reminder` about open issues, the `summary` of quiet hours, or a
 * `test`. It is `waiting` before each attempt, until it is `sent` or, after a day, `failed`.
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
  /** Time of the next attempt; null when the message is sent or failed. */
  nextAttemptAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
  /** The result of the last attempt: the response, or the error. */
  detail: z.string().nullable(),
});
export type AlertMessage = z.output<typeof alertMessage>;

/** The result of a test message. */
export const alertTest = z.strictObject({
  ok: z.boolean(),
  durationMs: z.number(),
  detail: z.string(),
  message: alertMessage,
});

/** Runtimes differ in which aliases of a time zone they know. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const alertRoutes = tagged('alerts', {
  ...documentRoutes({ one: 'alert', area: 'settings', input: alertInput, output: alert }),
  testAlert: api('POST /alerts/{id}/test', 'settings:manage', 'Send one test message of an alert', {
    audit: 'test alert',
    output: alertTest,
  }),
  listAlertMessages: api(
    'GET /alerts/{id}/messages',
    'settings:view',
    'List the last messages of an alert, newest first',
    { query: pageQuery(), output: pageOf(alertMessage) },
  ),
});
