import type { Issue } from '../../../../contract/records/issue.ts';
import { count } from '../../counts.ts';
import { formatAbsolute, formatBytes, formatDuration, formatNumber } from '../../format.ts';
import { sentence } from '../../sentence.ts';
import { statusMeaning } from './http.ts';
import { outcomes } from './outcomes.ts';

/** An issue in words: what is wrong, why, and how to fix it. */
type IssueText = { title: string; detail: string; fix: string };
type Cause = NonNullable<Issue['cause']>;
/** The values of a cause, as texts and numbers; a missing one is empty. */
type Values = { text: (name: string) => string; number: (name: string) => number };

const correct = 'correct the template or mapping, then replay the failed deliveries.';
const smaller = 'Make the body smaller: send fewer fields or smaller batches.';

const statusFixes: Readonly<Record<number, string>> = {
  304: outcomes.notModified.todo,
  400: `Compare the request with the system’s documentation, ${correct}`,
  401: 'Choose an Authentication Type on the connection.',
  403: 'Grant the credentials the permission or scope in that system.',
  404: 'Check the Endpoint Path and the values in it.',
  405: 'Check the request method of the destination.',
  409: 'If existing data is fine, add a response rule: 409 is a success.',
  413: smaller,
  415: 'Check the Content Type of the destination.',
  422: `See the response, ${correct}`,
  429: 'Set a rate limit on the connection that the system allows.',
  501: 'Check the request method and the Endpoint Path.',
};

const errorFixes: Partial<Record<NonNullable<Issue['errorKind']>, string>> = {
  reset: 'Ask the operator of the system, or of a proxy in front of it. Deliveries are retried automatically.',
  http_4xx: `See the response, ${correct}`,
  http_5xx: 'Ask the operator of the system. Deliveries are retried automatically.',
  too_large: smaller,
};

