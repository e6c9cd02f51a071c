import type { Db } from '../../sqlite/db.ts';
import { type BlockLine, lineOfText, lineText } from '../codec/attempt-codec.ts';
import { packLines, type StoredLines, unpackLines } from '../codec/event-codec.ts';
import { bytesOf, type ReadBudget } from '../codec/read-budget.ts';

/** Above this many bytes of blocks in memory, changed ones are stored early, and all are forgotten. */
const knownBytesMax = 32 * 1024 * 1024;

/**
 * The blocks of one operation. A block is read once while there is room in memory; lines that the operation has written
 * are visible to it.
 */
export class AttemptBlocks {
  readonly #db: Db;
  readonly #budget: ReadBudget | undefined;
  readonly #known = new Map<number, Map<number, BlockLine[]>>();
  #knownBytes = 0;
  /** Changed blocks, with the number of deliveries that were removed from each. */
  readonly #changed = new Map<number, number>();
  /** The block that this operation writes, with the deliveries that have a line in it. */
  #current: { id: number; lines: string[]; live: Set<number> } | null = null;

  constructor(db: Db, budget?: ReadBudget) {
    this.#db = db;
    this.#budget = budget;
  }

  /** The id of the block that this operation writes. */
  get current(): number {
    return this.#writable().id;
  }

  /** Adds a line to the current block. */
  write(number: number, line: BlockLine): void {
    this.append([number], lineText(number, line.before, line));
  }

  /** Adds lines of these deliveries to the current block, as text. */
  append(numbers: Iterable<number>, lines: string): void {
    const { id, lines: written, live } = this.#writable();
    written.push(lines);
    for (const number of numbers) live.add(number);
    this.#known.delete(id);
  }

  /** Replaces all lines about a delivery, oldest first; `newest` is its newest block. */
  change(newest: number | null, number: number, change: (line: BlockLine) => BlockLine): void {
    for (const id of this.history(newest, number).ids.reverse()) {
      const lines = this.#block(id);
      lines.set(number, (lines.get(number) ?? []).map(change));
      this.#changed.set(id, this.#changed.get(id) ?? 0);
    }
  }

  /** Removes all lines about a delivery, and the blocks that become empty. */
  remove(newest: number | null, number: number): void {
    for (const id of this.history(newest, number).ids) {
      this.#block(id).delete(number);
      this.#changed.set(id, (this.#changed.get(id) ?? 0) + 1);
    }
  }

  /** Removes the lines of deliveries that are deleted already; these no longer count as live. */
  clean(id: number, isGone: (number: number) => boolean): void {
    for (const number of [...this.#block(id).keys()].filter(isGone)) {
      this.#block(id).delete(number);
      this.#changed.set(id, this.#changed.get(id) ?? 0);
    }
  }

  /** Stores the blocks that were written or changed, if any. */
  flush(): void {
    this.#saveChanged();
    if (this.#current === null || this.#current.lines.length === 0) return;
    const { id, lines, live } = this.#current;
    const sql = 'INSERT INTO attempt_block (id, live, lines) VALUES (?, ?, ?)';
    this.#db.run(sql, id, live.size, packLines(lines.join('\n')));
  }

  #saveChanged(): void {
    for (const [id, taken] of this.#changed) {
      const lines = [...this.#block(id)].flatMap(([number, own]) =>
        own.map((line) => lineText(number, line.before, line)),
      );
      const sql = 'UPDATE attempt_block SET live = live - ?, lines = ? WHERE id = ?';
      this.#db.run(sql, taken, packLines(lines.join('\n')), id);
      this.#db.run('DELETE FROM attempt_block WHERE id = ? AND live <= 0', id);
    }
    this.#changed.clear();
    this.#known.clear();
    this.#knownBytes = 0;
  }

  /** The rendered request of a delivery as text; `id` is its rendered_block. */
  rendered(id: number, number: number): string | null {
    const line = this.#block(id)
      .get(number)
      ?.findLast(({ rendered }) => rendered !== '');
    return line?.rendered ?? null;
  }

  /**
   * All lines about a delivery, oldest first; `newest` is its newest block, `ids` are the blocks with these lines, newest
   * first. With `isEnough`, which is called after each block, the oldest may be left out: `isCut`.
   */
  history(
    newest: number | null,
    number: number,
    isEnough: (lines: readonly BlockLine[]) => boolean = () => false,
  ): { lines: BlockLine[]; ids: number[]; isCut: boolean } {
    const parts: BlockLine[][] = [];
    const ids: number[] = [];
    let id = newest;
    for (let isEnd = false; id !== null && !isEnd; ) {
      const here = this.#block(id).get(number) ?? [];
      parts.push(here);
      ids.push(id);
      id = here[0]?.before ?? null;
      isEnd = isEnough(here);
    }
    return { lines: parts.reverse().flat(), ids, isCut: id !== null };
  }

  #writable() {
    if (this.#current === null) {
      const last = this.#db.get<{ id: number | null }>('SELECT max(id) AS id FROM attempt_block')?.id ?? 0;
      this.#current = { id: last + 1, lines: [], live: new Set() };
    }
    return this.#current;
  }

  #block(id: number): Map<number, BlockLine[]> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#knownBytes > knownBytesMax) this.#saveChanged();
    const block = new Map<number, BlockLine[]>();
    for (const text of this.#texts(id)) {
      this.#knownBytes += bytesOf(text);
      const [number, line] = lineOfText(text);
      const here = block.get(number);
      if (here === undefined) block.set(number, [line]);
      else here.push(line);
    }
    this.#known.set(id, block);
    return block;
  }

  #texts(id: number): string[] {
    if (id === this.#current?.id) return this.#current.lines.flatMap((lines) => lines.split('\n'));
    const sql = 'SELECT lines FROM attempt_block WHERE id = ?';
    const texts = unpackLines(this.#db.get<{ lines: StoredLines }>(sql, id)?.lines ?? '');
    this.#budget?.unpack(texts);
    return texts;
  }
}
