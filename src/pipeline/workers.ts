import type { Catalog } from '../catalog/catalog.ts';
import type { NewId } from '../contract/ids.ts';
import type { RenderJob, RenderOutcome } from '../sandbox/sandbox.ts';
import type { Attempter } from './attempt.ts';
import { createGroupAttempt } from './batch-attempt.ts';
import type { Clock } from './clock.ts';
import type { Configuration } from './configuration.ts';
import type { Gates } from './gates.ts';
import { createGathering } from './gathering.ts';
import type { Keepings } from './kept-exchange.ts';
import { createPlans } from './plans.ts';
import { createWorker } from './worker.ts';

/** What makes attempts: of one delivery, of many in one exchange; and what decides which travel together. */
export function createWorkers(options: {
  configuration: Configuration;
  catalog: Catalog;
  attempter: Attempter;
  gates: Gates;
  clock: Clock;
  newId: NewId;
  render(job: RenderJob): Promise<RenderOutcome>;
  keeping: Keepings;
  random(): number;
  failed(error: unknown, doing: string): void;
}) {
  const plans = createPlans(options);
  const attempt = createWorker({ ...options, plans });
  return {
    attempt,
    attemptGroup: createGroupAttempt({ ...options, plans, attempt }),
    gathering: createGathering({ ...options, plans }),
  };
}
