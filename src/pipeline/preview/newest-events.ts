import { setImmediate } from 'node:timers/promises';
import type { EventRef } from '../../contract/records/check.ts';
import type { Event } from '../../contract/records/event.ts';
import type { DeliveryLog, EventSearchPage } from '../../journal/journal.ts';

const eventsAtOnce = 50;

/**
 * The newest stored events, newest first, at most `most` and for at most `timeMs`, but at least one; each with the
 * result of `judge`, which gets a page at a time. Other work gets its turn between two pages.
 */
export async function* newestEvents<T>(
  log: Pick<DeliveryLog, 'search'>,
  { most, timeMs }: { most: number; timeMs: number },
  judge: (events: Event[]) => Promise<T[]>,
): AsyncGenerator<[event: Event, judged: T | undefined]> {
  const end = performance.now() + timeMs;
  let before: string | null = null;
  for (let left = most; left > 0; ) {
    const limit = Math.min(left, eventsAtOnce);
    const query = { limit, lookedMost: eventsAtOnce, ...(before === null ? {} : { before }) };
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

/** The reference to an event in a check's result. */
export function refOf({ id, name, receivedAt }: Event): EventRef {
  return { id, name, receivedAt };
}
