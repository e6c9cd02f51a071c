import type { IssueKind, IssueSeverity } from '../../../contract/records/issue.ts';
import { counted } from '../format.ts';

const kinds: Readonly<Record<IssueKind, string>> = {
  failing: 'Deliveries fail',
  template: 'Template error',
  tripped: 'Connection rests',
  auth_rejected: 'Credentials refused',
  paused: 'Destination paused',
  expiring: 'Expires soon',
  backlog: 'Deliveries are late',
  silent: 'Silence',
  held_expired: 'Held too long',
  storage: 'Storage',
};

const severities: Readonly<Record<IssueSeverity, string>> = { critical: 'Critical', warning: 'Warning' };

/** Words of Issues. */
export const issues = {
  title: 'Issues',
  one: 'Issue',
  lead: 'What goes wrong, what most likely mends it, and what was changed just before. Issues close by themselves when it works again.',
  filterBy: 'title',
  kinds,
  severities,
  state: 'State',
  unresolved: 'Not resolved',
  states: { open: 'Open', acknowledged: 'Acknowledged', muted: 'Muted', resolved: 'Resolved', all: 'All' },
  kind: 'Kind',
  anyKind: 'Any kind',
  severity: 'Severity',
  anySeverity: 'Any severity',
  chip: {
    connection: (name: string) => `Connection: ${name}`,
    destination: (name: string) => `Destination: ${name}`,
    action: (name: string) => `Action: ${name}`,
  },
  noun: { one: 'issue', other: 'issues' },
  columns: {
    title: 'Title',
    state: 'State',
    kind: 'Kind',
    firstSeen: 'First seen',
    lastSeen: 'Last seen',
    count: 'Count',
    actions: 'Affected Actions',
    held: 'Held',
    assignee: 'Assignee',
  },
  nobody: '–',
  seriesSentence: (count: number) => `${counted(count, { one: 'time', other: 'times' })} in the last 24 hours`,
  actionsIn(names: readonly string[]) {
    const [first = '–', second, ...more] = names;
    if (second === undefined) return first;
    return more.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${more.length} more`;
  },
  emptyTitle: 'No issues',
  emptyText:
    'When deliveries fail, credentials are refused, a certificate ends soon or an action falls silent, it stands here with the cause and the likely fix.',
  showResolved: 'Show resolved ones',
  emptyByFilter: 'No issues match.',
  page: {
    cause: 'Cause',
    likelyFix: 'Likely fix:',
    facts: 'How often and where',
    opened: 'Opened',
    connection: 'Connection',
    destination: 'Destination',
    changes: 'What changed just before',
    changesText: 'In the day before it opened.',
    noChanges: 'Nothing that it is about was changed in the day before it opened.',
    by: (name: string) => `by ${name}`,
    places: (places: readonly string[]) => places.join(', '),
    samples: 'Samples',
    samplesText: 'The newest deliveries that it was seen at, each with its requests and answers.',
    acknowledged: (by: string, at: string) => `Acknowledged by ${by}, ${at}.`,
    muted: (by: string, until: string | null) =>
      until === null ? `Muted by ${by} until somebody unmutes it.` : `Muted by ${by} until ${until}.`,
    resolved: (by: string, at: string, how: string | null) =>
      `Resolved ${by === 'millrace' ? 'by itself' : `by ${by}`}, ${at}. ${how ?? ''}`,
    lookAtFailed: 'Look at what failed',
    replay: 'Replay what failed…',
    acknowledge: 'Acknowledge',
    nowAcknowledged: 'Acknowledged: others see that you care.',
    resolve: 'Resolve',
    nowResolved: 'Resolved. If it is seen after five minutes it opens again.',
    reopen: 'Reopen',
    reopened: 'Open again.',
    mute: 'Mute…',
    muteTitle: 'Mute this issue?',
    muteVerb: 'Mute',
    muteText: 'Nobody is alerted until then, whatever happens; it goes on being counted here.',
    muteSpan: 'For',
    muteFor: { '1h': '1 hour', '8h': '8 hours', '24h': '24 hours', '7d': '7 days', unmuted: 'Until it is unmuted' },
    nowMuted: 'Muted.',
    unmute: 'Unmute',
    unmuted: 'Unmuted.',
  },
} as const;
