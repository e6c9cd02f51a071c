import { placeOf } from '../../contract/ids.ts';
import type { Query } from '../../postgres/postgres.ts';
import { storable } from '../../postgres/text.ts';
import { attemptsText, exchangeText, lineText, type PackedAttempt } from '../codec/attempt-codec.ts';
import { anonymousExchange } from '../codec/bare-attempts.ts';
import { packLines } from '../codec/event-codec.ts';
import { renderedText as packRendered } from '../codec/rendered-codec.ts';
import { statusCodes } from '../codec/status-codes.ts';
import type { Settlement } from '../deliveries.ts';
import type { Overtaken } from '../hot.ts';
import type { Lease } from '../leases.ts';
import { newBlockId, readBlocks, renderedText } from './attempt-blocks.ts';
import { type DeliveryRow, deliveryColumns } from './delivery-row.ts';
import { openOfKeys, openRow } from './open-deliveries.ts';
import { type Memory, makeRows, type OpenDelivery, type PartitionMemory, promote } from './partition-memory.ts';
import type { Words } from './words.ts';

type Parts = { query: Query; partitions: PartitionMemory; words: Words };

/** A delivery that is open for longer gets a row. */
const openMs = 2_000;

/** See `settle` of the port. */
export function settle(
  parts: Parts,
  lease: Lease,
  settlements: readonly Settlement[],
  now: number,
): Promise<readonly Overtaken[] | false> {
  return parts.partitions.inTurn(lease.partition, async () => {
    for (const isAgain of [false, true]) {
      const memory = await parts.partitions.held(lease);
      if (memory === null) return false;
      try {
        const isBehind = !isAgain && isUnknown(memory, settlements);
        const done = isBehind ? null : await settleInTurn(parts, memory, settlements, now);
        if (done !== null) return done;
      } catch (error) {
        // Whether it was written is not known: what is known of the partition is read again.
        parts.partitions.forget(lease.partition);
        throw error;
      }
      parts.partitions.forget(lease.partition);
    }
    return false;
  });
}

/** Whether one of them is of a delivery that this memory does not know yet: it was read while that was written. */
const isUnknown = ({ partition, intake }: Memory, settlements: readonly Settlement[]): boolean =>
  settlements.some(({ deliveryId }) => {
    const place = placeOf('delivery', deliveryId);
    return place?.partition === partition && place.number >= intake.nextDelivery;
  });

/** Gives deliveries rows that are open for long. */
export async function makeOldRows({ query, partitions }: Parts, memory: Memory): Promise<void> {
  const [oldest] = memory.open.values();
  if (oldest === undefined || performance.now() - oldest.since < openMs) return;
  await partitions.inTurn(memory.partition, async () => {
    if (!(await makeRows(query, memory, firstSince(memory, performance.now() - openMs))))
      partitions.forget(memory.partition);
  });
}

/** The number of the first open delivery that was created after a time, or the next number. */
function firstSince({ open, intake }: Memory, time: number): number {
  for (const [number, { since }] of open) if (since > time) return number;
  return intake.nextDelivery;
}

type Placed = { settlement: Settlement; number: number; timeMs: number };

/** null: another owner has come, or the memory is of before; nothing was written. */
async function settleInTurn(
  parts: Parts,
  memory: Memory,
  settlements: readonly Settlement[],
  now: number,
): Promise<Overtaken[] | null> {
  const placed = settlements.flatMap((settlement): Placed[] => {
    const place = placeOf('delivery', settlement.deliveryId);
    return place === null || place.partition !== memory.partition
      ? []
      : [{ settlement, number: place.number, timeMs: place.timeMs }];
  });
  await parts.words.ensure(
    placed.flatMap(({ settlement: { reason, errorKind } }) => [reason, errorKind].filter((text) => text !== null)),
  );
  // Earlier ones of its key have rows before it has one.
  if (isBehindOpen(memory, placed) && !(await makeRows(parts.query, memory))) return null;
  const seen = new Set<number>();
  const isFast = ({ settlement, number, timeMs }: Placed) => {
    const open = memory.open.get(number);
    const isFirst = !seen.has(number);
    seen.add(number);
    return isFirst && open !== undefined && open.createdAt === timeMs && isFirstDelivered(settlement, open);
  };
  const fast: Placed[] = [];
  const others: Placed[] = [];
  for (const one of placed) (isFast(one) ? fast : others).push(one);
  const block = newBlockId(now);
  const general = await generalOf(parts, memory, others, { block, now });
  if (fast.length + general.rows.length === 0 && general.exchanges.length === 0) return general.overtaken;
  const lines = [...fast.map(lineOfFast), ...general.lines];
  const ok = await write(parts.query, memory, { fast, general, block, lines, now });
  if (!ok) return null;
  if (general.keys.size > 0) await promote(parts.query, memory.partition, [...general.keys]);
  return general.overtaken;
}

