import { AppError } from '../../contract/errors.ts';
import { given } from '../../contract/given.ts';
import { firstId } from '../../contract/ids.ts';
import type { Delivery, DeliveryHistogram, DeliveryStatus } from '../../contract/records/delivery.ts';
import {
  type DeliveryDetails,
  type DeliverySearch,
  isFinished,
  type LoggedDelivery,
  type StoredStatus,
} from '../../journal/journal.ts';
import type { ApiParts, Call, Handlers, QueryOf } from '../call/call.ts';
import { withoutReason } from '../call/payload-redaction.ts';
import { byId, pageOfSearch, pageOfStored } from '../http/pagination.ts';
import { bucketsOf } from './histogram-buckets.ts';

type Filters = Omit<QueryOf<'listDeliveries'>, 'limit' | 'cursor'>;

/** Limits of one search or count, for all its reads together. */
const searchedForMs = 2_000;
const searchedBytesMax = 256 * 1024 * 1024;
/** How long one read uses the reader thread; other reads run in between. */
const readForMs = 100;
const readAtOnce = 500;
const dayMs = 86_400_000;

/** `show`: a stored delivery as the API returns it. */
export function deliveryListHandlers(parts: ApiParts, show: (logged: LoggedDelivery) => Delivery) {
  const { log } = parts.journal;
  const { queueStatus } = parts.pipeline;

  function stored(filters: Filters) {
    const { reason: _r, q, httpStatus, ...same } = filters;
    const status = same.status ?? (same.unresolved === true ? 'failed' : undefined);
    return {
      ...given({ ...same, text: q, status: status && storedAs(status) }),
      ...(httpStatus !== undefined && { httpStatus: statusRange(httpStatus) }),
      closed: [...queueStatus.holds().keys()],
      now: parts.now(),
    };
  }

  /** An unfinished delivery can be in flight or behind a hold, so its state and reason are known only now. */
  function shown({ status, reason }: Filters, found: readonly LoggedDelivery[]): Delivery[] {
    return found
      .map(show)
      .filter((one) => (status ?? one.status) === one.status && (reason ?? one.reason) === one.reason);
  }

  /** Reads parts of a search, within its limits. */
  function boundedSearch() {
    const endsAt = performance.now() + searchedForMs;
    const searched = { deliveries: 0, bytes: 0, until: null as string | null }; // an instant, once a read has ended
    return {
      searched,
      /** null: a limit is reached. */
      async next(query: Omit<DeliverySearch, 'forMs'>) {
        if (performance.now() >= endsAt || searched.bytes >= searchedBytesMax) return null;
        const part = await log.searchDeliveries({ ...query, forMs: readForMs });
        searched.deliveries += part.looked;
        searched.bytes += part.lookedBytes;
        searched.until = part.reached && new Date(part.reached.createdAt).toISOString();
        return part;
      },
    };
  }

  /** When the oldest stored delivery was created; -Infinity when there is none. */
  async function oldestAt(): Promise<number> {
    const after = firstId('delivery');
    const [oldest] = await log.deliveries({ limit: 1, after, closed: [], now: parts.now() });
    return oldest?.createdAt ?? Number.NEGATIVE_INFINITY;
  }

  async function countBySearch(filters: Filters, counts: Counts): Promise<string | null> {
    const query = stored(filters);
    const { searched, next } = boundedSearch();
    let before: { before?: string } = {};
    for (;;) {
      const part = await next({ ...query, ...before, limit: readAtOnce });
      if (part === null) return searched.until;
      for (const { createdAt, status } of shown(filters, part.deliveries)) counts.add(Date.parse(createdAt), status, 1);
      if (part.reached === null) return null;
      before = { before: part.reached.id };
    }
  }

  /** Counts deliveries in buckets that start at these times; the first has only what is not before `createdAfter`. */
  async function counted(filters: Filters & { createdAfter: number }, starts: readonly number[]) {
    const counts = countsOf(starts);
    if (isSearch(filters) && !isOfUnfinished(filters))
      return { counts, countedFrom: await countBySearch(filters, counts) };
    const { createdAfter: _, ...of } = stored(filters);
    const edges = starts.map((at) => Math.max(at, filters.createdAfter));
    const found = await log.histogram({ ...of, edges, forMs: searchedForMs });
    for (const [bucket, more] of found.counts.entries())
      for (const [status, count] of Object.entries(more))
        counts.add(edges[bucket] ?? filters.createdAfter, status as StoredStatus, count); // the keys of stored counts
    return { counts, countedFrom: found.countedFrom === null ? null : new Date(found.countedFrom).toISOString() };
  }

  /** With event, visitor and last attempt, as far as the caller may see them. */
  async function withDetails(rows: readonly Delivery[], may: Call['may']): Promise<Delivery[]> {
    const details = new Map((await log.details(rows.map(({ id }) => id))).map((one) => [one.id, one]));
    const [maySeeEvents, maySeePayloads] = [may('events:view'), may('payloads:view')];
    return rows.map((row) => {
      const { event = null, lastAttempt = null } = details.get(row.id) ?? {};
      const shownEvent = maySeeEvents ? event : null;
      const detailed = {
        ...row,
        event: shownEvent && { name: shownEvent.name },
        visitorId: shownEvent?.visitorId ?? null,
        lastAttempt: lastAttempt !== null && isOf(lastAttempt, row) ? shownAttempt(lastAttempt, maySeePayloads) : null,
      };
      return maySeePayloads ? detailed : withoutReason(detailed);
    });
  }

  return {
    async listDeliveries({ query, may }) {
      checkMaySearch(query, may);
      const { limit: _l, cursor: _c, ...filters } = query;
      const of = stored(filters);
      if (!isSearch(filters)) {
        const listed = await pageOfStored(query, byId('dlv'), async (range) =>
          (await log.deliveries({ ...of, ...range })).map(show),
        );
        return { ...listed, data: await withDetails(listed.data, may) };
      }
      const isExact = !isDerived(filters);
      const { searched, next } = boundedSearch();
      const page = await pageOfSearch(query, byId('dlv'), async (range, missing) => {
        const part = await next({ ...of, ...range, limit: isExact ? missing : readAtOnce });
        return part && { found: shown(filters, part.deliveries), reached: part.reached?.id ?? null };
      });
      return { ...page, data: await withDetails(page.data, may), searched };
    },

    async getDeliveryHistogram({ query, may }) {
      checkMaySearch(query, may);
      const { buckets, createdBefore: to = parts.now() + 1, createdAfter, countUnresolved, ...rest } = query;
      const from = Math.min(createdAfter ?? Math.max(to - dayMs, await oldestAt()), to - 1);
      const filters = { ...rest, createdAfter: from, createdBefore: to };
      const { bucketMs, starts } = bucketsOf(from, to, buckets);
      const { counts, countedFrom } = await counted(filters, starts);
      const all = counts.all();
      const shownCounts = { bucketMs, ...all, countedFrom };
      if (countUnresolved !== true) return shownCounts;
      if (all.totals.failed === 0 || rest.unresolved === false) return { ...shownCounts, unresolved: 0 };
      const open = await counted({ ...filters, status: 'failed', unresolved: true }, [from]);
      return { ...shownCounts, unresolved: Math.min(open.counts.all().totals.failed, all.totals.failed) };
    },
  } satisfies Partial<Handlers>;
}

