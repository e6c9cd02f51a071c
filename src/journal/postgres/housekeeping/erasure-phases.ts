import { quotedForms, textForms } from '../../../contract/erased-text.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { storable } from '../../../postgres/text.ts';
import { anonymousExchange } from '../../codec/bare-attempts.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import type { ErasedBy, ErasureStep } from '../../erasures.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import type { PartitionMemory } from '../partition-memory.ts';
import { withRows } from '../queue.ts';
import type { Words } from '../words.ts';
import { attemptLines } from './attempt-lines.ts';
import { dayMs, daysOf, tableOf } from './day-tables.ts';
import { deliveriesOfEvents, eraseDeliveries, isSending } from './erased-deliveries.ts';
import { eraseDetails, eraseDetailsOfHolds } from './erased-details.ts';
import { blankEvents, foundGroups, matcherOf } from './erased-events.ts';
import { eraseQuotes } from './erased-quotes.ts';
import { type Cursor, type Phase, type StoredCounts, textOf } from './erasure-row.ts';
import { changeExchanges } from './exchanges.ts';
import { removeGoneLines } from './gone-lines.ts';

/** One step of an erasure, within its transaction. */
export type Work = {
  query: Query;
  words: Words;
  cursor: Cursor;
  counts: StoredCounts;
  step: ErasureStep;
  now: number;
  sending: readonly string[];
  sought: ErasedBy;
  isOwned: (partition: number) => boolean;
};

const rowsAtOnce = 100;
/** The small tables that can have had the text, of the erasure itself and of what each node has removed too. */
const quoting = 'command erasure issue kept_response note owner_status rejected_request replay'.split(' ');
/** No asker waits for a response for so long. */
const commandMs = 600_000;
/** Ids of blocks are times in ms times this. */
const idsPerMs = 4_096;

export function moveOn(cursor: Cursor, phase: Phase): void {
  cursor.phase = phase;
  cursor.at = [];
}

const touch = ({ cursor }: Work, ...tables: string[]) => {
  cursor.tables = [...new Set([...cursor.tables, ...tables])].sort();
};

async function remove(work: Work, rows: readonly DeliveryRow[]): Promise<void> {
  const { query, words, counts, step } = work;
  if (rows.length === 0) return;
  const cancelled = await eraseDeliveries(query, words, rows, work);
  counts.deliveries += rows.length;
  counts.unfinished += cancelled.length;
  step.cancelled.push(...cancelled);
  touch(work, 'delivery_other', 'attempt_block_other', 'waiting', 'batch_exchange');
  const days = new Set(await daysOf(query));
  for (const { created_at, block } of rows) {
    const blockAt = block === null ? created_at : Math.floor(block / idsPerMs);
    for (const at of [created_at, blockAt]) {
      const day = at - (at % dayMs);
      if (days.has(day)) touch(work, tableOf('delivery', day), tableOf('attempt_block', day));
    }
  }
}

/** Gives open deliveries of the events rows, where this process is the owner; another one does so within 2 s. */
export async function makeRowsOfOpen(query: Query, partitions: PartitionMemory): Promise<void> {
  for (const { partition, open } of [...partitions.known()])
    if (open.size > 0) await withRows({ query, partitions }, partition);
}

/** A node that starts from now on reads nothing that has the text. */
async function endSearch({ query, cursor, sought }: Work): Promise<void> {
  await eraseQuotes(query, textOf(sought));
  moveOn(cursor, 'forget');
}

