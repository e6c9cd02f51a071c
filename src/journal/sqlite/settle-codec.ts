import { attemptsText, exchangeText, lineText } from '../codec/attempt-codec.ts';
import { renderedText } from '../codec/rendered-codec.ts';
import type { Lease, Settlement } from '../journal.ts';
import { type DeliveryPlace, deliveryPlaceOf, partitionOfRow } from './delivery-id-codec.ts';

/** A settle on its way to the storage thread. */
export type SettledBatch = {
  lease: Lease;
  now: number;
  /**
   * The deliveries whose first attempt was delivered, which are nearly all: the number and the creation time of each in
   * turn, and their lines for the attempt block, joined by line feeds. One statement settles many of them.
   */
  first: { places: number[]; lines: string };
  others: Step[];
  /** The batch exchanges that the attempts of `others` name. */
  exchanges: SettledExchange[];
  bodiesUntil: [number: number, at: number][];
};

export const numbersOf = (places: readonly number[]): number[] => places.filter((_, index) => index % 2 === 0);
export const timeMsAt = (places: readonly number[], index: number): number => places[2 * index + 1] ?? 0;

/** An exchange that several steps of a settle log, in the order of their records, each under its own attempt number. */
export type SettledExchange = { id: string; exchange: string; steps: { at: number; attempt: number }[] };

/** The next step of one delivery. */
export type Step = Omit<Settlement, 'deliveryId' | 'rendered' | 'log' | 'bodiesUntil'> & {
  place: DeliveryPlace;
  text: StepText;
  /** The lowest and the highest number of its attempts; 0 without attempts. */
  firstAttempt: number;
  lastAttempt: number;
  /** The status of the last response unless it is 2xx; null: there is none. */
  responseStatus: number | null;
};

/** The rendered request and the attempts, as text; '' for none. */
export type StepText = { rendered: string; attempts: string };

/** Text that is not an id of a delivery is skipped. */
export function packSettle(
  lease: Lease,
  settlements: readonly Settlement[],
  now: number,
): { batch: SettledBatch; bytes: number } {
  const places: number[] = [];
  const lines: string[] = [];
  const others: Step[] = [];
  const seen = new Set<string>();
  const exchanges = new Map<string, SettledExchange>();
  const bodiesUntil: SettledBatch['bodiesUntil'] = [];
  let bytes = 0;
  for (const settlement of settlements) {
    const { deliveryId, rendered, log } = settlement;
    const place = deliveryPlaceOf(deliveryId);
    if (place === null || partitionOfRow(place.number) !== lease.partition) continue;
    const text = {
      rendered: rendered === undefined ? '' : renderedText(rendered),
      attempts: attemptsText(log, rendered?.body),
    };
    bytes += text.rendered.length + text.attempts.length;
    if (settlement.bodiesUntil !== undefined) bodiesUntil.push([place.number, settlement.bodiesUntil]);
    if (isFirstDelivered(settlement) && !seen.has(deliveryId)) {
      places.push(place.number, place.timeMs);
      lines.push(lineText(place.number, null, text));
      continue;
    }
    seen.add(deliveryId);
    addExchanges(exchanges, log, others.length);
    const { deliveryId: _, rendered: _1, log: _2, bodiesUntil: _3, isOrdered: _4, ...step } = settlement;
    const last = log.at(-1);
    others.push({
      ...step,
      text,
      place,
      firstAttempt: log[0]?.number ?? 0,
      lastAttempt: last?.number ?? 0,
      responseStatus: last === undefined || isOk(last) ? null : (last.response?.status ?? null),
    });
  }
  for (const { exchange } of exchanges.values()) bytes += exchange.length;
  const first = { places, lines: lines.join('\n') };
  return { batch: { lease, now, first, others, exchanges: [...exchanges.values()], bodiesUntil }, bytes };
}

function isFirstDelivered(step: Settlement): boolean {
  const attempt = step.log[0];
  return (
    step.status === 'delivered' &&
    step.log.length === 1 &&
    attempt?.number === 1 &&
    attempt.batchId === null &&
    isOk(attempt) &&
    step.rendered !== undefined &&
    step.attempts === 1 &&
    step.scheduleStep === 0 &&
    step.waitedMs === 0 &&
    step.reason === null &&
    step.detail === null &&
    step.errorKind === null &&
    step.pinned === undefined &&
    step.leavesOrder === undefined
  );
}

/** Whether its response has a status of 2xx. */
const isOk = ({ response }: Settlement['log'][number]) =>
  response !== null && response.status >= 200 && response.status < 300;

/** An exchange that many settlements log is passed to the storage thread once. */
function addExchanges(exchanges: Map<string, SettledExchange>, log: Settlement['log'], step: number) {
  for (const attempt of log) {
    const { batchId } = attempt;
    if (batchId === null) continue;
    const known = exchanges.get(batchId);
    const place = { at: step, attempt: attempt.number };
    if (known === undefined) exchanges.set(batchId, { id: batchId, exchange: exchangeText(attempt), steps: [place] });
    else known.steps.push(place);
  }
}
