import type { Configuration } from '../pipeline/snapshot/snapshot.ts';
import { finding } from './finding.ts';
import type { IssueRegistry } from './issue-registry.ts';
import type { Thresholds } from './thresholds.ts';

/** Detects events that were not stored because other events with the same ids are: one issue for each collector. */
export function detectUsedIds(options: { configuration: Configuration; registry: IssueRegistry; limits: Thresholds }) {
  const { configuration, registry, limits } = options;
  return {
    found(collectorId: string, events: number) {
      const subject = configuration.snapshot.documents.collector.get(collectorId)?.body.name ?? collectorId;
      const issue = finding({
        fingerprint: `used_ids ${collectorId}`,
        kind: 'used_ids',
        severity: 'warning',
        title: `Events to ${subject} have ids that other events had`,
        detail: 'They were not stored, since other events with the same messageId or eventId are.',
        likelyFix:
          'Give each event an id of its own that can’t be guessed. Servers should send with a collector of their own.',
        cause: { code: 'used_ids', values: { subject } },
      });
      registry.see(issue, { times: events, samples: [], actionIds: [] });
    },
    resolveQuiet: () => registry.resolveQuiet('used_ids', limits.usedIds.quietMs, 'There was no such event for a day.'),
  };
}
