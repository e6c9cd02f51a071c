import { firstWithin } from '../../contract/json-size.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import { type BlockLine, type PackedAttempt, unpackAttempt } from './attempt-codec.ts';
import { type EventLine, eventOfLine } from './event-codec.ts';
import { renderedOf } from './rendered-codec.ts';

/**
 * `exchanges`: the batch exchanges that the lines name, by id, as text. `event`: the event of the delivery, when a line
 * refers to it.
 */
export type DeliveryHistory<Row extends { renderedBlock: number | null }> = {
  row: Row;
  lines: BlockLine[];
  exchanges: Record<string, string>;
  event: EventLine | null;
};

/**
 * The attempts of a delivery from its lines, oldest first. A request body equal to the rendered one is the body
 * rendered at that time.
 */
export function historyOf<Row extends { renderedBlock: number | null }>({
  row,
  lines,
  exchanges,
  event: line,
}: DeliveryHistory<Row>): {
  attemptLog: Attempt[];
  rendered: Rendered | null;
} {
  const event = line && eventOfLine(line);
  const attemptLog: Attempt[] = [];
  let rendered: Rendered | null = null;
  for (const line of lines) {
    if (line.rendered !== '') rendered = renderedOf(line.rendered, event);
    if (line.attempts === '') continue;
    const packed: PackedAttempt[] = JSON.parse(line.attempts);
    for (const one of packed) attemptLog.push(unpackAttempt(one, rendered?.body, exchanges));
  }
  // Several attempts may have the same large body, which is stored once.
  const newest = firstWithin(attemptLog.reverse(), attemptBytesMax).reverse();
  return { attemptLog: newest, rendered: row.renderedBlock === null ? null : rendered };
}

/** Bytes of JSON of the attempts that a delivery is shown with; the newest one can be larger. */
const attemptBytesMax = 4 * 1_048_576;
