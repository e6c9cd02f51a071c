import { z } from 'zod';
import { api, tagged } from '../route.ts';
import { timestamp } from '../text.ts';

/** More nodes than this are not listed. */
export const nodesMax = 1_000;

/** One of the processes that share a database. */
const node = z.strictObject({
  name: z.string(),
  /** The one that responds. */
  isThis: z.boolean(),
  /** `standby`: it owns no partition, and takes some when another node ends. `leaving`: it stops. */
  state: z.enum(['active', 'standby', 'leaving']),
  /** How many partitions of the events and deliveries it works on. */
  partitions: z.int(),
  version: z.string(),
  startedAt: timestamp.nullable(),
});

/**
 * What a failover to a replica of the database can lose: `nothing`, since each commit waits for a synchronous one; the
 * `last_transactions`; or there is no replica, and a lost disk loses everything since the last backup.
 */
const failover = z.enum(['nothing', 'last_transactions', 'no_replica']);

export const nodes = z.strictObject({
  nodes: z.array(node).max(nodesMax),
  /** How many partitions there are; 1: one process works alone. */
  partitions: z.int(),
  database: z.strictObject({
    engine: z.enum(['sqlite', 'postgresql']),
    version: z.string(),
    bytes: z.int(),
    /** null: the engine has no replicas. */
    failover: failover.nullable(),
    /** What the last failover lost, at least; null: nothing is known of one. `since`: the newest event before the lost ones. */
    lost: z
      .strictObject({
        noticedAt: timestamp,
        events: z.int(),
        deliveries: z.int(),
        since: timestamp.nullable(),
        until: timestamp,
      })
      .nullable(),
  }),
});
export type Nodes = z.output<typeof nodes>;

export const nodeRoutes = tagged('operating', {
  getNodes: api('GET /nodes', 'settings:view', 'Show the processes that share the database, and the database', {
    output: nodes,
  }),
});
