import { inSteps } from '../../../async/in-steps.ts';
import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { exchangeIds } from '../../codec/attempt-codec.ts';
import { bareExchange, bodiless } from '../../codec/bare-attempts.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import { copiesEvent } from '../../codec/rendered-codec.ts';
import { type DeliveryRow, eventPlaceOf } from '../delivery-row.ts';
import type { EventReader } from '../event-reader.ts';
import { attemptLines } from './attempt-lines.ts';
import { changeExchanges } from './exchanges.ts';

type BodyParts = Pick<Postgres, 'query' | 'transaction'> & { events: EventReader };

// Each body may be in another block, which is read and rewritten.
const bodiesAtOnce = 50;
const rowsAtOnce = 500;

/** See `forgetBodies` of the port. */
export async function forgetBodies(parts: BodyParts, now: number): Promise<number> {
  let sum = 0;
  await inSteps(now, async () => {
    const count = await parts.transaction((query) => forgetSome(query, parts.events, now));
    sum += count;
    return count < bodiesAtOnce ? null : now;
  });
  return sum;
}

async function forgetSome(query: Query, events: EventReader, now: number): Promise<number> {
  const rows = await query<DeliveryRow>(
    `SELECT *, false AS is_behind FROM delivery WHERE bodies_until IS NOT NULL AND bodies_until <= $1
     ORDER BY bodies_until LIMIT ${bodiesAtOnce} FOR UPDATE`,
    [now],
  );
  const blocks = attemptLines(query);
  await blocks.load(rows);
  const exchanges = new Set<string>();
  for (const row of rows) {
    const history = await blocks.history(row);
    for (const id of exchangeIds(history.lines)) exchanges.add(id);
    const place = eventPlaceOf(row);
    const isNeeded = history.lines.some(({ rendered }) => rendered !== '' && copiesEvent(rendered));
    const [line] = isNeeded && place !== null ? await events.lines([place], query) : [];
    blocks.change(
      row,
      history,
      bodiless(() => (line === undefined ? null : eventOfLine(line))),
    );
  }
  await blocks.flush();
  await changeExchanges(query, exchanges, bareExchange);
  await query(
    `UPDATE delivery SET bodies_until = NULL, rendered_block = NULL
     FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS bare (partition, number, created_at)
     WHERE delivery.partition = bare.partition AND delivery.number = bare.number AND delivery.created_at = bare.created_at`,
    [rows.map((row) => row.partition), rows.map((row) => row.number), rows.map((row) => row.created_at)],
  );
  return rows.length;
}

type Cursor = { target: number; at: number; partition: number; number: number };

/** See `keepBodies` of the port. In steps, in the order of an index. */
export async function keepBodies(parts: BodyParts, destinationId: string, ms: number | null): Promise<number> {
  const { query } = parts;
  const targets = await query<{ id: number }>('SELECT id FROM target WHERE destination = $1', [destinationId]);
  let sum = 0;
  for (const { id: target } of targets)
    for (const status of finishedStates)
      await inSteps<Cursor>({ target, at: -1, partition: -1, number: -1 }, async (after) => {
        const rows = await query<Cursor>(
          `WITH step AS (SELECT partition, number, created_at, order_at FROM delivery
               WHERE target = $1 AND status = $2 AND (order_at, partition, number) > ($3::bigint, $4::smallint, $5::bigint)
               ORDER BY order_at, partition, number LIMIT ${rowsAtOnce}),
             kept AS (UPDATE delivery SET bodies_until = finished_at + $6::bigint FROM step
               WHERE delivery.partition = step.partition AND delivery.number = step.number
                 AND delivery.created_at = step.created_at AND block IS NOT NULL)
           SELECT order_at AS at, partition, number FROM step ORDER BY order_at, partition, number`,
          [target, status, after.at, after.partition, after.number, ms],
        );
        sum += rows.length;
        const last = rows.at(-1);
        return last === undefined || rows.length < rowsAtOnce ? null : { ...last, target };
      });
  return sum;
}

/** Delivered, failed, skipped, cancelled. */
const finishedStates = [3, 4, 5, 6];
