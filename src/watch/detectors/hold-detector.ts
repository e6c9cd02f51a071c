import { missingCredentials } from '../../connections/missing-credentials.ts';
import type { Hold } from '../../journal/journal.ts';
import type { QueueStatus } from '../../pipeline/insight/queue-status.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, type Finding, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';

/**
 * Reports connections on hold because of rejected credentials or an open circuit breaker, and connections without
 * credentials.
 */
export function holdDetector(options: {
  configuration: Configuration;
  queueStatus: Pick<QueueStatus, 'holdOf'>;
  limits: Thresholds;
}) {
  const { configuration, queueStatus, limits } = options;
  const names = namesIn(configuration);

  function findingOf(connectionId: string): Finding | null {
    const missing = missingOf(connectionId);
    if (missing !== null) return missing;
    const hold = queueStatus.holdOf(connectionId);
    if (hold === null) return null;
    const kind = hold.reason === 'breaker_open' ? 'tripped' : 'auth_rejected';
    const name = names.connection(connectionId);
    return finding({
      fingerprint: `${kind} ${connectionId}`,
      kind,
      // Nothing is delivered to the whole system.
      severity: 'critical',
      title: kind === 'tripped' ? `${name} suspended: too many errors` : `${name} rejects the credentials`,
      detail: `${hold.detail} ${whatFollows(hold)}`,
      likelyFix: fixes[kind],
      cause: {
        code: kind === 'tripped' ? 'breaker_open' : 'credentials_rejected',
        values: { subject: name, detail: hold.detail },
      },
      connectionId,
      errorKind: kind === 'tripped' ? null : 'auth',
    });
  }

  /** A connection that lacks a required credential and has a destination in use. */
  function missingOf(connectionId: string): Finding | null {
    const { documents, destinationsOf } = configuration.snapshot;
    const connection = documents.connection.get(connectionId);
    const detail = connection?.body.status === 'enabled' ? missingCredentials(connection.body) : null;
    if (detail === null) return null;
    const isInUse = (id: string) => documents.destination.get(id)?.body.status === 'enabled';
    if (!Array.from(destinationsOf(connectionId)).some(isInUse)) return null;
    return finding({
      fingerprint: `auth_rejected ${connectionId}`,
      kind: 'auth_rejected',
      severity: 'critical',
      title: `Credentials of ${names.connection(connectionId)} are missing`,
      detail: `${detail} Deliveries are held until it is entered.`,
      likelyFix: 'Enter the missing credential on the connection. Saving sends the held deliveries.',
      cause: { code: 'credentials_missing', values: { subject: names.connection(connectionId), detail } },
      connectionId,
      errorKind: 'auth',
    });
  }

  const kinds = ['tripped', 'auth_rejected'] as const;
  const over = 'A request succeeded, or the connection was changed.';
  const detector: Detector = {
    at: 'holds',
    everyMs: limits.checkEveryMs,
    kinds,
    over,
    find: () => Array.from(configuration.snapshot.documents.connection.keys()).flatMap((id) => findingOf(id) ?? []),
  };
  return {
    ...detector,
    /** The finding for the hold of a connection; null: it has none. */
    findingOf,
    /** Opens or ends the issues of a connection whose hold has changed. */
    report(connectionId: string, registry: Pick<IssueRegistry, 'active' | 'see' | 'ceased'>) {
      const found = findingOf(connectionId);
      for (const kind of kinds) {
        const known = registry.active(`${kind} ${connectionId}`);
        if (found?.kind !== kind && known !== undefined) registry.ceased(known, over);
        if (found?.kind === kind && known === undefined) registry.see(found, { times: 1, samples: [], actionIds: [] });
      }
    },
  };
}

function whatFollows({ reason }: Hold): string {
  return reason === 'breaker_open'
    ? 'Deliveries are held; one is sent from time to time as a probe.'
    : 'Deliveries are held until the credentials work.';
}

const fixes = {
  tripped:
    'Ask the operator of the system, and run Test authentication on the connection. Held deliveries are sent automatically when it works again.',
  auth_rejected:
    'Run Test authentication on the connection, and replace what is wrong or expired. Held deliveries are sent automatically after the save.',
};
