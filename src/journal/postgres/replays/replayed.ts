import type { Query } from '../../../postgres/postgres.ts';
import { lineText } from '../../codec/attempt-codec.ts';
import { eventOfLine, packLines } from '../../codec/event-codec.ts';
import { withoutReference } from '../../codec/rendered-codec.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { EndedSource } from '../../replays.ts';
import { newBlockId, readBlocks, renderedText } from '../attempt-blocks.ts';
import type { EventReader } from '../event-reader.ts';
import { finishWaiting } from '../finishing.ts';
import { promote } from '../partition-memory.ts';
import type { DeliveryPlace } from '../reopening.ts';
import type { Words } from '../words.ts';
import type { ReplayedRow } from './replayed-parts.ts';

/** Requests that are copied at once, into one block: bodies can be large. */
const copiedAtOnce = 50;

/** Ends the held sources of a partition that a replay sends again. */
export async function endSources(
  query: Query,
  words: Words,
  partition: number,
  { rows, replayId, now }: { rows: readonly ReplayedRow[]; replayId: string; now: number },
): Promise<EndedSource[]> {
  const sources = rows.flatMap(({ source }) => (source?.partition === partition ? source : []));
  if (sources.length === 0) return [];
  const held = await query<{ number: number }>(
    `SELECT number FROM unnest($2::bigint[], $3::bigint[]) AS source (number, created_at)
       JOIN waiting USING (number, created_at) WHERE partition = $1 AND status = ${statusCodes.held}`,
    [partition, sources.map(({ number }) => number), sources.map(({ timeMs }) => timeMs)],
  );
  const end = {
    status: statusCodes.cancelled,
    reason: words.wordId('cancelled'),
    detail: `Sent by the replay ${replayId}.`,
    now,
  };
  const keys = new Set<number>();
  const ended = await finishWaiting(query, { partition, numbers: held.map(({ number }) => number) }, end, keys);
  if (keys.size > 0) await promote(query, partition, [...keys]);
  await words.ensureTexts(
    ended.flatMap(({ action }) => action ?? []),
    ended.map(({ target }) => target),
    query,
  );
  return ended.map(({ action, target, order_key }) => {
    const { destination: destinationId, connection: connectionId } = words.target(target);
    const actionId = action === null ? null : words.text(action);
    return { actionId, destinationId, connectionId, isOrdered: order_key !== null };
  });
}

type Source = DeliveryPlace & { block: number; event: { timeMs: number; partition: number; number: number } | null };

/** Gives new deliveries of a partition, which have rows, the rendered requests of their sources. */
export async function copyRequests(
  query: Query,
  events: EventReader,
  partition: number,
  copies: readonly { number: number; row: ReplayedRow }[],
  now: number,
): Promise<void> {
  for (let at = 0; at < copies.length; at += copiedAtOnce) {
    const some = copies.slice(at, at + copiedAtOnce);
    const sources = await sourcesOf(
      query,
      some.flatMap(({ row }) => row.source ?? []),
    );
    const found = [...sources.values()];
    const blocks = await readBlocks(
      query,
      found.map((source) => ({ partition: source.partition, id: source.block })),
    );
    const lines: string[] = [];
    const numbers: number[] = [];
    for (const { number, row } of some) {
      const source = row.source === null ? undefined : sources.get(keyOf(row.source));
      if (source === undefined) continue;
      let text = renderedText(blocks, { partition: source.partition, id: source.block }, source.number);
      const { event } = source;
      const isSame = row.event?.partition === event?.partition && row.event?.number === event?.number;
      if (text !== null && !isSame) {
        const [line] = event === null ? [] : await events.lines([event], query);
        text = withoutReference(text, line === undefined ? null : eventOfLine(line));
      }
      if (text === null) continue;
      lines.push(lineText(number, null, { rendered: text, attempts: '' }));
      numbers.push(number);
    }
    if (numbers.length === 0) continue;
    await query(
      `WITH block AS (INSERT INTO attempt_block (partition, id, lines) VALUES ($1, $2, $3))
       UPDATE waiting SET block = $2, rendered_block = $2 WHERE partition = $1 AND number = ANY ($4::bigint[])`,
      [partition, newBlockId(now), Buffer.from(packLines(lines.join('\n'))), numbers],
    );
  }
}

const keyOf = ({ partition, number }: DeliveryPlace) => `${partition}/${number}`;

/** The sources that have a rendered request, in whatever table they are. */
async function sourcesOf(query: Query, places: readonly DeliveryPlace[]): Promise<Map<string, Source>> {
  const columns = `partition, number, created_at AS "timeMs", rendered_block AS block, event_partition AS "eventPartition",
    event_number AS "eventNumber", event_at AS "eventAt"`;
  const from = (table: string) =>
    `SELECT ${columns} FROM source JOIN ${table} USING (partition, number, created_at) WHERE rendered_block IS NOT NULL`;
  const rows = await query<
    DeliveryPlace & { block: number; eventPartition: number | null; eventNumber: number | null; eventAt: number | null }
  >(
    `WITH source AS (SELECT DISTINCT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[])
       AS source (partition, number, created_at))
     ${from('waiting')} UNION ALL ${from('delivery')}`,
    [places.map((one) => one.partition), places.map((one) => one.number), places.map((one) => one.timeMs)],
  );
  return new Map(
    rows.map(({ eventPartition, eventNumber, eventAt, ...source }) => {
      const isStored = eventPartition !== null && eventNumber !== null && eventAt !== null;
      const event = isStored ? { partition: eventPartition, number: eventNumber, timeMs: eventAt } : null;
      return [keyOf(source), { ...source, event }];
    }),
  );
}
