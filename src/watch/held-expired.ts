import type { Owners } from '../pipeline/insight/delivery-events.ts';
import type { Configuration } from '../pipeline/snapshot/snapshot.ts';
import { finding, namesIn } from './finding.ts';
import type { IssueRegistry } from './issue-registry.ts';
import type { Thresholds } from './thresholds.ts';

/** Detects deliveries that were held for longer than their connection allows. */
export function detectHeldExpired(options: {
  configuration: Configuration;
  registry: IssueRegistry;
  limits: Thresholds;
}) {
  const { registry, limits } = options;
  const names = namesIn(options.configuration);
  return {
    expired({ destinationId, connectionId, actionId }: Owners, amount: number) {
      if (amount === 0) return;
      const found = finding({
        fingerprint: `held_expired ${destinationId}`,
        kind: 'held_expired',
        severity: 'critical',
        title: `Held deliveries to ${names.destination(destinationId)} expired`,
        detail: 'They were held for longer than the connection allows, and have failed.',
        likelyFix:
          'Correct the cause of the hold, or allow a longer hold in the connection’s settings. Use Retry to send the expired deliveries again.',
        cause: { code: 'held_expired', values: { subject: names.destination(destinationId) } },
        connectionId,
        destinationId,
      });
      registry.see(found, { times: amount, samples: [], actionIds: actionId === null ? [] : [actionId] });
    },
    resolveQuiet: () =>
      registry.resolveQuiet('held_expired', limits.held.quietMs, 'No held delivery expired for a day.'),
  };
}