/** Whether one of these that needs a row is open behind another one of its order key. */
function isBehindOpen(memory: Memory, placed: readonly Placed[]): boolean {
  const ordered = placed.flatMap(({ settlement, number }) => {
    const needsRow = settlement.leavesOrder === true || statusCodes[settlement.status] <= statusCodes.held;
    const orderKey = memory.open.get(number)?.orderKey ?? null;
    return needsRow && orderKey !== null ? { number, orderKey } : [];
  });
  if (ordered.length === 0) return false;
  const lines = openOfKeys(memory, new Set(ordered.map(({ orderKey }) => orderKey)));
  return ordered.some(({ number, orderKey }) => lines.get(orderKey)?.[0]?.number !== number);
}

/** Whether it is delivered by its first attempt, with nothing else to store, which is nearly always. */
function isFirstDelivered(step: Settlement, { replayOf, test }: OpenDelivery): boolean {
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
    step.leavesOrder === undefined &&
    step.bodiesUntil === undefined &&
    replayOf === null &&
    !test
  );
}

/** Whether its response has a status of 2xx. */
const isOk = ({ response }: Settlement['log'][number]) =>
  response !== null && response.status >= 200 && response.status < 300;

const lineOfFast = ({ settlement: { rendered, log }, number }: Placed): string =>
  lineText(number, null, {
    rendered: rendered === undefined ? '' : packRendered(rendered),
    attempts: attemptsText(log, rendered?.body),
  });

/** A row as it is after a settle. */
type NewRow = Omit<DeliveryRow, 'is_behind'> & { is_behind: boolean };
/** `isErased`: one of its deliveries was erased while it was on its way. */
type Exchange = { id: string; text: string; members: [number, number, number][]; isErased?: true };
type General = {
  rows: NewRow[];
  /** Numbers that leave `waiting`. */
  gone: number[];
  lines: string[];
  exchanges: Exchange[];
  overtaken: Overtaken[];
  /** Order keys in whose lines the first one can be another now. */
  keys: Set<number>;
  /** Replays whose outcome is no longer what was stored. */
  replays: Set<string>;
};

