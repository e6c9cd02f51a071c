import type { Lease } from '../journal/journal.ts';

/** The partitions that this process owns, for work that is not of one of them alone. */
export type OwnedPartitions = {
  /** Of any of them. Throws AppError `unavailable` when there is none. */
  lease(): Lease;
  leases(): Lease[];
  /** null: another process owns it. */
  leaseOf(partition: number): Lease | null;
  /** Deliveries for these partitions are stored; those that this process owns receive them now. */
  passed(deliveries: readonly { partition: number }[]): void;
};

/** Embedded mode: the one partition. */
export const ownedAlone = (lease: Lease): OwnedPartitions => ({
  lease: () => lease,
  leases: () => [lease],
  leaseOf: () => lease,
  passed() {},
});
