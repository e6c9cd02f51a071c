import type { Condition } from '../../contract/documents/condition.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Course, DryRender } from '../attempt/dry-render.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** What a check of changes works with. */
export type CheckContext = {
  snapshot: Snapshot;
  /** The newest events, for as long as a check may take, and whether each condition holds for them. */
  judged(conditions: readonly Condition[], most: number): AsyncIterable<JudgedEvent>;
  /** What delivery would make of events on this course. */
  dryRenderOf(course: Course): (event: Event) => Promise<DryRender>;
};

/** `holds`: in the order of the conditions; never for one that does not compile. */
export type JudgedEvent = { event: Event; holds: readonly boolean[] };

/** Deliveries render beside a check; what it asks for at once must not stand before them for long. */
export const rendersAtOnce = 32;
