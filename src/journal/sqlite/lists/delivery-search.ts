import type { Db } from '../../../sqlite/db.ts';
import { attemptAt, type PackedAttempt, statusOfExchange } from '../../codec/attempt-codec.ts';
import { lineMatcher } from '../../codec/event-codec.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { textFinder } from '../../codec/text-search.ts';
import type { DeliverySearch, LoggedDelivery } from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { exchangesOf } from '../batch-exchanges.ts';
import type { DeliveryPlace } from '../delivery-id-codec.ts';
import { listedDelivery } from '../delivery-row.ts';
import { eventFinder, offsetMask } from '../event-groups.ts';
import { numbersNextTo } from './delivery-list.ts';
import type { DeliveryListQuery, IndexRange } from './delivery-streams.ts';
import { eventsOfVisitor } from './visitor-marks.ts';

type DeepFilters = Pick<
  DeliverySearch,
  'visitorId' | 'httpStatus' | 'durationMsMin' | 'recovered' | 'unresolved' | 'text'
>;
type DeliverySearchQuery = DeliveryListQuery & DeepFilters & { forMs: number };

type FoundDeliveries = {
  deliveries: LoggedDelivery[];
  reached: DeliveryPlace | null;
  looked: number;
  lookedBytes: number;
};

/** The columns that the filters need; `response_status` as in its migration. */
type Candidate = {
  number: number;
  created_at: number;
  finished_at: number | null;
  status: number;
  test: number;
  event: number | null;
  partition: number | null;
  offset: number | null;
  event_at: number | null;
  block: number | null;
  replay_of: number | null;
  response_status: number | null;
};

const lookedAtOnce = 200;
/** The attempts have it. */
const unknownStatus = 0;

/**
 * Searches by what has no index, since an index would cost every delivery: the parts of indexes that serve the other
 * filters, the marks of a visitor, or the statuses that are not 2xx are read from the cursor on, and each delivery is
 * examined.
 */
export const deliverySearchOperations = {
  searchDeliveries(db: Db, query: DeliverySearchQuery): FoundDeliveries {
    const endsAt = performance.now() + query.forMs;
    const budget = readBudget();
    const isNewer = query.after !== null;
    const matches = matcher(db, query, budget);
    const ranges = rangesOf(db, query);
    const deliveries: LoggedDelivery[] = [];
    let looked = 0;
    let reached: DeliveryPlace | null = null;
    const end = (at: DeliveryPlace | null): FoundDeliveries => ({
      deliveries: isNewer ? deliveries.reverse() : deliveries,
      reached: at,
      looked,
      lookedBytes: budget.unpackedBytes,
    });
    for (let { before, after } = query; ; ) {
      const numbers = numbersNextTo(db, { ...query, ranges, before, after, limit: lookedAtOnce });
      for (const number of numbers) {
        if (reached !== null && (budget.isUnpacked || performance.now() >= endsAt)) return end(reached);
        const candidate = candidateAt(db, number);
        if (candidate === undefined) continue;
        looked += 1;
        reached = { number, timeMs: candidate.created_at };
        const found = matches(candidate) ? listedDelivery(db, number) : null;
        if (found !== null) deliveries.push(found);
        if (deliveries.length === query.limit) return end(reached);
      }
      const last = numbers.at(-1);
      if (last === undefined || numbers.length < lookedAtOnce) return end(null);
      const timeMs = candidateAt(db, last)?.created_at ?? 0;
      if (isNewer) after = { number: last, timeMs };
      else before = { number: last, timeMs };
    }
  },
};

function candidateAt(db: Db, number: number): Candidate | undefined {
  return db.get<Candidate>(
    `SELECT number, created_at, finished_at, status, test, event, event >> 48 AS partition, event & ${offsetMask} AS offset, event_at, block,
       replay_of, response_status FROM delivery WHERE number = ?`,
    number,
  );
}

/** Parts of indexes that have all deliveries that match, and few others; null: there are none for this query. */
function rangesOf(db: Db, { visitorId, httpStatus }: DeepFilters): IndexRange[] | null {
  const ofVisitor = visitorId === undefined ? null : eventsOfVisitor(db, visitorId);
  const isOther = httpStatus !== undefined && (httpStatus.to < 200 || httpStatus.from >= 300);
  if (ofVisitor !== null || !isOther) return ofVisitor;
  const sql = `SELECT min(response_status) AS status FROM delivery INDEXED BY delivery_response_status
    WHERE response_status >= ?`;
  const statuses = [unknownStatus];
  for (let from = httpStatus.from; from <= httpStatus.to; from = (statuses.at(-1) ?? from) + 1) {
    const { status = null } = db.get<{ status: number | null }>(sql, from) ?? {};
    if (status === null || status > httpStatus.to) break;
    statuses.push(status);
  }
  return statuses.map((status) => ({
    index: 'delivery_response_status',
    sql: 'response_status = ?',
    values: [status],
  }));
}

