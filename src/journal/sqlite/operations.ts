import type { Client } from '../../sqlite/operation.ts';
import { intakeOperations } from './operations/accept.ts';
import { bodyOperations } from './operations/body-retention.ts';
import { logOperations } from './operations/delivery-commands.ts';
import { queueOperations } from './operations/delivery-queue.ts';
import { erasureOperations } from './operations/erasures.ts';
import { leaseOperations } from './operations/leases.ts';
import { deliveryHistogramOperations } from './operations/lists/delivery-histogram.ts';
import { deliveryListOperations } from './operations/lists/delivery-list.ts';
import { deliverySearchOperations } from './operations/lists/delivery-search.ts';
import { eventOperations } from './operations/lists/events.ts';
import { visitorMarkOperations } from './operations/lists/visitor-marks.ts';
import { replayOperations } from './operations/replays.ts';
import { retentionOperations } from './operations/retention.ts';
import { settleOperations } from './operations/settle.ts';
import { statisticsOperations } from './operations/statistics.ts';

/** The operations of the journal in the storage threads. */
export const operations = {
  ...leaseOperations,
  ...intakeOperations,
  ...eventOperations,
  ...visitorMarkOperations,
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
