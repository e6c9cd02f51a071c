import type { Db } from '../../../sqlite/db.ts';
import { packLines, type StoredLines, unpackLines } from '../compressed-lines.ts';
import type { ReadBudget } from './read-budget.ts';

/** A line of a block about one delivery; empty text: nothing. `before` is the block with the previous line. */
export type BlockLine = { before: number | null; rendered: string; attempts: string };

/** The blocks of one operation. Each block is read once; lines that the operation has written are visible to it. */
export function attemptBlocks(db: Db, budget?: ReadBudget) {
  const known = new Map<number, Map<number, BlockLine[]>>();
  const written: string[] = [];
  /** Changed blocks, with the number of deliveries that were removed from each. */
  const changed = new Map<number, number>();
  let current: number | null = null;

  const block = (id: number): Map<number, BlockLine[]> => {
    let found = known.get(id);
    if (found === undefined) {
      const stored = db.get<{ lines: StoredLines }>('SELECT lines FROM attempt_block WHERE id = ?', id)?.lines ?? '';
      found = new Map();
      const texts = unpackLines(stored);
      budget?.unpack(texts);
      for (const text of texts) {
        const [number, before, rendered = '', attempts = ''] = text.split('\t');
        add(found, Number(number), { before: before === '' ? null : Number(before), rendered, attempts });
      }
      known.set(id, found);
    }
    return found;
  };

  const begin = (): number => {
    if (current === null) {
      current = (db.get<{ last: number | null }>('SELECT max(id) AS last FROM attempt_block')?.last ?? 0) + 1;
      known.set(current, new Map());
    }
    return current;
  };

  /** The blocks with lines about a delivery, newest first. */
  const idsOf = (newest: number | null, number: number): number[] => {
    const ids: number[] = [];
    for (let id = newest; id !== null; id = block(id).get(number)?.[0]?.before ?? null) ids.push(id);
    return ids;
  };

  return {
    /** The id of the block that this operation writes. */
    current: begin,
    /** Adds a line to the current block. */
    write(number: number, line: BlockLine) {
      add(block(begin()), number, line);
      written.push(lineText(number, line));
    },
    /** Replaces all lines about a delivery, oldest first; `newest` is its newest block. */
    change(newest: number | null, number: number, change: (line: BlockLine) => BlockLine) {
      for (const id of idsOf(newest, number).reverse()) {
        block(id).set(number, (block(id).get(number) ?? []).map(change));
        changed.set(id, changed.get(id) ?? 0);
      }
    },
    /** Removes all lines about a delivery, and the blocks that become empty. */
    remove(newest: number | null, number: number) {
      for (const id of idsOf(newest, number)) {
        block(id).delete(number);
        changed.set(id, (changed.get(id) ?? 0) + 1);
      }
    },
    /** Removes the lines of deliveries that are deleted already; these no longer count as live. */
    clean(id: number, isGone: (number: number) => boolean) {
      for (const number of [...block(id).keys()].filter(isGone)) {
        block(id).delete(number);
        changed.set(id, changed.get(id) ?? 0);
      }
    },
    /** Stores the blocks that were written or changed, if any. */
    flush() {
      for (const [id, taken] of changed) {
        const lines = [...block(id)].flatMap(([number, own]) => own.map((line) => lineText(number, line)));
        const sql = 'UPDATE attempt_block SET live = live - ?, lines = ? WHERE id = ?';
        db.run(sql, taken, packLines(lines.join('\n')), id);
        db.run('DELETE FROM attempt_block WHERE id = ? AND live <= 0', id);
      }
      changed.clear();
      if (current === null || written.length === 0) return;
      const live = known.get(current)?.size ?? 0;
      const sql = 'INSERT INTO attempt_block (id, live, lines) VALUES (?, ?, ?)';
      db.run(sql, current, live, packLines(written.join('\n')));
    },
    /** The rendered request of a delivery; `id` is its rendered_block. */
    rendered: (id: number, number: number): string | null =>
      block(id)
        .get(number)
        ?.findLast((line) => line.rendered !== '')?.rendered ?? null,
    /**
     * All lines about a delivery, oldest first; `newest` is its newest block, `ids` are the blocks with these lines.
     */
    history(newest: number | null, number: number): { lines: BlockLine[]; ids: number[] } {
      const lines: BlockLine[] = [];
      const ids: number[] = [];
      for (let id = newest; id !== null; ) {
        const here: BlockLine[] = block(id).get(number) ?? [];
        lines.unshift(...here);
        ids.push(id);
        id = here[0]?.before ?? null;
      }
      return { lines, ids };
    },
  };
}

const lineText = (number: number, { before, rendered, attempts }: BlockLine) =>
  `${number}\t${before ?? ''}\t${rendered}\t${attempts}`;

function add(lines: Map<number, BlockLine[]>, number: number, line: BlockLine) {
  const here = lines.get(number);
  if (here === undefined) lines.set(number, [line]);
  else here.push(line);
}
