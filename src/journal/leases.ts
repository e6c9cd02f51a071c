import type { LostWrites } from './lost-writes.ts';

/** The claim of a node on a partition, valid until another node takes it; `epoch` grows each time. */
export type Lease = { partition: number; owner: string; epoch: number };

/** How long a node can be stopped until its crash is final. */
export const presumedDeathMs = 3_600_000;

/** The nodes whose heartbeat has not ended, and the partitions that were held at least once. */
export type Roster = {
  /** `isLeaving`: it releases its partitions and takes none. */
  nodes: readonly { name: string; isLeaving: boolean }[];
  partitions: readonly { partition: number; owner: string | null; epoch: number }[];
  /** What this node noticed since its last beat. Left out: nothing. */
  lost?: readonly LostWrites[];
};

/**
 * Who owns which partition. A lease lasts as long as the heartbeat of its owner, so that one call renews them all. An
 * owner whose heartbeat has ended keeps what no other one took. A node lives when its heartbeat had not ended at the last
 * beat of any node.
 *
 * `now` is of one clock for all nodes of the database, and never their time of day, which differs between nodes and may be
 * set. It is before that of an earlier beat when one was held up on its way, which ends no other heartbeat. The server of
 * another database has a clock itself, which counts instead.
 */
export interface Leases {
  /** How many partitions the database has: what the first call wanted. */
  partitionCount(wanted: number): Promise<number>;
  /**
   * Extends the heartbeat of a node to `ttlMs` from now on, and returns who is alive and who holds what. What `recover` counted
   * as a crash of this node since its heartbeat had ended, at most `presumedDeathMs` ago, is taken back.
   */
  beat(request: { node: string; ttlMs: number; isLeaving: boolean; now: number }): Promise<Roster>;
  /**
   * Takes those of the partitions that are free, that have an owner of the same name, or whose owner does not live; returns their leases, each with the next epoch.
   */
  take(request: { node: string; partitions: readonly number[]; now: number }): Promise<Lease[]>;
  /** Frees a partition, whose deliveries in flight did not crash the node; changes nothing when the lease was lost. */
  release(lease: Lease): Promise<void>;
  /** Releases these leases, and ends the heartbeat of a node that holds nothing then. */
  leave(node: string, leases: readonly Lease[]): Promise<void>;
}