async function generalOf(
  { query, words }: Parts,
  memory: Memory,
  others: readonly Placed[],
  { block, now }: { block: number; now: number },
): Promise<General> {
  const all: General = {
    ...{ rows: [], gone: [], lines: [], exchanges: [], overtaken: [] },
    ...{ keys: new Set(), replays: new Set() },
  };
  if (others.length === 0) return all;
  const rows = await rowsBefore(query, memory, others);
  await words.ensureTexts(
    [...rows.values()].flatMap(({ reason }) => reason ?? []),
    [...rows.values()].map(({ target }) => target),
  );
  const blocks = await readBlocks(
    query,
    [...rows.values()].flatMap(({ partition, rendered_block: id }) => (id === null ? [] : { partition, id })),
  );
  const exchanges = new Map<string, Exchange>();
  const erased = new Set<string>();
  for (const { settlement: step, number, timeMs } of others) {
    const before = rows.get(number);
    if (before === undefined || before.created_at !== timeMs) {
      for (const { batchId } of step.log) if (batchId !== null) erased.add(batchId);
      continue;
    }
    const { partition, rendered_block: id } = before;
    const stored = id === null || id === block ? null : renderedText(blocks, { partition, id }, number);
    const line = newLine(step, before, stored);
    const last = step.log.at(-1)?.number ?? 0;
    const status = statusCodes[step.status];
    const wasEnded = before.status > statusCodes.held;
    const isCorrected = wasEnded && status === statusCodes.delivered && isWithoutOutcome(before, words);
    if (wasEnded) all.overtaken.push({ deliveryId: step.deliveryId, isCorrected });
    if (isCorrected) {
      const { replay } = words.target(before.target);
      if (replay !== '') all.replays.add(replay);
    }
    for (const attempt of step.log) {
      const { batchId } = attempt;
      if (batchId === null || attempt.number <= before.exchanges) continue;
      const known = exchanges.get(batchId) ?? { id: batchId, text: exchangeText(attempt), members: [] };
      known.members.push([partition, number, timeMs]);
      exchanges.set(batchId, known);
    }
    const logged = {
      ...before,
      attempts: step.attempts,
      exchanges: Math.max(last, before.exchanges),
      block: line === null ? before.block : block,
      rendered_block: line !== null && line.rendered !== '' ? block : before.rendered_block,
      response_status: last > before.exchanges ? responseStatus(step) : before.response_status,
      bodies_until: step.bodiesUntil ?? before.bodies_until,
      ...(step.pinned !== undefined && {
        action_version: step.pinned.actionVersion,
        destination_version: step.pinned.destinationVersion,
      }),
    };
    const next = wasEnded && !isCorrected ? logged : { ...logged, ...stepOf(step, status, words, now) };
    if (step.leavesOrder === true) Object.assign(next, { order_key: null, is_behind: false });
    if (before.order_key !== null && (next.status > statusCodes.held || next.order_key === null))
      all.keys.add(before.order_key);
    if (line !== null) all.lines.push(lineText(number, before.block, line));
    if (next.status > statusCodes.held && !wasEnded) all.gone.push(number);
    // It can be there twice.
    all.rows = all.rows.filter((row) => row.number !== number);
    all.rows.push(next);
    rows.set(number, next);
  }
  // It then has nothing of that delivery for the others.
  all.exchanges = [...exchanges.values()].map((one) =>
    erased.has(one.id) ? { ...one, text: anonymousExchange(one.text), isErased: true } : one,
  );
  return all;
}

const stepOf = (step: Settlement, status: number, words: Words, now: number) => ({
  status,
  reason: step.reason === null ? null : words.wordId(step.reason),
  detail: step.detail === null ? null : storable(step.detail),
  error_kind: step.errorKind === null ? null : words.wordId(step.errorKind),
  schedule_step: step.scheduleStep,
  waited_ms: step.waitedMs,
  due_at: status <= statusCodes.retrying ? step.dueAt : null,
  finished_at: status > statusCodes.held ? now : null,
  deaths: 0,
});

/** The rows of deliveries before this settle, by number: from memory, or where they are stored. */
async function rowsBefore(query: Query, memory: Memory, others: readonly Placed[]): Promise<Map<number, DeliveryRow>> {
  const rows = new Map<number, DeliveryRow>();
  const wanted: Placed[] = [];
  for (const one of others) {
    const open = memory.open.get(one.number);
    if (open === undefined) wanted.push(one);
    else rows.set(one.number, openRow(memory.partition, one.number, open));
  }
  if (wanted.length === 0) return rows;
  const found = await query<DeliveryRow>(
    `SELECT ${deliveryColumns}, is_behind FROM waiting WHERE partition = $1 AND number = ANY ($2::bigint[])
     UNION ALL
     SELECT ${deliveryColumns}, false FROM unnest($2::bigint[], $3::bigint[]) AS wanted (number_, at)
       CROSS JOIN LATERAL (SELECT * FROM delivery WHERE partition = $1 AND number = number_ AND created_at = at) AS stored`,
    [memory.partition, wanted.map(({ number }) => number), wanted.map(({ timeMs }) => timeMs)],
  );
  for (const row of found) rows.set(row.number, row);
  return rows;
}

