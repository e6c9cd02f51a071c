import type { Query } from '../../../postgres/postgres.ts';
import { statusOf } from '../../codec/status-codes.ts';
import { type HistogramQuery, noCounts, type StatusCounts } from '../../journal.ts';
import { placed } from './delivery-filters.ts';
import { type CountedRange, countStatement } from './delivery-list.ts';

/** The time that one statement covers at first; it doubles while statements are short, and halves when one is long. */
const firstSpanMs = 3_600_000;
const statementMs = { short: 50, long: 200 };

/** See `histogram` of the port. Counts from the newest on, in spans of time. */
export async function deliveryHistogram(
  read: Query,
  { forMs, edges, ...query }: HistogramQuery,
): Promise<{ counts: StatusCounts[]; countedFrom: number | null }> {
  const endsAt = performance.now() + forMs;
  const counts = edges.map(noCounts);
  const asked = placed({ ...query, limit: 0 });
  const [first] = edges;
  if (asked === null || first === undefined) return { counts, countedFrom: null };
  const [bounds] = await read<{ newest: number | null }>('SELECT max(delivery_order_at) AS newest FROM intake');
  let spanMs = firstSpanMs;
  const end = Math.min(query.createdBefore ?? Number.POSITIVE_INFINITY, (bounds?.newest ?? 0) + 1);
  for (let to = end; to > first; ) {
    const from = Math.max(first, to - spanMs);
    const range: CountedRange = { from, to, edges };
    const began = performance.now();
    const statement = countStatement(asked, range);
    if (statement === null) break;
    const { sql, values } = statement;
    for (const { bucket, status, count } of await read<{ bucket: number; status: number; count: number }>(
      sql,
      values,
    )) {
      const into = counts[bucket - 1];
      if (into !== undefined) into[statusOf(status)] += count;
    }
    to = from;
    const now = performance.now();
    if (now - began < statementMs.short) spanMs *= 2;
    else if (now - began > statementMs.long) spanMs = Math.max(1_000, spanMs / 2);
    if (now >= endsAt && to > first) return { counts, countedFrom: to };
  }
  return { counts, countedFrom: null };
}
