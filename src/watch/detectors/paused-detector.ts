import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, type Finding, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';

/** Reports destinations that Millrace paused automatically and that were not changed since. */
export function pausedDetector(options: {
  configuration: Configuration;
  registry: Pick<IssueRegistry, 'active'>;
  limits: Thresholds;
}): Detector & { findingOf(destinationId: string, detail: string | null): Finding } {
  const { configuration, registry } = options;
  const names = namesIn(configuration);
  const documents = () => configuration.snapshot.documents;

  function findingOf(destinationId: string, detail: string | null): Finding {
    const fingerprint = `paused ${destinationId}`;
    const known = detail ?? registry.active(fingerprint)?.detail;
    return finding({
      fingerprint,
      kind: 'paused',
      severity: 'critical',
      title: `${names.destination(destinationId)} was paused`,
      detail: known ?? 'The destination responded 410 Gone, or an outcome rule paused it. New deliveries are held.',
      likelyFix:
        'Look up the new address in the system’s documentation, correct the endpoint path and enable the destination. Held deliveries are sent then.',
      cause: {
        code: 'destination_paused',
        values: { subject: names.destination(destinationId), ...(known === undefined ? {} : { detail: known }) },
      },
      connectionId: documents().destination.get(destinationId)?.body.connectionId ?? null,
      destinationId,
    });
  }

  return {
    at: 'paused destinations',
    everyMs: options.limits.checkEveryMs,
    kinds: ['paused'],
    over: 'The destination was changed.',
    find: () =>
      Array.from(documents().destination.values())
        .filter(({ body, updatedBy }) => body.status === 'paused' && updatedBy === 'millrace')
        .map(({ id }) => findingOf(id, null)),
    findingOf,
  };
}
