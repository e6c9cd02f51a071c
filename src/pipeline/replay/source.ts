import { limited } from '../../async/batcher.ts';
import { given } from '../../contract/given.ts';
import { firstId, placedId, placeOf } from '../../contract/ids.ts';
import type { Event } from '../../contract/records/event.ts';
import type { ReplayInput } from '../../contract/records/replay.ts';
import type { JournalLog, LoggedDelivery } from '../../journal/journal.ts';

/** An event or delivery that a replay covers. */
export type Source =
  | { kind: 'delivery'; delivery: LoggedDelivery }
  | { kind: 'event'; event: Event }
  | { kind: 'unknown' };

/** Sources in the order of the replay; `cursor` is where the next ones begin. */
type Sources = { found: Source[]; cursor: string | null; isLast: boolean };

/** Reads of a replay that wait at once: those of people come between. */
export const readsAtOnce = 16;

type Log = Pick<JournalLog, 'delivery' | 'deliveries' | 'event' | 'events' | 'search'>;

/** The newest event or delivery now. A replay covers nothing that is newer, and so none of its own deliveries. */
export async function newestOf(input: ReplayInput, log: Log, now: number): Promise<string | null> {
  const newest =
    input.of === 'events' ? await log.events({ limit: 1 }) : await log.deliveries({ limit: 1, closed: [], now });
  return newest[0]?.id ?? null;
}

/** The next sources of a replay after a cursor (null: from the start), at most `limit`. */
export async function readSources(
  input: ReplayInput,
  log: Log,
  from: { upTo: string | null; cursor: string | null; limit: number; now: number },
): Promise<Sources> {
  if (input.ids !== undefined) return chosenOnes(input, log, from);
  if (from.upTo === null) return { found: [], cursor: from.cursor, isLast: true };
  return input.of === 'events' ? someEvents(input, log, from) : someDeliveries(input, log, from);
}

type From = Parameters<typeof readSources>[2];

async function chosenOnes({ of, ids = [] }: ReplayInput, log: Log, { cursor, limit }: From): Promise<Sources> {
  const all = [...new Set(ids)];
  const start = Number(cursor ?? 0);
  const read = limited(readsAtOnce, async (id: string): Promise<Source> => {
    if (of === 'events') {
      const event = await log.event(id);
      return event === null ? { kind: 'unknown' } : { kind: 'event', event };
    }
    const delivery = await log.delivery(id);
    return delivery === null ? { kind: 'unknown' } : { kind: 'delivery', delivery };
  });
  const found = await Promise.all(all.slice(start, start + limit).map(read));
  return { found, cursor: String(start + found.length), isLast: start + found.length >= all.length };
}

async function someDeliveries(
  { filter = {}, order }: Extract<ReplayInput, { of: 'deliveries' }>,
  log: Log,
  { upTo, cursor, limit, now }: From,
): Promise<Sources> {
  const { reason, createdAfter, createdBefore, ...same } = filter;
  const rows = await log.deliveries({
    ...given({ ...same, createdAfter: timeOf(createdAfter), createdBefore: timeOf(createdBefore) }),
    ...between('delivery', order, cursor, upTo),
    test: false,
    closed: [],
    limit,
    now,
  });
  if (order === 'oldest') rows.reverse();
  const found = rows
    .filter((one) => reason === undefined || one.reason === reason)
    .map((delivery): Source => ({ kind: 'delivery', delivery }));
  return { found, cursor: rows.at(-1)?.id ?? cursor, isLast: rows.length < limit };
}

async function someEvents(
  { filter = {}, order }: Extract<ReplayInput, { of: 'events' }>,
  log: Log,
  { upTo, cursor, limit }: From,
): Promise<Sources> {
  const { receivedAfter, receivedBefore, ...same } = filter;
  const { events, reached } = await log.search({
    ...given({ ...same, receivedAfter: timeOf(receivedAfter), receivedBefore: timeOf(receivedBefore) }),
    ...between('event', order, cursor, upTo),
    limit,
    lookedMax,
  });
  if (order === 'oldest') events.reverse();
  return {
    found: events.map((event): Source => ({ kind: 'event', event })),
    cursor: reached ?? events.at(-1)?.id ?? cursor,
    isLast: reached === null,
  };
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

const lookedMax = 2_000;

/** The part of the log that is still to be read. */
function between(kind: 'event' | 'delivery', order: ReplayInput['order'], cursor: string | null, upTo: string | null) {
  const last = placeOf(kind, upTo ?? '');
  const before = last === null ? {} : { before: placedId(kind, { ...last, number: last.number + 1 }) };
  if (order === 'newest') return cursor === null ? before : { before: cursor };
  return { ...before, after: cursor ?? firstId(kind) };
}
