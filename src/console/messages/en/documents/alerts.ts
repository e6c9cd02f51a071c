import type { AlertMessage } from '../../../../contract/documents/alert.ts';
import type { AlertType, WeekDay } from '../../../../contract/documents/alert-words.ts';
import type { IssueNotice, IssueSeverity } from '../../../../contract/records/issue.ts';
import { count } from '../../counts.ts';
import { terms } from '../terms.ts';

const types: Readonly<Record<AlertType, string>> = { email: 'E-mail', slack: 'Slack-compatible', webhook: 'Webhook' };

const typeNotes: Readonly<Record<AlertType, string>> = {
  email: 'Through your mail server (SMTP), to one or more addresses',
  slack: 'An incoming webhook of Slack, Mattermost, Rocket.Chat or Discord',
  webhook: 'JSON signed per Standard Webhooks, to your own endpoint',
};

const changes: Readonly<Record<IssueNotice['change'], string>> = {
  opened: 'Opened',
  reopened: 'Reopened',
  worsened: 'Escalated',
  resolved: 'Resolved',
};

const severities: Readonly<Record<IssueSeverity, string>> = {
  warning: 'Warnings and critical issues',
  critical: 'Critical issues only',
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

/** Words of alerts: who is notified of issues, through which channel, when. */
export const alerts = {
  title: 'Alerts',
  lead: 'Get notified about issues by e-mail, Slack or webhook',
  create: 'New Alert',
  columns: { type: 'Channel', state: 'Health', sent: 'Last sent' },
  emptyText: 'Without an alert, issues show in the console only.',
  deleteText: 'It stops notifying. Pending messages are discarded. You can restore it for 30 days.',
  created: (name: string) => `${name} created. Send a test now.`,
  tabs: { details: 'Alert Details', messages: 'Messages', versions: 'Versions' },
  types,
  typeNotes,
  changes,
  severities,
  days,
  health: {
    waiting: (messages: number) => `${count.messages(messages)} pending`,
  },
  test: {
    hint: 'Sends one real message with the saved settings.',
    sent: (ms: string) => `Sent in ${ms}`,
    failed: 'Not sent',
  },
  way: 'Channel',
  securities: { starttls: 'STARTTLS', tls: 'Implicit TLS', none: 'None (only hosts in the allow-list)' },
  fields: {
    name: ['Alert Name'],
    description: [terms.description],
    isEnabled: ['Enabled', 'When off, pending messages are discarded.'],
    url: ['URL', 'Receives a POST with JSON: see Docs, Alerts.'],
    secret: ['Signing secret', 'Base64, with or without the prefix whsec_. If empty, messages are not signed.'],
    previousSecret: ['Previous signing secret', 'Messages are signed with both, so you can rotate without downtime.'],
    hookUrl: ['Webhook URL', 'The full URL of the incoming webhook. Stored as a secret.'],
    host: ['Mail Server'],
    port: ['Port'],
    security: ['Security'],
    username: ['User Name'],
    password: [terms.password],
    from: ['From'],
    to: ['To', 'One address per line'],
    ca: ['Certificate Authority', 'PEM. In addition to the system’s CAs.'],
    minSeverity: [terms.severity],
    remindEveryMs: ['While it stays open'],
  },
  nounOf: { from: ['sender'], to: ['recipients'] },
  rules: {
    text: 'Issues to notify about',
    on: 'Notify when',
    kinds: 'Kinds of issues',
    kindsHint: 'None selected: all kinds',
    connectionsHint: 'None selected: all issues',
    addConnection: 'Add a connection',
    connectionPlaceholder: 'Name of a connection',
    reminds: {
      '': 'Don’t repeat',
      '3600000': 'Repeat every hour',
      '14400000': 'Repeat every 4 hours',
      '86400000': 'Repeat every day',
      '604800000': 'Repeat every week',
    } as Readonly<Record<string, string>>,
  },
  quiet: {
    title: 'Quiet hours',
    text: 'Notifications are collected and sent as one summary afterwards.',
    from: 'From',
    to: 'To',
    timeZone: 'Time zone',
    days: 'Starting on',
    exceptCritical: 'Still notify about critical issues',
    differs: 'Start and end must differ.',
    notATime: 'Enter a time, e.g. 22:00.',
    noDay: 'Select at least one day.',
  },
  messages: {
    list: 'Messages of this alert',
    columns: {
      message: 'Message',
      about: 'About',
    },
    abouts,
    emptyText: 'Notifications and tests are listed here.',
    tries: count.attempts,
  },
} as const;
