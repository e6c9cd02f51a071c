import type { Lease } from '../journal/journal.ts';
import type { Configuration } from './snapshot/snapshot.ts';

/**
 * The connections whose deliveries this node sends. It alone changes their holds and pauses, applies what saved changes
 * mean for their deliveries, and does what people ask of these.
 */
export interface OwnedConnections {
  /**
   * The lease of the partition of a connection, also of a deleted one, or of that of a destination; null: another node has
   * it, or none.
   */
  leaseOf(scopeId: string): Lease | null;
  /** Of all partitions that this node owns. */
  leases(): Lease[];
}

/** Those of the partitions that a node owns, which change at run time. */
export class ConnectionsOfNode implements OwnedConnections {
  readonly #leases = new Map<number, Lease>();
  readonly #configuration: Pick<Configuration, 'snapshot'>;

  constructor(configuration: Pick<Configuration, 'snapshot'>) {
    this.#configuration = configuration;
  }

  leaseOf(scopeId: string): Lease | null {
    const { documents, partitions } = this.#configuration.snapshot;
    const connectionId = documents.destination.get(scopeId)?.body.connectionId ?? scopeId;
    return this.#leases.get(partitions.get(connectionId) ?? 0) ?? null;
  }

  leases(): Lease[] {
    return [...this.#leases.values()];
  }

  begin(lease: Lease): void {
    this.#leases.set(lease.partition, lease);
  }

  end(lease: Lease): void {
    if (this.#leases.get(lease.partition) === lease) this.#leases.delete(lease.partition);
  }
}

/** All connections: embedded mode. */
export const allConnections = (lease: Lease): OwnedConnections => ({
  leaseOf: () => lease,
  leases: () => [lease],
});
