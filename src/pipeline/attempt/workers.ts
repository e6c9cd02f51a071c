import type { Clock } from '../../async/clock.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { NewId } from '../../contract/ids.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { createBatchAssembly } from '../dispatch/batch-assembly.ts';
import type { Gates } from '../limits/holds.ts';
import type { Keepings } from '../privacy/exchange-redaction.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { createGroupAttempt } from './attempt-batch.ts';
import { createWorker } from './attempt-delivery.ts';
import type { Attempter } from './exchange.ts';
import type { RenderEngine } from './render.ts';
import { createPlans } from './render-plan.ts';

/** What makes attempts: of one delivery, of many in one exchange; and what decides which travel together. */
export function createWorkers(options: {
  configuration: Configuration;
  catalog: Catalog;
  attempter: Attempter;
  gates: Gates;
  clock: Clock;
  newId: NewId;
  engine: RenderEngine;
  keeping: Keepings;
  random(): number;
  telemetry: Pick<Telemetry, 'failedOften'>;
  failed(error: unknown, doing: string): void;
}) {
  const plans = createPlans(options);
  const attempt = createWorker({ ...options, plans });
  return {
    attempt,
    attemptGroup: createGroupAttempt({ ...options, plans, attempt }),
    batches: createBatchAssembly({ ...options, plans }),
  };
}
