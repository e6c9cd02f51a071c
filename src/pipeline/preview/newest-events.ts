import { setImmediate } from 'node:timers/promises';
import type { EventRef } from '../../contract/records/check.ts';
import type { Event } from '../../contract/records/event.ts';
import type { DeliveryLog, EventSearchPage } from '../../journal/journal.ts';

const eventsAtOnce = 50;
const turnMostMs = 10;

/**
 * The newest stored events, at most `most` and at most for `timeMs`, newest first. Whoever works on them lets others have
 * a turn every few milliseconds, because the generator does.
 */
export async function* newestEvents(
  log: Pick<DeliveryLog, 'search'>,
  { most, timeMs }: { most: number; timeMs: number },
): AsyncGenerator<Event> {
  const end = performance.now() + timeMs;
  let turn = performance.now();
  let before: string | null = null;
  for (let left = most; left > 0; ) {
    const limit = Math.min(left, eventsAtOnce);
    const query = { limit, lookedMost: eventsAtOnce, ...(before === null ? {} : { before }) };
    const { events, reached }: EventSearchPage = await log.search(query);
    turn = performance.now();
    for (const event of events) {
      yield event;
      const now = performance.now();
      if (now >= end) return;
      if (now - turn < turnMostMs) continue;
      await setImmediate();
      turn = performance.now();
    }
    before = reached;
    left = reached === null ? 0 : left - events.length;
  }
}

/** An event as a check names it. */
export function refOf({ id, name, receivedAt }: Event): EventRef {
  return { id, name, receivedAt };
}
