import type { QueueStatus } from '../../pipeline/insight/queue-status.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, durationText, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';

/**
 * Reports destinations whose deliveries are due and not held, but late: a limit or a pause that the system asked for
 * delays them, or more events match than can be sent. Those that wait for the rest of their batch, for an earlier one of
 * their key, or in a paused replay are not late.
 */
export function backlogDetector(options: {
  configuration: Configuration;
  queueStatus: Pick<QueueStatus, 'backlog' | 'holds' | 'askedPauseOf' | 'isReplayPaused'>;
  registry: Pick<IssueRegistry, 'active'>;
  limits: Thresholds;
}): Detector {
  const { queueStatus, registry } = options;
  const limits = options.limits.backlog;
  const names = namesIn(options.configuration);

  /** How long the deliveries of a destination may wait for the rest of their batch. */
  function batchWaitMs(destinationId: string): number {
    const { batch } = options.configuration.snapshot.documents.destination.get(destinationId)?.body.settings ?? {};
    return batch === undefined || batch.records === 1 ? 0 : batch.waitMs;
  }

  return {
    at: 'backlogs',
    everyMs: limits.everyMs,
    kinds: ['backlog'],
    over: 'Deliveries are sent in time again, or are held.',
    async find(now) {
      const rows = await queueStatus.backlog();
      return rows.flatMap(({ destinationId, connectionId, replayId, open, nextDueAt }) => {
        if (nextDueAt === null || (replayId !== null && queueStatus.isReplayPaused(replayId))) return [];
        const lateMs = now - nextDueAt - batchWaitMs(destinationId);
        const fingerprint = `backlog ${destinationId}`;
        const leastMs = registry.active(fingerprint) === undefined ? limits.warnMs : limits.overMs;
        if (lateMs < leastMs || queueStatus.holds().has(destinationId)) return [];
        const subject = names.destination(destinationId);
        const title = `Deliveries to ${subject} are late`;
        const shared = { fingerprint, kind: 'backlog', title, connectionId, destinationId } as const;
        const until = queueStatus.askedPauseOf(connectionId, destinationId);
        if (until !== null) {
          const at = new Date(until).toISOString();
          return [
            finding({
              ...shared,
              severity: 'warning',
              detail: `The system asked for a pause until ${at}; ${open} deliveries are unfinished.`,
              likelyFix: 'No action is needed: they are sent after it. Send now if the system is ready before.',
              cause: { code: 'asked_pause', values: { subject, at, open } },
            }),
          ];
        }
        return [
          finding({
            ...shared,
            severity: lateMs >= limits.criticalMs ? 'critical' : 'warning',
            detail: `The oldest one has been due for ${durationText(lateMs)}; ${open} deliveries are unfinished.`,
            likelyFix:
              'More deliveries arrive than the limits allow. Raise the rate or concurrency of the connection if the system can take it, send in batches, or narrow the rules of the action.',
            cause: { code: 'backlog', values: { subject, lateMs, open } },
          }),
        ];
      });
    },
  };
}
