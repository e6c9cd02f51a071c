import type { Condition } from '../../contract/documents/condition.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Course, DryRender } from './dry-render.ts';

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
const rendersAtOnce = 32;

/** Calls `render` for items, `rendersAtOnce` at a time, and yields each in order with its result. */
export async function* eachRendered<T, R>(
  items: AsyncIterable<T>,
  render: (item: T) => Promise<R>,
): AsyncGenerator<[item: T, rendered: R]> {
  const rendered = (some: T[]) => Promise.all(some.map(async (item): Promise<[T, R]> => [item, await render(item)]));
  let waiting: T[] = [];
  for await (const item of items) {
    waiting.push(item);
    if (waiting.length < rendersAtOnce) continue;
    yield* await rendered(waiting);
    waiting = [];
  }
  yield* await rendered(waiting);
}
