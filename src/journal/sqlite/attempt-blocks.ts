import type { Db } from '../../sqlite/db.ts';
import { packLines, type StoredLines, unpackLines } from './lines.ts';

/** What a block holds about one delivery; empty text: nothing. `before` is the block with the line before it. */
export type BlockLine = { before: number | null; rendered: string; attempts: string };

/** Blocks as one operation sees them, each read once; a block that is being written is seen too. */
export function attemptBlocks(db: Db) {
  const known = new Map<number, Map<number, BlockLine[]>>();
  const written: string[] = [];
  let current: number | null = null;

  const block = (id: number): Map<number, BlockLine[]> => {
    let found = known.get(id);
    if (found === undefined) {
      const stored = db.get<{ lines: StoredLines }>('SELECT lines FROM attempt_block WHERE id = ?', id)?.lines ?? '';
      found = new Map();
      for (const text of unpackLines(stored)) {
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

  return {
    /** The block that this operation writes. */
    current: begin,
    /** Adds a line to it. */
    write(number: number, line: BlockLine) {
      add(block(begin()), number, line);
      written.push(`${number}\t${line.before ?? ''}\t${line.rendered}\t${line.attempts}`);
    },
    /** Stores the block that was written, if any. */
    flush() {
      if (current === null || written.length === 0) return;
      const live = known.get(current)?.size ?? 0;
      const sql = 'INSERT INTO attempt_block (id, live, lines) VALUES (?, ?, ?)';
      db.run(sql, current, live, packLines(written.join('\n')));
    },
    /** What was rendered for a delivery, by its rendered_block. */
    rendered: (id: number, number: number): string | null =>
      block(id)
        .get(number)
        ?.findLast((line) => line.rendered !== '')?.rendered ?? null,
    /** All lines about a delivery, oldest first, by its newest block; `ids` are the blocks that hold them. */
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

function add(lines: Map<number, BlockLine[]>, number: number, line: BlockLine) {
  const here = lines.get(number);
  if (here === undefined) lines.set(number, [line]);
  else here.push(line);
}