/** The work of each phase in one step. It moves the cursor. */
export const phases: Record<Exclude<Phase, 'clear'>, (work: Work) => Promise<void>> = {
  async events(work) {
    const { query, cursor, step, sought, words, counts } = work;
    const [first] = cursor.partitions;
    if (first === undefined) {
      const sql = 'SELECT greatest(max(delivery_order_at), $1::bigint) AS at FROM intake';
      // Tests and commands that begin later are not waited for.
      cursor.until = (await query<{ at: number }>(sql, [work.now]))[0]?.at ?? work.now;
      return moveOn(cursor, 'tests');
    }
    const [partition, end] = first;
    const [ready] = await query(
      `SELECT 1 FROM intake WHERE partition = $1 AND position >= $2
         AND NOT EXISTS (SELECT FROM passed_delivery WHERE source = $1 AND first < $2)`,
      [partition, end],
    );
    if (ready === undefined) {
      step.waitsFor = 'events';
      return;
    }
    const from = Number(cursor.at[0] ?? 0);
    const { groups, isEnd } = await foundGroups(query, matcherOf(sought), { partition, from, end });
    await words.ensureTexts(
      groups.map(({ collector }) => collector),
      [],
      query,
    );
    for (const [index, group] of groups.entries()) {
      const numbers = group.hits.map((hit) => group.first + hit);
      const rows = numbers.length === 0 ? [] : await deliveriesOfEvents(query, partition, numbers);
      if (rows === null || isSending(rows, work.sending)) {
        if (index === 0) step.waitsFor = 'events';
        return;
      }
      await remove(work, rows);
      if (numbers.length > 0) {
        const { events, table } = await blankEvents(query, group, words.text(group.collector));
        step.events.push(...events.map(eventOfLine));
        counts.events += numbers.length;
        if (table !== null) touch(work, table);
      }
      cursor.at = [group.first + group.count];
    }
    if (!isEnd) return;
    cursor.partitions.shift();
    cursor.at = [];
  },

  /** Tests with events that are not stored: those that mention the text are removed. It waits for those that are unfinished. */
  async tests(work) {
    const { query, cursor, sought, step } = work;
    // Any node may run one.
    const [running] = await query(
      `SELECT 1 FROM waiting WHERE test AND event_number IS NULL AND order_at <= $1
       UNION ALL SELECT 1 FROM open_delivery WHERE test AND event_number IS NULL AND order_at <= $1 LIMIT 1`,
      [cursor.until],
    );
    if (running !== undefined) {
      step.waitsFor = 'tests';
      return;
    }
    const rows = await query<DeliveryRow>(
      `SELECT *, false AS is_behind FROM delivery WHERE test AND order_at <= $1
         AND (order_at, partition, number) > ($2::bigint, $3::smallint, $4::bigint)
       ORDER BY order_at, partition, number LIMIT ${rowsAtOnce}`,
      [cursor.until, cursor.at[0] ?? -1, cursor.at[1] ?? -1, cursor.at[2] ?? -1],
    );
    const forms = textForms(textOf(sought));
    const blocks = attemptLines(query);
    await blocks.load(rows);
    const gone: DeliveryRow[] = [];
    for (const row of rows) {
      if (row.event_number !== null) continue;
      const { lines } = await blocks.history(row);
      const text = lines.map(({ rendered, attempts }) => rendered + attempts).join('\n') + (row.detail ?? '');
      if (forms.some((form) => text.includes(form))) gone.push(row);
    }
    await remove(work, gone);
    const last = rows.at(-1);
    if (rows.length < rowsAtOnce || last === undefined) moveOn(cursor, 'blocks');
    else cursor.at = [last.order_at, last.partition, last.number];
  },

  /** Lines of deliveries that retention has removed stay in the blocks of later days. */
  async blocks(work) {
    const { query, cursor } = work;
    const [partition = -1, id = -1] = cursor.at.map(Number);
    const { tables, after } = await removeGoneLines(query, 'attempt_block', { partition, id });
    touch(work, ...tables);
    if (after === null) moveOn(cursor, 'exchanges');
    else cursor.at = [after.partition, after.id];
  },

  /** Exchanges of batches that also had deliveries which are gone. */
  async exchanges({ query, cursor }) {
    const rows = await query<{ id: string; isMixed: boolean }>(
      `SELECT id, jsonb_array_length(members) > live OR EXISTS (
         SELECT FROM jsonb_array_elements(members) AS member
         WHERE NOT EXISTS (SELECT FROM waiting
             WHERE partition = (member ->> 0)::smallint AND number = (member ->> 1)::bigint)
           AND NOT EXISTS (SELECT FROM delivery WHERE partition = (member ->> 0)::smallint
             AND number = (member ->> 1)::bigint AND created_at = (member ->> 2)::bigint)) AS "isMixed"
       FROM batch_exchange WHERE id > $1 ORDER BY id LIMIT ${rowsAtOnce}`,
      [cursor.at[0] ?? ''],
    );
    const mixed = rows.filter(({ isMixed }) => isMixed).map(({ id }) => id);
    await changeExchanges(query, mixed, anonymousExchange);
    const last = rows.at(-1);
    if (rows.length < rowsAtOnce || last === undefined) moveOn(cursor, 'details');
    else cursor.at = [last.id];
  },

  /**
   * A template that ends with a text of one record ends for all deliveries of its batch; a hold quotes what set it. The tables in the
   * order in which rows move on: a delivery that ends leaves `waiting`, and `delivery_other` when its day gets tables.
   */
  async details(work) {
    const { query, cursor, sought } = work;
    const days = (await daysOf(query)).map((day) => tableOf('delivery', day));
    const tables = ['waiting', 'gate', 'delivery_other', ...days.reverse()];
    // That of 0.2.0 was the name of the last table in another order.
    const [table = 'waiting', partition = -1, number = -1] = cursor.at.length === 1 ? [] : cursor.at;
    const forms = quotedForms(textOf(sought)).map(storable);
    if (forms.length === 0) return endSearch(work);
    const { count, last } =
      table === 'gate'
        ? await eraseDetailsOfHolds(query, forms)
        : await eraseDetails(query, String(table), { forms, after: [Number(partition), Number(number)] });
    if (count > 0) touch(work, String(table));
    const next = tables.find((one) => one < String(table));
    if (last !== null) cursor.at = [table, ...last];
    else if (next === undefined) await endSearch(work);
    else cursor.at = [next, -1, -1];
  },

  /**
   * Commands and their responses are sealed: it waits until those that may mention the text are gone. By now no memory has the text:
   * what was stored from there during the search is searched again.
   */
  async forget(work) {
    const { query, cursor, sought, step, now } = work;
    await query('DELETE FROM command WHERE asked_at < $1', [now - commandMs]);
    const [asked] = await query('SELECT 1 FROM command WHERE asked_at <= $1 LIMIT 1', [cursor.until]);
    if (asked !== undefined) {
      step.waitsFor = 'commands';
      return;
    }
    await eraseQuotes(query, textOf(sought));
    touch(work, ...quoting);
    moveOn(cursor, 'clear');
  },
};
