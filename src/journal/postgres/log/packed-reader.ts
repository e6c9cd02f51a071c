import type { Query } from '../../../postgres/postgres.ts';
import { type BlockLine, exchangeIds, lineOfText } from '../../codec/attempt-codec.ts';
import { bareExchange } from '../../codec/bare-attempts.ts';
import type { EventLine, EventPlace } from '../../codec/event-codec.ts';
import type { ReadBudget } from '../../codec/read-budget.ts';
import { type BlockPlace, blockKey } from '../attempt-blocks.ts';
import { linesOf } from '../event-reader.ts';
import type { Words } from '../words.ts';

/** Packed bytes that one statement returns, and the value that reaches them. */
const packedBytesMax = 4 * 1_048_576;
/** A request has at most so many events, and so has a group. */
export const groupEventsMax = 65_536;

type Group = {
  partition: number;
  first: number;
  count: number;
  receivedAt: number;
  collector: number;
  events: Buffer;
  lines?: string[];
};

/**
 * Reads events, attempts and exchanges of batches for one operation: what was read stays in its memory. `prefetch…` brings what is
 * packed together in one statement; it is unpacked, and counts for the budget, when it is used.
 */
export class PackedReader {
  readonly #read: Query;
  readonly #words: Words;
  readonly #budget: ReadBudget;
  readonly #groups: Group[] = [];
  readonly #packed = new Map<string, Buffer>();
  readonly #blocks = new Map<string, Map<number, BlockLine[]>>();

  constructor(read: Query, words: Words, budget: ReadBudget) {
    this.#read = read;
    this.#words = words;
    this.#budget = budget;
  }

  async prefetchEvents(places: readonly EventPlace[]): Promise<void> {
    const missing = places.filter((place) => this.#groupOf(place) === undefined);
    if (missing.length === 0) return;
    // The times as bounds, too: so PostgreSQL plans for their days alone.
    const times = missing.map(({ timeMs }) => timeMs);
    const groups = await this.#read<Group>(
      `WITH found AS MATERIALIZED (
           SELECT DISTINCT ON (stored.partition, stored.first, stored.received_at) stored.*, rank
           FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS place (partition, number, at, rank)
           CROSS JOIN LATERAL (
             SELECT partition, first, count, received_at, collector, events FROM event_group
             WHERE partition = place.partition AND received_at = place.at AND received_at BETWEEN $4 AND $5
               AND first <= place.number AND first > place.number - ${groupEventsMax}
             ORDER BY first DESC LIMIT 1) AS stored
           ORDER BY stored.partition, stored.first, stored.received_at, rank)
       SELECT partition, first, count, received_at AS "receivedAt", collector, events
       FROM (SELECT *, sum(octet_length(events)) OVER (ORDER BY rank) - octet_length(events) AS before FROM found) AS sized
       WHERE before < ${packedBytesMax} ORDER BY rank`,
      [
        missing.map(({ partition }) => partition),
        missing.map(({ number }) => number),
        times,
        Math.min(...times),
        Math.max(...times),
      ],
    );
    await this.#words.ensureTexts(groups.map(({ collector }) => collector));
    this.#groups.push(...groups);
  }

  /** null: it is not stored, or was erased. */
  async event(place: EventPlace): Promise<EventLine | null> {
    if (this.#groupOf(place) === undefined) await this.prefetchEvents([place]);
    const group = this.#groupOf(place);
    if (group === undefined) return null;
    if (group.lines === undefined) {
      group.lines = linesOf(group.events);
      this.#budget.unpack(group.lines);
    }
    const line = group.lines[place.number - group.first];
    if (line === undefined || line === '') return null;
    const { timeMs, partition, number } = place;
    return { timeMs, partition, number, collectorId: this.#words.text(group.collector), line };
  }

  // Newest first: events are mostly requested in order, so the last group usually matches.
  #groupOf({ partition, number, timeMs }: EventPlace): Group | undefined {
    return this.#groups.findLast(
      (one) =>
        one.partition === partition &&
        one.receivedAt === timeMs &&
        one.first <= number &&
        number < one.first + one.count,
    );
  }

  async prefetchBlocks(places: readonly BlockPlace[]): Promise<void> {
    const missing = [...new Map(places.map((one) => [blockKey(one), one]))].filter(
      ([key]) => !this.#packed.has(key) && !this.#blocks.has(key),
    );
    if (missing.length === 0) return;
    const ids = missing.map(([, { id }]) => id);
    const rows = await this.#read<BlockPlace & { lines: Buffer }>(
      `WITH found AS MATERIALIZED (
           SELECT stored.*, rank FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS place (partition, id, rank)
           CROSS JOIN LATERAL (
             SELECT partition, id, lines FROM attempt_block WHERE partition = place.partition AND id = place.id AND id BETWEEN $3 AND $4 LIMIT 1) AS stored)
       SELECT partition, id, lines
       FROM (SELECT *, sum(octet_length(lines)) OVER (ORDER BY rank) - octet_length(lines) AS before FROM found) AS sized
       WHERE before < ${packedBytesMax}`,
      [missing.map(([, { partition }]) => partition), ids, Math.min(...ids), Math.max(...ids)],
    );
    for (const { lines, ...place } of rows) this.#packed.set(blockKey(place), lines);
  }

  /**
   * All lines about a delivery, oldest first, from its newest block on. With `isEnough`, which is called after each block, the
   * oldest may be left out: `isCut`.
   */
  async history(
    { partition, number, block }: { partition: number; number: number; block: number | null },
    isEnough: (lines: readonly BlockLine[]) => boolean = () => false,
  ): Promise<{ lines: BlockLine[]; isCut: boolean }> {
    const parts: BlockLine[][] = [];
    let id = block;
    for (let isEnd = false; id !== null && !isEnd; ) {
      const here: BlockLine[] = (await this.#block({ partition, id })).get(number) ?? [];
      parts.push(here);
      id = here[0]?.before ?? null;
      isEnd = isEnough(here);
    }
    return { lines: parts.reverse().flat(), isCut: id !== null };
  }

  /** The rendered request of a delivery as text. */
  async rendered(place: BlockPlace, number: number): Promise<string | null> {
    const lines = (await this.#block(place)).get(number);
    return lines?.findLast(({ rendered }) => rendered !== '')?.rendered ?? null;
  }

  async #block(place: BlockPlace): Promise<Map<number, BlockLine[]>> {
    const key = blockKey(place);
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    if (!this.#packed.has(key)) await this.prefetchBlocks([place]);
    const packed = this.#packed.get(key);
    this.#packed.delete(key);
    const texts = packed === undefined ? [] : linesOf(packed);
    this.#budget.unpack(texts);
    const block = new Map<number, BlockLine[]>();
    for (const text of texts) {
      const [number, line] = lineOfText(text);
      const here = block.get(number);
      if (here === undefined) block.set(number, [line]);
      else here.push(line);
    }
    this.#blocks.set(key, block);
    return block;
  }

  /**
   * The batch exchanges that lines about a delivery name, by id, as text. When the budget is spent, the older ones have no
   * bodies.
   */
  async exchanges(lines: readonly BlockLine[]): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const id of [...exchangeIds(lines)].reverse()) {
      const sql = 'SELECT exchange FROM batch_exchange WHERE id = $1';
      const [row] = await this.#read<{ exchange: Buffer }>(sql, [id]);
      if (row === undefined) continue;
      const text = linesOf(row.exchange).join('\n');
      found[id] = this.#budget.isFull ? bareExchange(text) : text;
      this.#budget.keep(text);
    }
    return found;
  }
}
