import type { Client } from '../../sqlite/operation.ts';
import { intakeOperations } from './accept/accept.ts';
import { planOperations } from './accept/plan-backlog.ts';
import { bodyOperations } from './deliveries/body-retention.ts';
import { logOperations } from './deliveries/commands.ts';
import { deliveryListOperations } from './deliveries/list.ts';
import { queueOperations } from './deliveries/queue.ts';
import { erasureOperations } from './erasure/erasure-operations.ts';
import { eventOperations } from './events/event-reads.ts';
import { leaseOperations } from './events/leases.ts';
import { replayOperations } from './replays/replays.ts';
import { retentionOperations } from './retention/retention-operations.ts';
import { statisticsOperations } from './statistics/statistics-operations.ts';

/** The operations of the journal in the storage threads. */
export const operations = {
  ...leaseOperations,
  ...intakeOperations,
  ...eventOperations,
  ...planOperations,
  ...queueOperations,
  ...logOperations,
  ...deliveryListOperations,
  ...replayOperations,
  ...retentionOperations,
  ...bodyOperations,
  ...erasureOperations,
  ...statisticsOperations,
};

/** Calls of these operations in the storage threads. */
export type JournalClient = Client<typeof operations>;
