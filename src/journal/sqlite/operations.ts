import { bodyOperations } from './body-operations.ts';
import { deliveryListOperations } from './delivery-list.ts';
import { erasureOperations } from './erasure-operations.ts';
import { eventOperations } from './event-operations.ts';
import { intakeOperations } from './intake-operations.ts';
import { leaseOperations } from './lease-operations.ts';
import { logOperations } from './log-operations.ts';
import { planOperations } from './plan-operations.ts';
import { queueOperations } from './queue-operations.ts';
import { replayOperations } from './replay-operations.ts';
import { statisticsOperations } from './statistics-operations.ts';
import { upkeepOperations } from './upkeep-operations.ts';

/** What the journal does inside the storage threads. */
export const operations = {
  ...leaseOperations,
  ...intakeOperations,
  ...eventOperations,
  ...planOperations,
  ...queueOperations,
  ...logOperations,
  ...deliveryListOperations,
  ...replayOperations,
  ...upkeepOperations,
  ...bodyOperations,
  ...erasureOperations,
  ...statisticsOperations,
};
