import type { Condition } from '../contract/condition.ts';
import type { Event } from '../contract/event.ts';
import type { CompiledCondition } from '../rules/compile.ts';
import type { Snapshot } from './configuration.ts';
import type { Course, Trial } from './trial.ts';

/** What a check of changes works with. */
export type Bench = {
  snapshot: Snapshot;
  compile(condition: Condition): CompiledCondition | null;
  /** The newest events, for as long as a check may take. */
  newest(most: number): AsyncIterable<Event>;
  /** What delivery would make of events on this course. */
  trialOf(course: Course): (event: Event) => Promise<Trial>;
};

/** Deliveries render beside a check; what it asks for at once must not stand before them for long. */
export const rendersAtOnce = 32;