/** Whether it was cancelled or held for too long. An attempt that was in flight at that time still counts. */
const isWithoutOutcome = ({ status, reason }: DeliveryRow, words: Words) =>
  status === statusCodes.cancelled ||
  (status === statusCodes.failed && reason !== null && words.text(reason) === 'expired');

function responseStatus({ log }: Settlement): number | null {
  const last = log.at(-1);
  return last === undefined || isOk(last) ? null : (last.response?.status ?? null);
}

/** The new part of its log: without attempts that are logged already, and bodies that equal the stored rendered one. */
function newLine(
  step: Settlement,
  { exchanges }: DeliveryRow,
  stored: string | null,
): { rendered: string; attempts: string } | null {
  const news = step.log.filter(({ number }) => number > exchanges);
  let rendered = step.rendered === undefined ? '' : packRendered(step.rendered);
  if (rendered === stored) rendered = '';
  if (rendered === '' && news.length === 0) return null;
  let attempts = attemptsText(news, step.rendered?.body);
  if (stored !== null && rendered === '' && news.length > 0) {
    const body: unknown = JSON.parse(stored)[2]; // a reference equals no body
    const packed: PackedAttempt[] = JSON.parse(attempts);
    for (const { 7: request } of packed) if (request !== null && request !== 1 && request[3] === body) request[3] = 0;
    attempts = JSON.stringify(packed);
  }
  return { rendered, attempts };
}

type Write = { fast: readonly Placed[]; general: General; block: number; lines: readonly string[]; now: number };

/** Writes a settle under its fence; false: another owner has come. */
async function write(query: Query, memory: Memory, { fast, general, block, lines, now }: Write): Promise<boolean> {
  const { partition, epoch, counter, open } = memory;
  const settledNow = new Set([...fast.map(({ number }) => number), ...general.rows.map(({ number }) => number)]);
  let settled = memory.intake.nextDelivery;
  for (const number of open.keys())
    if (!settledNow.has(number)) {
      settled = number;
      break;
    }
  const opens = fast.map(({ number }) => ({ number, ...(open.get(number) as OpenDelivery) })); // those of fast are open
  const list = (of: (one: (typeof opens)[number]) => number | null | undefined) =>
    `{${opens.map((one) => of(one) ?? 'NULL').join()}}`;
  const blobs = [lines.join('\n'), ...general.exchanges.map(({ text }) => text)].map((text) => {
    const packed = text === '' ? '' : packLines(text);
    return typeof packed === 'string' ? Buffer.from(packed) : packed;
  });
  let at = 0;
  const places = blobs.map((bytes) => {
    at += bytes.length;
    return [at - bytes.length, bytes.length];
  });
  const exchanges = general.exchanges.map(({ id, members, isErased }, index) => ({
    ...{ id, members, isErased },
    at: places[index + 1],
  }));
  const values = [
    ...[partition, epoch, counter, settled],
    list(({ number }) => number),
    list(({ createdAt }) => createdAt),
    list(({ orderAt }) => orderAt),
    list(({ event }) => event?.partition),
    list(({ event }) => event?.number),
    list(({ event }) => event?.timeMs),
    list(({ action }) => action),
    list(({ actionVersion }) => actionVersion),
    list(({ target }) => target),
    list(({ destinationVersion }) => destinationVersion),
    list(({ orderKey }) => orderKey),
    ...[block, now, Buffer.concat(blobs), places[0]?.[1] ?? 0],
  ];
  const isFirstAlone = general.rows.length + exchanges.length + general.replays.size === 0;
  const rows = await (isFirstAlone
    ? query(writeFirst, values)
    : query(writeSettle, [
        ...values,
        JSON.stringify(general.rows),
        `{${general.gone.join()}}`,
        JSON.stringify(exchanges),
        [...general.replays],
      ]));
  if (rows.length === 0) return false;
  memory.counter += 1;
  for (const number of settledNow) open.delete(number);
  return true;
}

