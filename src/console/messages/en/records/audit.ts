import type { AuditAct, AuditEntry, AuditKind } from '../../../../contract/records/audit.ts';
import { formatNumber } from '../../format.ts';
import { terms } from '../terms.ts';

/** An act as a filter option, and in the past with its object: `Created connection`. */
const acts: Readonly<Record<AuditAct, readonly [act: string, past: string]>> = {
  create: ['Create', 'Created'],
  change: ['Change', 'Changed'],
  delete: ['Delete', 'Deleted'],
  restore: ['Restore', 'Restored'],
  rollback: ['Restore version', 'Restored version of'],
  rotate_key: ['Rotate key', 'Rotated key of'],
  test: ['Test', 'Tested'],
  retry: ['Retry', 'Retried'],
  probe: ['Check', 'Checked'],
  release: ['Release held deliveries', 'Released held deliveries of'],
  cancel: ['Cancel', 'Cancelled'],
  pause: ['Pause', 'Paused'],
  resume: ['Resume', 'Resumed'],
  clear: ['Clear', 'Cleared'],
  import: ['Import', 'Imported'],
  set_up: ['Set up', 'Set up'],
  sign_in: ['Sign in', 'Signed in:'],
  sign_out: ['Sign out', 'Signed out:'],
  invite: ['Invite', 'Invited'],
  set_password: ['Set password', 'Set password of'],
  request_password_reset: ['Request password reset', 'Requested password reset of'],
  revoke: ['Revoke', 'Revoked'],
  reseal: ['Re-encrypt', 'Re-encrypted'],
  prune: ['Remove old entries', 'Removed old entries of'],
  acknowledge: ['Acknowledge', 'Acknowledged'],
  resolve: ['Resolve', 'Resolved'],
  reopen: ['Reopen', 'Reopened'],
  mute: ['Mute', 'Muted'],
  unmute: ['Unmute', 'Unmuted'],
  erase: ['Erase visitor', 'Erased visitor in'],
};

/** What is done by a change of the status alone. */
const switches = { enabled: 'Enabled', disabled: 'Disabled', paused: 'Paused', resumed: 'Resumed' } as const;
export type Switched = keyof typeof switches;

const { action, alert, behavior, collector, connection, delivery, destination } = terms;
const { issue, parameter, replay, role, user } = terms;

const kinds: Readonly<Record<AuditKind, string>> = {
  ...{ action, alert, behavior, collector, connection, delivery, destination },
  ...{ issue, parameter, replay, role, user },
  configuration: 'Configuration',
  inbox: 'Inbox',
  token: 'API token',
  session: 'Session',
  settings: 'Settings',
  secrets: 'Secrets',
  erasure: 'Erasure',
  audit: 'Audit log',
};

const results: Readonly<Record<AuditEntry['result'], string>> = { done: 'Done', refused: 'Rejected' };

const actNames = Object.fromEntries(Object.entries(acts).map(([act, [name]]) => [act, name]));

/** Words of the audit log: who did what, from where. */
export const audit = {
  title: 'Audit log',
  lead: 'Who changed, sent or tried what, and from where. Read-only; entries are hash-chained.',
  list: 'Entries',
  filterBy: 'who',
  columns: {
    what: 'What',
    who: 'Who',
    from: 'From',
    changed: 'Changes',
  },
  acts: actNames as Readonly<Record<AuditAct, string>>, // of the same keys
  kinds,
  results,
  ranges: { '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' },
  times: (local: string, utc: string) => `${local} (${utc})`,
  whoDid(who: string, act: AuditAct, kind: AuditKind): string {
    const [first = '', ...rest] = this.what(act, kind);
    return `${who} ${first.toLowerCase()}${rest.join('')}`;
  },
  /** `switched`: the change was one of the status alone. */
  what(act: AuditAct, kind: AuditKind, switched?: Switched): string {
    const name = kinds[kind];
    const past = act === 'change' && switched !== undefined ? switches[switched] : acts[act][1];
    return `${past} ${name.startsWith('API') ? name : name.toLowerCase()}`;
  },
  places: (changes: number) => (changes === 0 ? '' : formatNumber(changes)),
  emptyText: 'Changes, sign-ins, tests, retries and rejected requests are logged here.',
  entry: (number: number) => `Entry ${formatNumber(number)}`,
  gone: 'This entry is on another page of the list.',
  noChanges: 'No changes',
  fields: {
    hash: 'Hash',
  },
  byItself: 'Millrace',
  all: 'View history',
  refusedBecause: (code: string) => `Rejected (${code.replaceAll('_', ' ')})`,
  secrets: { before: 'a secret', after: 'another secret' },
} as const;
