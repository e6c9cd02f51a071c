import { pacing, shortStepMs } from '../async/steps.ts';
import { AppError } from '../contract/errors.ts';
import { hopsKey, type IncomingEvent } from '../contract/records/event.ts';
import type { Batch, Reception, RefusedEvent, Taken } from './formats/format.ts';

/**
 * Events that are stored at once: while they are matched and packed, no other request is answered, and other events wait
 * for their transaction. Of a request with very many events fewer are, since others wait for it again and again.
 */
const storedMax = { events: 200, ofMany: 50, bytes: 131_072 };
const manyEvents = 1_000;

/** Stores the events of a batch in steps, so that other requests are answered between them. `keep` stores some of them. */
export async function takeBatch(
  batch: Batch,
  reception: Reception,
  keep: (events: IncomingEvent[]) => Promise<void>,
): Promise<Taken> {
  const refused: RefusedEvent[] = [];
  const pace = pacing(shortStepMs);
  const eventsMax = batch.count > manyEvents ? storedMax.ofMany : storedMax.events;
  let stored = 0;
  let events: IncomingEvent[] = [];
  let bytes = 0;
  const flush = async () => {
    await keep(events);
    stored += events.length;
    events = [];
    bytes = 0;
  };
  for (let index = 0; index < batch.count; index++) {
    const event = batch.eventAt(index, reception);
    if (event === null) continue;
    if ('ok' in event) refused.push({ ...event, pointer: event.pointer ?? `/${index}` });
    else {
      withoutOwnKeys(event);
      events.push(event);
      bytes += batch.bytesOf(index);
      if (events.length >= eventsMax || bytes >= storedMax.bytes) await flush();
    }
    if (pace.isDue()) await pace.rest();
  }
  if (events.length > 0) await flush();
  return { stored, refused };
}

/** A sender does not set what Millrace notes of an event. */
function withoutOwnKeys(event: IncomingEvent): void {
  for (const key of ownKeys) if (Object.hasOwn(event.ext, key)) delete event.ext[key];
}

const ownKeys = [hopsKey, 'trace'];

/** What is noted of a request of which some events are refused; null: none is. */
export function refusedOf({ stored, refused }: Taken): AppError | null {
  const [first] = refused;
  if (first === undefined) return null;
  const { code, message, pointer } = first;
  const count = stored + refused.length;
  const text =
    count === 1 ? message : `${refused.length} of ${count} events are refused, the first at ${pointer}: ${message}`;
  return new AppError(code, text);
}
