import { type LostWrites, sumOfLost } from '../journal/journal.ts';
import { finding } from './finding.ts';
import type { IssueRegistry } from './issue-registry.ts';
import type { Thresholds } from './thresholds.ts';

/** Reports what a failover of the database lost: one issue for all partitions of this node. */
export function detectLostWrites({ registry, limits }: { registry: IssueRegistry; limits: Thresholds }) {
  return {
    lost(all: readonly LostWrites[]) {
      const { events, deliveries, since, until } = sumOfLost(all);
      const found = finding({
        fingerprint: 'lost_writes',
        kind: 'lost_writes',
        severity: 'critical',
        title: 'A failover of the database lost events',
        detail: `At least ${events} events and ${deliveries} deliveries, received ${since === null ? '' : `after ${since} `}until ${until}.`,
        likelyFix: 'Send the events of that time again, with their ids. Set synchronous_standby_names in PostgreSQL.',
        cause: { code: 'lost_writes', values: { events, deliveries, at: until, ...(since !== null && { since }) } },
      });
      registry.see(found, { times: Math.max(1, events), samples: [], actionIds: [] });
    },
    resolveQuiet: () =>
      registry.resolveQuiet('lost_writes', limits.lostWrites.quietMs, 'There was no such failover for a day.'),
  };
}
