import { missingCredentials } from '../../connections/missing-credentials.ts';
import type { RequestLoad } from '../../contract/documents/connection.ts';
import type { StoredHeld } from '../../journal/journal.ts';
import type { Pipeline } from '../pipeline.ts';

function byConnection(rows: readonly StoredHeld[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { connectionId, count } of rows) counts[connectionId] = (counts[connectionId] ?? 0) + count;
  return counts;
}

/** Metrics of connections, computed on demand: numbers by label values, which are separated by line breaks. */
export function connectionFigures({ configuration, queueStatus }: Pick<Pipeline, 'configuration' | 'queueStatus'>) {
  const connections = () => configuration.snapshot.documents.connection;

  function loads(figure: (load: RequestLoad) => number | null): Record<string, number> {
    const found: Record<string, number> = {};
    for (const id of connections().keys()) {
      const load = queueStatus.loadOf(id);
      const value = load.inFlight === 0 ? null : figure(load);
      if (value !== null) found[id] = value;
    }
    return found;
  }

  return {
    /** The number of connections in each state. */
    states(): Record<string, number> {
      const counts = { ok: 0, needs_attention: 0, tripped: 0, paused: 0, disabled: 0 };
      for (const { id, body } of connections().values()) {
        const reason = missingCredentials(body) === null ? queueStatus.holdOf(id)?.reason : 'credentials_missing';
        if (body.status !== 'enabled') counts[body.status] += 1;
        else if (reason === undefined) counts.ok += 1;
        else counts[reason === 'breaker_open' ? 'tripped' : 'needs_attention'] += 1;
      }
      return counts;
    },
    /** Held deliveries by connection; connections without any are left out. */
    held: async () => byConnection(await queueStatus.held()),
    /** Unresolved failed deliveries, likewise. */
    failed: async () => byConnection(await queueStatus.unresolved()),
    /**
     * When the current hold of a connection, or else the first one of its destinations, began, in seconds since the epoch,
     * by connection and reason.
     */
    closedSince(): Record<string, number> {
      const found: Record<string, number> = {};
      for (const [id, { reason, scopeId }] of queueStatus.holds()) {
        const hold = scopeId === id ? queueStatus.holdAt(id) : null;
        const connectionId = configuration.snapshot.documents.destination.get(id)?.body.connectionId;
        if (hold === null || connectionId === undefined) continue;
        const key = `${connectionId}\n${reason}`;
        found[key] = Math.min(found[key] ?? Number.POSITIVE_INFINITY, hold.since / 1_000);
      }
      for (const { id, body, updatedAt } of connections().values()) {
        const hold = queueStatus.holdOf(id);
        if (missingCredentials(body) !== null) found[`${id}\ncredentials_missing`] = Date.parse(updatedAt) / 1_000;
        else if (hold !== null) found[`${id}\n${hold.reason}`] = hold.since / 1_000;
      }
      return found;
    },
    /** Requests in flight by connection; connections without any are left out. */
    requests: () => loads(({ inFlight }) => inFlight),
    /** The concurrency limit of those with requests in flight. */
    requestLimits: () => loads(({ limit }) => limit),
    /** The usual time of a request of those, in seconds. */
    responseSeconds: () => loads(({ responseMs }) => (responseMs === null ? null : responseMs / 1_000)),
    /** The number of connections whose due deliveries wait, by what they wait for. */
    limited(): Record<string, number> {
      const counts = { rate: 0, concurrency: 0, receiver: 0 };
      for (const id of connections().keys()) {
        const { limitedBy } = queueStatus.loadOf(id);
        if (limitedBy !== null) counts[limitedBy] += 1;
      }
      return counts;
    },
    /** When a token, certificate or secret expires, in seconds since the epoch, by connection and what expires. */
    ends(): Record<string, number> {
      const found: Record<string, number> = {};
      for (const id of connections().keys()) {
        const { tokenExpiresAt, certificateExpiresAt, secretExpiresAt } = queueStatus.expiry(id);
        const ends = { token: tokenExpiresAt, certificate: certificateExpiresAt, secret: secretExpiresAt };
        for (const [what, time] of Object.entries(ends))
          if (time !== null) found[`${id}\n${what}`] = Date.parse(time) / 1_000;
      }
      return found;
    },
  };
}