const texts: Readonly<Record<Cause['code'], (values: Values, issue: Issue) => IssueText>> = {
  deliveries_failing({ text, number }, { errorKind }) {
    const status = number('status');
    const kind = outcomes.errorKind[errorKind ?? 'protocol'];
    const fix = errorFixes[errorKind ?? 'protocol'] ?? kind.todo;
    if (status === 0) return { title: `${kind.short}: ${text('subject')}`, detail: sentence(text('detail')), fix };
    return {
      title: `HTTP ${status} from ${text('subject')}`,
      detail: sentence(statusMeaning(status)),
      fix: statusFixes[status] ?? fix,
    };
  },
  other_failures: ({ text }) => ({
    title: `Other failures of ${text('subject')}`,
    detail: 'Deliveries fail with many different errors.',
    fix: 'View the failed deliveries.',
  }),
  template_failing: ({ text }) => ({
    title: `Template error: ${text('subject')}${text('action') === '' ? '' : ` (${text('action')})`}`,
    detail: sentence(text('detail')),
    fix: 'Open the template and fix the error, then replay the failed deliveries with the current template.',
  }),
  breaker_open: ({ text }) => ({
    title: `${text('subject')} suspended: too many errors`,
    detail: `${sentence(text('detail'))} Deliveries are held.`,
    fix: 'Ask the operator of the system. Millrace checks it regularly and sends held deliveries when it responds.',
  }),
  credentials_rejected: ({ text }) => ({
    title: `${text('subject')} rejects the credentials`,
    detail: `${sentence(text('detail'))} Deliveries are held.`,
    fix: 'Test the authentication of the connection and replace what is wrong or expired. Saving sends held deliveries.',
  }),
  credentials_missing: ({ text }) => ({
    title: `Credentials of ${text('subject')} are missing`,
    detail: `${sentence(text('detail'))} Deliveries are held.`,
    fix: 'Enter the credential on the connection. Saving sends held deliveries.',
  }),
  destination_paused: ({ text }) => ({
    title: `${text('subject')} was paused`,
    detail:
      text('detail') === ''
        ? 'It returned 410 Gone, or a response rule paused it. Deliveries are held.'
        : sentence(text('detail')),
    fix: 'Find the new URL in the system’s documentation, correct the Endpoint Path and enable the destination.',
  }),
  token_expiring: (values) => expiring(values, 'token', 'Get a new token, or use OAuth V2 to fetch tokens.'),
  certificate_expiring: (values) =>
    expiring(values, 'client certificate', 'Replace the certificate and its private key under Advanced.'),
  backlog: ({ text, number }) => ({
    title: `Deliveries to ${text('subject')} are late`,
    detail: `The oldest is ${formatDuration(number('lateMs'))} late. ${count.deliveries(number('open'))} unfinished.`,
    fix: 'Raise the rate limits of the connection if the system allows it, send in batches, or narrow the rules of the action.',
  }),
  asked_pause: ({ text, number }) => ({
    title: `Deliveries to ${text('subject')} are late`,
    detail: `The system asked for a pause until ${formatAbsolute(new Date(text('at'))).local}. ${count.deliveries(number('open'))} unfinished.`,
    fix: 'No action needed: they are sent after it. Send now on the connection if the system is ready before.',
  }),
  no_events: ({ number }) => ({
    title: 'No events received',
    detail: `No event for ${formatDuration(number('quietMs'))}. Usual at this time: at least ${formatNumber(number('usually'))}.`,
    fix: 'Check Data Collection for rejected requests, and whether your site still sends to this server.',
  }),
  action_silent: ({ text, number }) => ({
    title: `${text('subject')} no longer matches events`,
    detail: `No match for ${formatDuration(number('quietMs'))}. Usual at this time: at least ${formatNumber(number('usually'))}.`,
    fix: 'Check in Events whether the expected events are received with the same parameters. Explain shows which rule decides.',
  }),
  held_expired: ({ text }) => ({
    title: `Held deliveries to ${text('subject')} expired`,
    detail: 'They were on hold for longer than the connection allows, and failed.',
    fix: 'Fix the cause of the hold, or allow a longer one in the connection. Then replay the expired deliveries.',
  }),
  used_ids: ({ text }) => ({
    title: `Events to ${text('subject')} have used IDs`,
    detail: 'They were not stored, since other events with the same messageId or eventId are.',
    fix: 'Give each event an ID of its own that can’t be guessed. Servers should send with a collector of their own.',
  }),
  rule_error: ({ text }) => ({
    title: text('subject') === '' ? 'Rules can’t be evaluated' : `Rules of ${text('subject')} can’t be evaluated`,
    detail: `Events have no deliveries of it: ${text('error')}, last for event ${text('event')}.`,
    fix: 'Explain the event and change the condition that fails, then replay the events. The server’s log has the place of the error.',
  }),
  lost_writes: ({ text, number }) => ({
    title: 'A failover of the database lost events',
    detail: `At least ${count.events(number('events'))} and ${count.deliveries(number('deliveries'))}, received ${text('since') === '' ? '' : `after ${formatAbsolute(new Date(text('since'))).local} `}until ${formatAbsolute(new Date(text('at'))).local}.`,
    fix: 'Send the events of that time again, with their IDs. Set synchronous_standby_names in PostgreSQL.',
  }),
  disk_filling: ({ number }, { severity }) => ({
    title: severity === 'critical' ? 'The disk is full' : 'The disk is filling up',
    detail: `Free: ${formatBytes(number('freeBytes'))}. New events are rejected below ${formatBytes(number('reserveBytes'))}.`,
    fix: 'Free space on the data folder’s volume, enlarge it, or keep events for fewer days.',
  }),
  storage_limit: () => ({
    title: 'The storage limit is reached',
    detail: 'Only unfinished events are left, so new events are rejected.',
    fix: 'Send or cancel held deliveries, or raise the storage limit under Retention.',
  }),
};

function expiring({ text }: Values, name: string, fix: string): IssueText {
  const at = new Date(text('at'));
  const isOver = at.getTime() <= Date.now();
  return {
    title: `The ${name} of ${text('subject')} ${isOver ? 'has expired' : 'expires soon'}`,
    detail: `${isOver ? 'Expired' : 'Expires'} on ${formatAbsolute(at).local}.`,
    fix,
  };
}

/** The text of an issue; the server's own where it is of an earlier or a later version. */
export function issueText(issue: Issue): IssueText {
  const { cause, title, detail, likelyFix } = issue;
  const made = cause === null || !Object.hasOwn(texts, cause.code) ? undefined : texts[cause.code];
  if (cause === null || made === undefined) return { title, detail, fix: likelyFix };
  const { values } = cause;
  return made({ text: (name) => String(values[name] ?? ''), number: (name) => Number(values[name] ?? 0) }, issue);
}
