import type { Client } from '../../sqlite/operation.ts';
import { intakeOperations } from './accept.ts';
import { logOperations } from './delivery-commands.ts';
import { queueOperations } from './delivery-queue.ts';
import { leaseOperations } from './leases.ts';
import { deliveryDetailOperations } from './lists/delivery-details.ts';
import { deliveryHistogramOperations } from './lists/delivery-histogram.ts';
import { deliveryListOperations } from './lists/delivery-list.ts';
import { deliverySearchOperations } from './lists/delivery-search.ts';
import { eventOperations } from './lists/events.ts';
import { visitorMarkOperations } from './lists/visitor-marks.ts';
import { openCountOperations } from './open-counts.ts';
import { quarantineOperations } from './quarantine.ts';
import { replayOperations } from './replays.ts';
import { bodyOperations } from './retention/body-retention.ts';
import { erasureOperations } from './retention/erasures.ts';
import { retentionOperations } from './retention/retention.ts';
import { settleOperations } from './settle.ts';
import { statisticsOperations } from './statistics.ts';

/** The operations of the journal in the storage threads. */
export const operations = {
  ...leaseOperations,
  ...intakeOperations,
  ...eventOperations,
  ...visitorMarkOperations,
  ...queueOperations,
  ...quarantineOperations,
  ...settleOperations,
  ...logOperations,
  ...openCountOperations,
  ...deliveryListOperations,
  ...deliveryDetailOperations,
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
