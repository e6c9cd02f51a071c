import type { IssueKind, IssueSeverity } from '../../../../contract/records/issue.ts';
import { count } from '../../counts.ts';

const kinds: Readonly<Record<IssueKind, string>> = {
  failing: 'Deliveries failing',
  template: 'Template error',
  tripped: 'Suspended',
  auth_rejected: 'Credentials rejected',
  paused: 'Destination paused',
  expiring: 'Expires soon',
  backlog: 'Delivery backlog',
  silent: 'No traffic',
  held_expired: 'Held deliveries expired',
  used_ids: 'Event IDs used twice',
  rule_error: 'Rules fail with an error',
  lost_writes: 'Data lost in a failover',
  storage: 'Low disk space',
};

const severities: Readonly<Record<IssueSeverity, string>> = { critical: 'Critical', warning: 'Warning' };

/** Words of Issues. */
export const issues = {
  lead: 'Problems, likely causes and fixes',
  filterBy: 'title',
  kinds,
  severities,
  states: { open: 'Open', acknowledged: 'Acknowledged', muted: 'Muted', resolved: 'Resolved', all: 'All' },
  columns: {
    title: 'Title',
    count: 'Count',
    actions: 'Affected Actions',
  },
  seriesSentence: (times: number) => `${count.times(times)} in the last 24 hours`,
  actionsIn(names: readonly string[]) {
    const [first = '–', second, ...more] = names;
    if (second === undefined) return first;
    return more.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${more.length} more`;
  },
  emptyTitle: 'No issues',
  emptyText: 'Failing deliveries, rejected credentials, expiring certificates and missing traffic are listed here.',
  showResolved: 'Show resolved issues',
  page: {
    cause: 'Cause',
    likelyFix: 'Likely fix:',
    opened: 'Opened',
    changes: 'Recent changes',
    changesText: 'In the 24 hours before it opened',
    noChanges: 'No related changes in the 24 hours before it opened.',
    places: (places: readonly string[]) => places.join(', '),
    sample: 'Latest response',
    noText: 'The response has no stored text.',
    hidden: (right: string) => `To see its text you need the right “${right}”: ask an administrator.`,
    openTemplate: 'Open template',
    undelivered: 'Still undelivered',
    samples: 'Samples',
    samplesText: 'Recent affected deliveries',
    acknowledged: (by: string, at: string) => `Acknowledged by ${by}, ${at}.`,
    muted: (by: string, until: string | null) =>
      until === null ? `Muted by ${by} until unmuted.` : `Muted by ${by} until ${until}.`,
    /** Without a note, `how` only repeats by whom. */
    resolved(by: string, at: string, how: string | null) {
      const line = `Resolved ${by === 'millrace' ? 'automatically' : `by ${by}`}, ${at}.`;
      return how === null || how === `Resolved by ${by}.` ? line : `${line} ${how}`;
    },
    resolveAndReplay: 'Resolve and replay…',
    replay: 'Replay failed deliveries…',
    reason: (title: string) => `Issue: ${title}`,
    acknowledge: 'Acknowledge',
    resolve: 'Resolve',
    nowResolved: 'Resolved. Reopens if it recurs.',
    reopen: 'Reopen',
    reopened: 'Reopened',
    mute: 'Mute…',
    muteTitle: 'Mute this issue?',
    muteVerb: 'Mute',
    muteText: 'No notifications until then. Occurrences are still counted.',
    muteSpan: 'For',
    muteFor: { '1h': '1 hour', '8h': '8 hours', '24h': '24 hours', '7d': '7 days', unmuted: 'Until unmuted' },
    unmute: 'Unmute',
    unmuted: 'Unmuted',
  },
} as const;
