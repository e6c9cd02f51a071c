import { missingCredentials } from '../../connections/missing-credentials.ts';
import type { QueueStatus } from '../../pipeline/insight/queue-status.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, type Finding, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';

/**
 * Reports connections on hold because of rejected credentials or an open circuit breaker, connections without
 * credentials, and destinations whose own circuit breaker is open while their connection works.
 */
export function holdDetector(options: {
  configuration: Configuration;
  queueStatus: Pick<QueueStatus, 'holdOf' | 'holds'>;
  limits: Thresholds;
}) {
  const { configuration, queueStatus, limits } = options;
  const names = namesIn(configuration);

  function findingOf(connectionId: string): Finding | null {
    const missing = missingOf(connectionId);
    if (missing !== null) return missing;
    const hold = queueStatus.holdOf(connectionId);
    if (hold === null) return null;
    const name = names.connection(connectionId);
    if (hold.reason === 'breaker_open') return tripped(name, hold.detail, { connectionId });
    return finding({
      fingerprint: `auth_rejected ${connectionId}`,
      kind: 'auth_rejected',
      // Nothing is delivered to the whole system.
      severity: 'critical',
      title: `${name} rejects the credentials`,
      detail: `${hold.detail} Deliveries are held until the credentials work.`,
      likelyFix: fixes.auth_rejected,
      cause: { code: 'credentials_rejected', values: { subject: name, detail: hold.detail } },
      connectionId,
      errorKind: 'auth',
    });
  }

  /** The finding for a delivery: of its connection, or of its destination alone. */
  function findingAt(connectionId: string, destinationId: string): Finding | null {
    const ofConnection = findingOf(connectionId);
    const hold = queueStatus.holds().get(destinationId);
    if (ofConnection !== null || hold?.scopeId !== destinationId) return ofConnection;
    return tripped(names.destination(destinationId), hold.detail ?? '', { connectionId, destinationId });
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
    find() {
      const { connection, destination } = configuration.snapshot.documents;
      const found = new Map<string, Finding>();
      const add = (one: Finding | null) => one === null || found.set(one.fingerprint, one);
      for (const id of connection.keys()) add(findingOf(id));
      for (const [id, { scopeId }] of queueStatus.holds())
        if (scopeId === id) add(findingAt(destination.get(id)?.body.connectionId ?? '', id));
      return [...found.values()];
    },
  };

  function reportOne(id: string, found: Finding | null, registry: Registry) {
    for (const kind of kinds) {
      const fingerprint = `${kind} ${id}`;
      const known = registry.active(fingerprint);
      if (found?.fingerprint !== fingerprint && known !== undefined) registry.ceased(known, over);
      if (found?.fingerprint === fingerprint && known === undefined)
        registry.see(found, { times: 1, samples: [], actionIds: [] });
    }
  }

  return {
    ...detector,
    findingAt,
    /** Opens or ends the issues of destinations whose holds have changed, and those of their connections. */
    report(destinationIds: readonly string[], registry: Registry) {
      const { destination } = configuration.snapshot.documents;
      const connectionIds = new Set<string>();
      for (const id of destinationIds) {
        const { connectionId = '' } = destination.get(id)?.body ?? {};
        if (!registry.isOwn({ connectionId })) continue;
        connectionIds.add(connectionId);
        reportOne(id, findingAt(connectionId, id), registry);
      }
      for (const id of connectionIds) reportOne(id, findingOf(id), registry);
    },
  };
}

type Registry = Pick<IssueRegistry, 'active' | 'isOwn' | 'see' | 'ceased'>;

/** The circuit breaker of a connection, or of one of its destinations, is open. */
function tripped(name: string, detail: string, of: { connectionId: string; destinationId?: string }): Finding {
  return finding({
    fingerprint: `tripped ${of.destinationId ?? of.connectionId}`,
    kind: 'tripped',
    severity: 'critical',
    title: `${name} suspended: too many errors`,
    detail: `${detail} Deliveries are held; one is sent from time to time as a probe.`,
    likelyFix: fixes.tripped,
    cause: { code: 'breaker_open', values: { subject: name, detail } },
    ...of,
  });
}

const fixes = {
  tripped:
    'Ask the operator of the system, and run Test authentication on the connection. Held deliveries are sent automatically when it works again.',
  auth_rejected:
    'Run Test authentication on the connection, and replace what is wrong or expired. Held deliveries are sent automatically after the save.',
};
