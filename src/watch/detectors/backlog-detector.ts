import type { QueueStatus } from '../../pipeline/insight/queue-status.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, durationText, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';

/**
 * Reports destinations whose deliveries are due and not held, but late: a limit delays them, or more events match
 * than can be sent.
 */
export function backlogDetector(options: {
  configuration: Configuration;
  queueStatus: Pick<QueueStatus, 'backlog' | 'closed'>;
  registry: Pick<IssueRegistry, 'active'>;
  limits: Thresholds;
}): Detector {
  const { queueStatus, registry } = options;
  const limits = options.limits.backlog;
  const names = namesIn(options.configuration);
  return {
    at: 'backlogs',
    everyMs: limits.everyMs,
    kinds: ['backlog'],
    over: 'Deliveries are sent in time again, or are held.',
    async find(now) {
      const rows = await queueStatus.backlog();
      return rows.flatMap(({ destinationId, connectionId, open, nextDueAt }) => {
        const lateMs = now - nextDueAt;
        const fingerprint = `backlog ${destinationId}`;
        const leastMs = registry.active(fingerprint) === undefined ? limits.warnMs : limits.overMs;
        if (lateMs < leastMs || queueStatus.closed().has(destinationId)) return [];
        return [
          finding({
            fingerprint,
            kind: 'backlog',
            severity: lateMs >= limits.criticalMs ? 'critical' : 'warning',
            title: `Deliveries to ${names.destination(destinationId)} are late`,
            detail: `The oldest one has been due for ${durationText(lateMs)}; ${open} deliveries are unfinished.`,
            likelyFix:
              'More deliveries arrive than the limits allow. Raise the rate or concurrency of the connection if the system can take it, send in batches, or narrow the rules of the action.',
            cause: { code: 'backlog', values: { subject: names.destination(destinationId), lateMs, open } },
            connectionId,
            destinationId,
          }),
        ];
      });
    },
  };
}
