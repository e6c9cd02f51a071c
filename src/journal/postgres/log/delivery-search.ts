import { placedId } from '../../../contract/ids.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { type PackedAttempt, statusOfExchange } from '../../codec/attempt-codec.ts';
import { lineMatcher } from '../../codec/event-codec.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { textFinder } from '../../codec/text-search.ts';
import type { DeliverySearch, DeliverySearchPage, StoredStatus } from '../../journal.ts';
import { type DeliveryRow, eventPlaceOf } from '../delivery-row.ts';
import type { Words } from '../words.ts';
import { type Place, type PlacedQuery, placed } from './delivery-filters.ts';
import { deliveriesNextTo, type Narrowing } from './delivery-list.ts';
import { type Family, familiesOf, listed } from './listed-deliveries.ts';
import { PackedReader } from './packed-reader.ts';
import { lastAttempt, lineWith } from './single-delivery.ts';

const lookedAtOnce = 200;

type Filters = Pick<DeliverySearch, 'visitorId' | 'httpStatus' | 'durationMsMin' | 'recovered' | 'unresolved' | 'text'>;

/** See `searchDeliveries` of the port: reads what an index can find, in order, and examines each delivery. */
export async function searchDeliveries(read: Query, words: Words, given: DeliverySearch): Promise<DeliverySearchPage> {
  const endsAt = performance.now() + given.forMs;
  const query = placed(given);
  const budget = readBudget();
  const found: DeliveryRow[] = [];
  let looked = 0;
  let reached: DeliveryRow | null = null;
  const end = async (at: DeliveryRow | null): Promise<DeliverySearchPage> => ({
    deliveries: await listed(read, words, given.after === undefined ? found : found.reverse()),
    reached: at && { id: placedId('delivery', placeIn(at)), createdAt: at.created_at },
    looked,
    lookedBytes: budget.unpackedBytes,
  });
  if (query === null) return end(null);
  const { page, narrowing } = narrowed(query);
  for (let { before, after } = query; ; ) {
    const rows = await deliveriesNextTo(read, { ...page, before, after, limit: lookedAtOnce }, narrowing);
    const matches = await matcher({ read, words, budget }, query, rows);
    for (const row of rows) {
      if (reached !== null && (budget.isUnpacked || performance.now() >= endsAt)) return end(reached);
      looked += 1;
      reached = row;
      if (await matches(row)) found.push(row);
      if (found.length === query.limit) return end(reached);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < lookedAtOnce) return end(null);
    if (query.after === null) before = placeIn(last);
    else after = placeIn(last);
  }
}

const placeIn = ({ partition, number, created_at: timeMs }: DeliveryRow): Place => ({ partition, number, timeMs });

/** What an index can find of the filters. */
function narrowed<Q extends PlacedQuery & Filters>(query: Q): { page: Q; narrowing: Narrowing } {
  const { recovered, unresolved, httpStatus, status } = query;
  const isOther = httpStatus !== undefined && (httpStatus.to < 200 || httpStatus.from >= 300);
  const statuses = (Object.keys(statusCodes) as StoredStatus[]).filter((one) => one !== 'delivered'); // its keys
  const only = status ?? (unresolved === true ? 'failed' : recovered === true ? statuses : undefined);
  return {
    page: only === undefined ? query : { ...query, status: only },
    narrowing: isOther ? { responseStatus: httpStatus } : {},
  };
}

type Parts = { read: Query; words: Words; budget: ReadBudget };
type Matches = (row: DeliveryRow) => Promise<boolean> | boolean;

/** Whether a row matches every filter; the cheapest are asked first. What they need of the rows is read together. */
async function matcher({ read, words, budget }: Parts, query: Filters, rows: readonly DeliveryRow[]): Promise<Matches> {
  const { recovered, unresolved, visitorId, httpStatus, durationMsMin, text } = query;
  const reader = new PackedReader(read, words, budget);
  const asked: Matches[] = [];
  if (recovered !== undefined || unresolved !== undefined) {
    const families = await familiesOf(read, rows);
    const isRecovered = (row: DeliveryRow) => families.get(row)?.isRecovered ?? false;
    if (recovered !== undefined) asked.push((row) => isRecovered(row) === recovered);
    if (unresolved !== undefined) asked.push((row) => isUnresolved(row, families.get(row)) === unresolved);
  }
  if (visitorId !== undefined || text !== undefined)
    await reader.prefetchEvents(rows.flatMap((row) => eventPlaceOf(row) ?? []));
  const lineOf = async (row: DeliveryRow) => {
    const place = eventPlaceOf(row);
    return place === null ? null : reader.event(place);
  };
  if (visitorId !== undefined) {
    const isOfVisitor = lineMatcher({ visitorId, lineStart: null });
    asked.push(async (row) => isOfVisitor((await lineOf(row))?.line ?? ''));
  }
  const isKnown = ({ response_status: status }: DeliveryRow) => status !== null && durationMsMin === undefined;
  const hasTime = (row: DeliveryRow) => durationMsMin === undefined || lastedAtMsMax(row) >= durationMsMin;
  if (httpStatus !== undefined || durationMsMin !== undefined || text !== undefined) {
    const needed = rows.filter((row) => text !== undefined || (hasTime(row) && !isKnown(row)));
    await reader.prefetchBlocks(needed.flatMap(({ partition, block: id }) => (id === null ? [] : { partition, id })));
  }
  const statuses = new Map<string, number | null>();
  if (httpStatus !== undefined || durationMsMin !== undefined)
    asked.push(async (row) => {
      const { response_status: known } = row;
      if (known !== null && isKnown(row) && httpStatus !== undefined)
        return known >= httpStatus.from && known <= httpStatus.to;
      if (!hasTime(row)) return false;
      const last = await lastAttempt(reader, row);
      if (last === null || last[5] < (durationMsMin ?? 0)) return false;
      if (httpStatus === undefined) return true;
      const status = await statusOfAttempt(reader, last, statuses);
      return status !== null && status >= httpStatus.from && status <= httpStatus.to;
    });
  if (text !== undefined) {
    const has = textFinder(text);
    asked.push(async (row) => {
      const { lines } = await reader.history(row);
      return has(lines, await reader.exchanges(lines), await lineOf(row));
    });
  }
  return async (row) => {
    for (const matches of asked) if (!(await matches(row))) return false;
    return true;
  };
}

/** As `unresolved` of the log counts them. */
const isUnresolved = ({ status, test }: DeliveryRow, family: Family | undefined) =>
  status === statusCodes.failed && !test && family?.isRecovered !== true && family?.isRepeated !== true;

/** An attempt and its record measure time with different clocks. */
const clockSlackMs = 100;

/** An upper bound of the duration of its last attempt, which the row gives without reading the attempt. */
function lastedAtMsMax({ created_at, finished_at }: DeliveryRow): number {
  // While the clock is set back, creation times are later than it.
  if (finished_at === null || finished_at < created_at) return Number.POSITIVE_INFINITY;
  return finished_at - created_at + clockSlackMs;
}

/** The status of an attempt's response; null without one. `known` has those of batches. */
async function statusOfAttempt(reader: PackedReader, attempt: PackedAttempt, known: Map<string, number | null>) {
  const batchId = attempt[11];
  if (batchId === null) return statusOfExchange(attempt, undefined);
  let status = known.get(batchId);
  if (status === undefined) {
    const exchanges = await reader.exchanges([lineWith(attempt)]);
    status = statusOfExchange(attempt, exchanges[batchId]);
    known.set(batchId, status);
  }
  return status;
}
