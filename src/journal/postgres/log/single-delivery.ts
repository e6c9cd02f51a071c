import type { Attempt } from '../../../contract/records/delivery.ts';
import type { Rendered } from '../../../contract/records/rendered.ts';
import type { Query } from '../../../postgres/postgres.ts';
import type { BlockLine, PackedAttempt } from '../../codec/attempt-codec.ts';
import { historyOf } from '../../codec/delivery-history.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import { lastAttemptInList } from '../../codec/last-attempt.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import { copiesEvent } from '../../codec/rendered-codec.ts';
import type { DeliveryDetails, LoggedDelivery } from '../../journal.ts';
import { type DeliveryRow, deliveryIdOf, eventPlaceOf } from '../delivery-row.ts';
import type { Words } from '../words.ts';
import type { Place } from './delivery-filters.ts';
import { deliveriesAt, listed } from './listed-deliveries.ts';
import { PackedReader } from './packed-reader.ts';

type WithHistory = LoggedDelivery & { attemptLog: Attempt[]; rendered: Rendered | null };

/** A delivery with its newest attempts, about 4 MiB. */
export async function deliveryAt(read: Query, words: Words, place: Place): Promise<WithHistory | null> {
  const [row] = await deliveriesAt(read, [place]);
  if (row === undefined) return null;
  const [logged] = await listed(read, words, [row]);
  if (logged === undefined) return null;
  const budget = readBudget();
  const reader = new PackedReader(read, words, budget);
  const lines = await newestLines(reader, row, budget);
  const isNeeded = lines.some(({ rendered }) => rendered !== '' && copiesEvent(rendered));
  const eventPlace = eventPlaceOf(row);
  const event = isNeeded && eventPlace !== null ? await reader.event(eventPlace) : null;
  const exchanges = await reader.exchanges(lines);
  return { ...logged, ...historyOf({ row: { renderedBlock: row.rendered_block }, lines, exchanges, event }) };
}

/** The newest lines of a delivery within the budget, with the rendered request that their attempts refer to. */
async function newestLines(reader: PackedReader, row: DeliveryRow, budget: ReadBudget): Promise<BlockLine[]> {
  const { lines, isCut } = await reader.history(row, (part) => {
    for (const { rendered, attempts } of part) budget.keep(rendered + attempts);
    return budget.isFull || budget.isUnpacked;
  });
  if (!isCut) return lines;
  const first = lines.findIndex(({ rendered }) => rendered !== '');
  if (first >= 0) return lines.slice(first);
  const { partition, number, rendered_block: id } = row;
  const rendered = id === null ? null : await reader.rendered({ partition, id }, number);
  return lines.map((line, index) => (index === 0 ? { ...line, rendered: rendered ?? '' } : line));
}

/** What rows of a list show of their event and last attempt. When the budget is spent, the other rows are left out. */
export async function deliveryDetails(read: Query, words: Words, places: readonly Place[]): Promise<DeliveryDetails[]> {
  const rows = await deliveriesAt(read, places);
  const budget = readBudget();
  const reader = new PackedReader(read, words, budget);
  await reader.prefetchEvents(rows.flatMap((row) => eventPlaceOf(row) ?? []));
  await reader.prefetchBlocks(rows.flatMap(({ partition, block: id }) => (id === null ? [] : { partition, id })));
  const details: DeliveryDetails[] = [];
  for (const row of rows) {
    if (budget.isUnpacked) break;
    const place = eventPlaceOf(row);
    const line = place === null ? null : await reader.event(place);
    const { name = null, visitorId = null } = line === null ? {} : eventOfLine(line);
    const last = await lastAttempt(reader, row);
    details.push({
      id: deliveryIdOf(row),
      event: line === null ? null : { name, visitorId },
      lastAttempt:
        last === null
          ? null
          : { attempts: row.attempts, ...lastAttemptInList(last, await reader.exchanges([lineWith(last)])) },
    });
  }
  return details;
}

/** The newest attempt of a delivery; null: there is none. */
export async function lastAttempt(reader: PackedReader, row: DeliveryRow): Promise<PackedAttempt | null> {
  const { lines } = await reader.history(row, (part) => part.some(({ attempts }) => attempts !== ''));
  const text = lines.findLast(({ attempts }) => attempts !== '')?.attempts;
  const packed: PackedAttempt[] = text === undefined ? [] : JSON.parse(text);
  return packed.at(-1) ?? null;
}

/** A line with one attempt alone. */
export const lineWith = (attempt: PackedAttempt): BlockLine => ({
  before: null,
  rendered: '',
  attempts: JSON.stringify([attempt]),
});