const all = deliveryColumns
  .split(',')
  .map((column) => column.trim())
  .join(', ');
const updated = (key: readonly string[], columns: string) =>
  columns
    .split(', ')
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = excluded.${column}`)
    .join(', ');

/** The fence, the deliveries that their first attempt delivered, as lists, and the block of the log. */
const first = `
  fence AS (
      UPDATE settling SET counter = counter + 1, settled = greatest(settled, $4::bigint)
      WHERE partition = $1 AND epoch = $2 AND counter = $3 RETURNING partition),
    first AS (
      INSERT INTO delivery (partition, number, created_at, order_at, event_partition, event_number, event_at, action,
        action_version, target, destination_version, order_key, status, test, attempts, exchanges, finished_at, block,
        rendered_block)
      SELECT fence.partition, one.*, ${statusCodes.delivered}, false, 1, 1, $17::bigint, $16::bigint, $16::bigint
      FROM fence, unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::smallint[], $9::bigint[], $10::bigint[], $11::integer[],
        $12::integer[], $13::integer[], $14::integer[], $15::bigint[]) AS one),
    logged AS (
      INSERT INTO attempt_block (partition, id, lines)
      SELECT partition, $16, substring($18::bytea FOR $19::integer) FROM fence WHERE $19::integer > 0)`;

/** What nearly every settle writes. The rest of `writeSettle` costs as much when it writes nothing. */
const writeFirst = `WITH ${first} SELECT 1 FROM fence`;

/**
 * One statement: what `writeFirst` writes; the others as rows, each to where it belongs now; exchanges of batches. Nothing is
 * written without the fence.
 */
const writeSettle = `
  WITH ${first},
    gone AS (DELETE FROM waiting USING fence WHERE waiting.partition = fence.partition AND number = ANY ($21::bigint[])),
    row AS MATERIALIZED (
      SELECT given.* FROM jsonb_populate_recordset(null::waiting, $20::jsonb) AS given JOIN fence USING (partition)),
    finished AS (
      INSERT INTO delivery (${all}) SELECT ${all} FROM row WHERE status > ${statusCodes.held} ORDER BY number
      ON CONFLICT (partition, number, created_at) DO UPDATE SET
        ${updated(['partition', 'number', 'created_at'], all)}),
    waits AS (
      INSERT INTO waiting (${all}, is_behind)
      SELECT ${all}, is_behind OR order_key IS NOT NULL AND (
        row_number() OVER (PARTITION BY order_key ORDER BY number) > 1 OR EXISTS (
          SELECT FROM waiting AS earlier WHERE earlier.partition = row.partition AND earlier.order_key = row.order_key
            AND earlier.number < row.number AND earlier.number <> ALL ($21::bigint[])))
      FROM row WHERE status <= ${statusCodes.held} ORDER BY number
      ON CONFLICT (partition, number) DO UPDATE SET ${updated(['partition', 'number'], `${all}, is_behind`)}),
    shared AS (
      INSERT INTO batch_exchange (id, live, members, exchange)
      SELECT id, jsonb_array_length(members), members,
        substring($18::bytea FROM (at ->> 0)::integer + 1 FOR (at ->> 1)::integer)
      FROM jsonb_to_recordset($22::jsonb) AS given (id text, members jsonb, at jsonb), fence ORDER BY id
      ON CONFLICT (id) DO UPDATE SET live = batch_exchange.live + excluded.live,
        members = batch_exchange.members || excluded.members,
        exchange = CASE WHEN batch_exchange.id IN (
            SELECT erased.id FROM jsonb_to_recordset($22::jsonb) AS erased (id text, "isErased" boolean) WHERE "isErased")
          THEN excluded.exchange ELSE batch_exchange.exchange END),
    replays AS (
      UPDATE replay SET outcome = NULL FROM fence WHERE id IN (
        SELECT id FROM replay WHERE id = ANY ($23::text[]) AND outcome IS NOT NULL ORDER BY id FOR UPDATE))
  SELECT 1 FROM fence`;