type Matcher = (candidate: Candidate) => boolean;

/** Whether a delivery matches every filter; the cheapest are asked first. */
function matcher(db: Db, query: DeepFilters, budget: ReadBudget): Matcher {
  const { recovered, unresolved, visitorId, httpStatus, durationMsMin, text } = query;
  const eventAt = eventFinder(db, budget);
  const blocks = new AttemptBlocks(db, budget);
  const asked: Matcher[] = [];
  if (recovered !== undefined) asked.push((one) => isRecovered(db, one) === recovered);
  if (unresolved !== undefined) asked.push((one) => isUnresolved(db, one) === unresolved);
  const lineOf = ({ partition, offset, event_at }: Candidate) =>
    partition === null || offset === null || event_at === null
      ? null
      : eventAt({ timeMs: event_at, partition, number: offset });
  if (visitorId !== undefined) {
    const isOfVisitor = lineMatcher({ visitorId, lineStart: null });
    asked.push((one) => isOfVisitor(lineOf(one)?.line ?? ''));
  }
  if (durationMsMin !== undefined) asked.push((one) => lastedAtMsMax(one) >= durationMsMin);
  const statuses = new Map<string, number | null>();
  if (httpStatus !== undefined || durationMsMin !== undefined)
    asked.push(({ block, number, response_status: known }) => {
      if (known !== null && known !== unknownStatus && httpStatus !== undefined && durationMsMin === undefined)
        return known >= httpStatus.from && known <= httpStatus.to;
      const last = lastAttempt(blocks, block, number);
      if (last === null || last[5] < (durationMsMin ?? 0)) return false;
      if (httpStatus === undefined) return true;
      const status = statusOf(db, last, statuses, budget);
      return status !== null && status >= httpStatus.from && status <= httpStatus.to;
    });
  if (text !== undefined) {
    const has = textFinder(text);
    asked.push((one) => {
      const { lines } = blocks.history(one.block, one.number);
      const event = lineOf(one);
      return has(lines, exchangesOf(db, lines, budget), event);
    });
  }
  return (one) => asked.every((matches) => matches(one));
}

/** An attempt and its record measure time with different clocks. */
const clockSlackMs = 100;

/** An upper bound of the duration of its last attempt, which the row gives without reading the attempt. */
function lastedAtMsMax({ created_at, finished_at }: Candidate): number {
  // While the clock is set back, creation times are later than it.
  if (finished_at === null || finished_at < created_at) return Number.POSITIVE_INFINITY;
  return finished_at - created_at + clockSlackMs;
}

/** Whether the delivery was not delivered, but the one that it repeats or another repeat of the same was. */
function isRecovered(db: Db, { number, status, replay_of }: Candidate): boolean {
  if (status === statusCodes.delivered) return false;
  const sql = `SELECT 1 FROM delivery WHERE number = :first AND status = ${statusCodes.delivered}
    UNION ALL
    SELECT 1 FROM delivery INDEXED BY delivery_replay_of WHERE replay_of = :first AND status = ${statusCodes.delivered}
    LIMIT 1`;
  return db.get(sql, { first: replay_of ?? number }) !== undefined;
}

/** As the operation `unresolved` counts them. */
function isUnresolved(db: Db, one: Candidate): boolean {
  if (one.status !== statusCodes.failed || one.test === 1 || isRecovered(db, one)) return false;
  const sql = 'SELECT 1 FROM delivery INDEXED BY delivery_replay_of WHERE replay_of = ? AND number > ? LIMIT 1';
  return db.get(sql, one.replay_of ?? one.number, one.number) === undefined;
}

function lastAttempt(blocks: AttemptBlocks, block: number | null, number: number): PackedAttempt | null {
  const { lines } = blocks.history(block, number, (part) => part.some(({ attempts }) => attempts !== ''));
  const text = lines.findLast(({ attempts }) => attempts !== '')?.attempts;
  if (text === undefined) return null;
  const packed: PackedAttempt[] = JSON.parse(text);
  return packed.at(-1) ?? null;
}

/** The status of an attempt's response; null without one. `known` has those of batches. */
function statusOf(db: Db, attempt: PackedAttempt, known: Map<string, number | null>, budget: ReadBudget) {
  const batchId = attempt[attemptAt.batchId];
  if (batchId === null) return statusOfExchange(attempt, undefined);
  let status = known.get(batchId);
  if (status === undefined) {
    const exchanges = exchangesOf(db, [{ before: null, rendered: '', attempts: JSON.stringify([attempt]) }], budget);
    status = statusOfExchange(attempt, exchanges[batchId]);
    known.set(batchId, status);
  }
  return status;
}
