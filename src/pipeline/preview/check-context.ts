import type { Condition } from '../../contract/documents/condition.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Course, DryRender } from '../attempt/dry-render.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** The dependencies of a check. */
export type CheckContext = {
  snapshot: Snapshot;
  /** The newest events, for at most the time of a check, and whether each condition is true for them. */
  judged(conditions: readonly Condition[], most: number): AsyncIterable<JudgedEvent>;
  /** Renders events with this action and destination, without sending. */
  dryRenderOf(course: Course): (event: Event) => Promise<DryRender>;
};

/** `holds`: in the order of the conditions; false for one that does not compile. */
export type JudgedEvent = { event: Event; holds: readonly boolean[] };

/** Checks share the sandbox with deliveries: a bound on their renders keeps deliveries from waiting long. */
export const rendersAtOnce = 32;
