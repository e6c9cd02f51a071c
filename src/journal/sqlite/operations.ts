import type { Client } from '../../sqlite/operation.ts';
import { intakeOperations } from './operations/accept.ts';
import { bodyOperations } from './operations/body-retention.ts';
import { logOperations } from './operations/delivery-commands.ts';
import { deliveryHistogramOperations } from './operations/delivery-histogram.ts';
import { deliveryListOperations } from './operations/delivery-list.ts';
import { queueOperations } from './operations/delivery-queue.ts';
import { deliverySearchOperations } from './operations/delivery-search.ts';
import { erasureOperations } from './operations/erasures.ts';
import { eventOperations } from './operations/events.ts';
import { leaseOperations } from './operations/leases.ts';
import { replayOperations } from './operations/replays.ts';
import { retentionOperations } from './operations/retention.ts';
import { settleOperations } from './operations/settle.ts';
import { statisticsOperations } from './operations/statistics.ts';

/** The operations of the journal in the storage threads. */
export const operations = {
  ...leaseOperations,
  ...intakeOperations,
  ...eventOperations,
  ...queueOperations,
  ...settleOperations,
  ...logOperations,
  ...deliveryListOperations,
  ...deliverySearchOperations,
  ...deliveryHistogramOperations,
  ...replayOperations,
  ...retentionOperations,
  ...bodyOperations,
  ...erasureOperations,
  ...statisticsOperations,
};

/** Calls of these operations in the storage threads. */
export type JournalClient = Client<typeof operations>;
