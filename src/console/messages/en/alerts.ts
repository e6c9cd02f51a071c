import type { AlertMessage } from '../../../contract/documents/alert.ts';
import type { AlertType, WeekDay } from '../../../contract/documents/alert-words.ts';
import type { IssueKind, IssueNotice, IssueSeverity } from '../../../contract/records/issue.ts';
import { counted } from '../format.ts';

const types: Readonly<Record<AlertType, string>> = { email: 'E-mail', slack: 'Slack or alike', webhook: 'Webhook' };

const typeNotes: Readonly<Record<AlertType, string>> = {
  email: 'By a mail server of yours (SMTP), to one or more addresses.',
  slack: 'By an incoming hook: Slack, Mattermost, Rocket.Chat, Discord.',
  webhook: 'To a program of yours: signed JSON after Standard Webhooks.',
};

const kinds: Readonly<Record<IssueKind, string>> = {
  failing: 'Deliveries fail',
  template: 'A template throws',
  tripped: 'A connection rests',
  auth_rejected: 'Credentials are refused',
  paused: 'A destination was paused',
  expiring: 'A token or certificate ends soon',
  backlog: 'Deliveries wait for long',
  silent: 'Something fell silent',
  held_expired: 'Held deliveries expired',
  storage: 'The disk fills',
};

const changes: Readonly<Record<IssueNotice['change'], string>> = {
  opened: 'It opens',
  reopened: 'It comes back',
  worsened: 'It gets worse',
  resolved: 'It is over',
};

const severities: Readonly<Record<IssueSeverity, string>> = {
  warning: 'Warnings and critical issues',
  critical: 'Critical issues alone',
};

const days: Readonly<Record<WeekDay, string>> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

const abouts: Readonly<Record<AlertMessage['about'], string>> = {
  changes: 'Changes',
  reminder: 'Reminder',
  summary: 'Summary of quiet hours',
  test: 'Test',
};

/** Words of alerts: who is told of issues, by which way, when. */
export const alerts = {
  title: 'Alerts',
  one: 'Alert',
  lead: 'Who is told when something goes wrong, by which way, and when. Without an alert, issues show in the console alone.',
  list: 'Alerts',
  noun: { one: 'alert', other: 'alerts' },
  create: 'New Alert',
  columns: { name: 'Name', type: 'Way', status: 'Status', state: 'State', sent: 'Last sent', modified: 'Modified' },
  never: 'Never',
  emptyTitle: 'Nobody is told yet',
  emptyText: 'An alert tells people of issues by e-mail, by Slack or by a webhook, so that nobody has to look.',
  emptyByFilter: 'No alerts match.',
  open: 'Open',
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteText: 'Nobody is told by it any more, and what it has not sent yet is not sent.',
  newTitle: 'New Alert',
  created: (name: string) => `${name} is made. Send a test now.`,
  readOnly: 'To change alerts you need the right “Manage Settings”.',
  tabList: 'Alert',
  tabs: { details: 'Alert Details', messages: 'Messages', versions: 'Versions' },
  types,
  typeNotes,
  kinds,
  changes,
  severities,
  days,
  health: {
    ok: 'Works',
    failing: 'Failing',
    waiting: (count: number) => counted(count, { one: 'message waits', other: 'messages wait' }),
    since: (when: string) => `since ${when}`,
  },
  test: {
    send: 'Send test',
    hint: 'Sends one real message with what is saved.',
    sent: (ms: string) => `It was sent within ${ms}.`,
    failed: 'It was not sent.',
  },
  details: {
    way: 'Way',
    basics: 'Basic Details',
    name: 'Alert Name',
    description: 'Description',
    status: 'Enabled',
    statusHint: 'Switched off, nothing is sent, and what waits is given up.',
    required: 'Must not be empty.',
    notAPort: 'Must be a number from 1 to 65535.',
    url: 'Address',
    urlHint: 'Gets a POST with JSON. What it holds stands in docs/alerts.md.',
    secret: 'Signing Secret',
    secretHint: 'Base64, with or without whsec_ before it. Without one, messages are not signed.',
    previousSecret: 'Previous Signing Secret',
    previousHint: 'While one is stored both sign, so that you can change it without a gap.',
    hookUrl: 'Hook Address',
    hookHint: 'The whole address of the incoming hook; it is kept as a secret.',
    host: 'Mail Server',
    port: 'Port',
    portHint: 'Empty: 587, with TLS at once 465.',
    security: 'Security',
    securities: { starttls: 'STARTTLS', tls: 'TLS at once', none: 'None (only for hosts the operator allows)' },
    username: 'User Name',
    password: 'Password',
    from: 'From',
    to: 'To',
    toHint: 'One address per line.',
    ca: 'Certificate Authority',
    caHint: 'PEM, to trust beside the usual ones.',
  },
  rules: {
    title: 'Rules',
    text: 'Which issues are told.',
    severity: 'Severity',
    on: 'Told when',
    kinds: 'Kinds of issues',
    kindsHint: 'None ticked: all kinds.',
    connections: 'Connections',
    connectionsHint: 'None ticked: issues of all connections, and those of none.',
    remind: 'While it stays open',
    reminds: {
      '': 'Never again',
      '3600000': 'Again each hour',
      '14400000': 'Again each 4 hours',
      '86400000': 'Again each day',
      '604800000': 'Again each week',
    } as Readonly<Record<string, string>>,
  },
  quiet: {
    title: 'Quiet hours',
    text: 'What happens in them is told as one message afterwards.',
    on: 'Quiet hours',
    from: 'From',
    to: 'To',
    timeZone: 'Time zone',
    days: 'They begin on',
    exceptCritical: 'Critical issues are told all the same',
    differs: 'Must differ from the beginning.',
    notATime: 'Must be a time such as 22:00.',
    noDay: 'Tick one day at least.',
  },
  messages: {
    list: 'Messages of this alert',
    columns: { message: 'Message', about: 'About', status: 'Status', result: 'Result', at: 'Made', next: 'Next try' },
    abouts,
    emptyTitle: 'No messages yet',
    emptyText: 'They stand here as soon as an issue is told, or a test is sent.',
    emptyByFilter: 'No messages match.',
    tries: (count: number) => counted(count, { one: 'try', other: 'tries' }),
    noResult: 'Not tried yet',
  },
} as const;
