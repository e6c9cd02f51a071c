import type { Condition } from '../../contract/documents/condition.ts';
import type { Event } from '../../contract/records/event.ts';
import type { CompiledCondition } from '../../rules/compile.ts';
import type { Course, Trial } from '../attempt/dry-render.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

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
