import type { Outlook } from '../../pipeline/insight/queue-status.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { spanInWords } from '../duration-words.ts';
import type { Look } from '../finding.ts';
import type { IssueBook } from '../issue-registry.ts';
import { namesIn } from '../places.ts';
import type { Thresholds } from '../thresholds.ts';

/** Deliveries that are due and not held, and wait for long all the same: for a budget, or because more comes than leaves. */
export function backlogLook(options: {
  configuration: Configuration;
  outlook: Pick<Outlook, 'backlog' | 'closed'>;
  book: Pick<IssueBook, 'active'>;
  limits: Thresholds;
}): Look {
  const { outlook, book } = options;
  const limits = options.limits.backlog;
  const names = namesIn(options.configuration);
  return {
    at: 'backlogs',
    everyMs: limits.everyMs,
    kinds: ['backlog'],
    over: 'What is due leaves in time again, or is held.',
    async find(now) {
      const rows = await outlook.backlog();
      return rows.flatMap(({ destinationId, connectionId, open, nextDueAt }) => {
        const lateMs = now - nextDueAt;
        const fingerprint = `backlog ${destinationId}`;
        const leastMs = book.active(fingerprint) === undefined ? limits.warnMs : limits.overMs;
        if (lateMs < leastMs || outlook.closed().has(destinationId)) return [];
        return [
          {
            fingerprint,
            kind: 'backlog',
            severity: lateMs >= limits.criticalMs ? 'critical' : 'warning',
            title: `Deliveries to ${names.destination(destinationId)} are late`,
            detail: `The first one is due since ${spanInWords(lateMs)}; ${open} are not finished.`,
            likelyFix:
              'More comes than may leave. Raise the rate or the concurrency of the connection if the system takes more, send in batches, or have fewer events match.',
            connectionId,
            destinationId,
            actionId: null,
            errorKind: null,
          },
        ];
      });
    },
  };
}
