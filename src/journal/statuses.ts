import type { Lease } from './leases.ts';

/** What the owner of a partition knows of its connections that is stored for other nodes alone, which show it. */
export interface Statuses {
  /** Of all partitions. The text is the owner's. */
  list(): Promise<OwnerStatusRow[]>;
  /** Replaces the texts of these connections of the lease's partition; null: removed. false: not the owner, and nothing is changed. */
  save(lease: Lease, changes: readonly { connectionId: string; text: string | null }[]): Promise<boolean>;
  /** For a new owner: removes what the last one has left. false: not the owner. */
  clear(lease: Lease): Promise<boolean>;
}

export type OwnerStatusRow = { partition: number; connectionId: string; text: string };
