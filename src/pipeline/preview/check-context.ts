import { setImmediate } from 'node:timers/promises';
import type { Condition } from '../../contract/documents/condition.ts';
import type { EventRef } from '../../contract/records/check.ts';
import type { Event } from '../../contract/records/event.ts';
import type { EventSearchPage, JournalLog } from '../../journal/journal.ts';
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

const eventsAtOnce = 50;

/**
 * The newest stored events, newest first, at most `most` and for at most `timeMs`, but at least one; each with the
 * result of `judge`, which gets a page at a time. Other work gets its turn between two pages.
 */
export async function* newestEvents<T>(
  log: Pick<JournalLog, 'search'>,
  { most, timeMs }: { most: number; timeMs: number },
  judge: (events: Event[]) => Promise<T[]>,
): AsyncGenerator<[event: Event, judged: T | undefined]> {
  const end = performance.now() + timeMs;
  let before: string | null = null;
  for (let left = most; left > 0; ) {
    const limit = Math.min(left, eventsAtOnce);
    const query = { limit, lookedMax: eventsAtOnce, ...(before === null ? {} : { before }) };
    const { events, reached }: EventSearchPage = await log.search(query);
    const judged = events.length === 0 ? [] : await judge(events);
    for (const [at, event] of events.entries()) {
      yield [event, judged[at]];
      if (performance.now() >= end) return;
    }
    await setImmediate();
    before = reached;
    left = reached === null ? 0 : left - events.length;
  }
}

const nameMax = 255;

/** The reference to an event in lists and results of checks; a longer name is cut at 255 characters. */
export function refOf({ id, name, receivedAt }: Event): EventRef {
  return { id, name: name === null ? null : name.slice(0, nameMax).toWellFormed(), receivedAt };
}