/** Whether an attempt was the last one when the row was read: the delivery may have moved on since. */
function isOf({ attempts }: { attempts: number }, row: Delivery): boolean {
  return row.status !== 'sending' && attempts === row.attempts;
}

function shownAttempt(
  { attempts: _, message, ...attempt }: NonNullable<DeliveryDetails['lastAttempt']>,
  maySeePayloads: boolean,
): NonNullable<Delivery['lastAttempt']> {
  return { ...attempt, message: maySeePayloads ? message : null };
}

/** Searching bodies needs the same right as reading them, because results reveal the text. */
function checkMaySearch({ q }: Filters, may: Call['may']): void {
  if (q !== undefined && !may('payloads:view'))
    throw new AppError('forbidden', 'Searching requests and responses needs the right payloads:view.');
}

/** Whether deliveries have to be examined one by one. */
function isSearch(filters: Filters): boolean {
  const { visitorId, httpStatus, durationMsMin, recovered, unresolved, q } = filters;
  const examined = [visitorId, httpStatus, durationMsMin, recovered, unresolved, q];
  return isDerived(filters) || examined.some((one) => one !== undefined);
}

/** Whether the filters are on what is known only when a delivery is shown. */
function isDerived({ status, reason }: Filters): boolean {
  return reason !== undefined || (status !== undefined && !isFinished(status));
}

/** Whether the only filter that needs a search is a state that the journal can count. */
function isOfUnfinished({ status, ...others }: Filters): boolean {
  return status !== undefined && status !== 'sending' && !isSearch(others);
}

/** The stored states that a displayed one can have. One in flight is stored as pending or retrying, or is about to be held. */
const storedAs = (status: DeliveryStatus): StoredStatus[] =>
  status === 'sending' ? ['pending', 'retrying', 'held'] : [status];

function statusRange(text: string): { from: number; to: number } {
  if (!text.endsWith('xx')) return { from: Number(text), to: Number(text) };
  const from = Number(text[0]) * 100;
  return { from, to: from + 99 };
}

type Counts = ReturnType<typeof countsOf>;

/** Counts by bucket and status. */
function countsOf(starts: readonly number[]) {
  const none = () => {
    const unfinished = { pending: 0, sending: 0, retrying: 0, held: 0 };
    return { ...unfinished, delivered: 0, failed: 0, skipped: 0, cancelled: 0 };
  };
  const totals = none();
  const buckets = starts.map((at) => ({ at: new Date(at).toISOString(), counts: none() }));
  return {
    add(at: number, status: DeliveryStatus, count: number) {
      const bucket = buckets[starts.findLastIndex((start) => start <= at)];
      if (bucket === undefined) return;
      bucket.counts[status] += count;
      totals[status] += count;
    },
    all: (): Pick<DeliveryHistogram, 'buckets' | 'totals'> => ({ buckets, totals }),
  };
}
