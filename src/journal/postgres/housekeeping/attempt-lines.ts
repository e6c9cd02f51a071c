import type { Query } from '../../../postgres/postgres.ts';
import { type BlockLine, lineText } from '../../codec/attempt-codec.ts';
import { packLines } from '../../codec/event-codec.ts';
import { type BlockPlace, blockKey, readBlocks } from '../attempt-blocks.ts';

/** Where the log of a delivery is: its newest block. */
export type Logged = { partition: number; number: number; block: number | null };

/** The log of a delivery: its lines, oldest first, and the blocks that have them, newest first. */
export type History = { lines: BlockLine[]; ids: number[] };

/**
 * The lines of deliveries in blocks, which one transaction changes and then writes back. Each is read and locked once; to `read`
 * alone, it is not locked.
 */
export function attemptLines(query: Query, use: 'read' | 'change' = 'change') {
  const known = new Map<string, BlockPlace & { lines: Map<number, BlockLine[]> }>();
  const changed = new Set<string>();

  async function load(places: readonly BlockPlace[]): Promise<void> {
    const news = places.filter((place) => !known.has(blockKey(place)));
    const blocks = await readBlocks(query, news, use);
    for (const place of news) known.set(blockKey(place), { ...place, lines: blocks.get(blockKey(place)) ?? new Map() });
  }

  const places = (of: Logged, ids: readonly number[]) => ids.map((id) => blockKey({ partition: of.partition, id }));

  return {
    /** Reads the newest blocks of these at once. */
    load: (all: readonly Logged[]) =>
      load(all.flatMap(({ partition, block: id }) => (id === null ? [] : { partition, id }))),

    async history({ partition, number, block }: Logged): Promise<History> {
      const parts: BlockLine[][] = [];
      const ids: number[] = [];
      for (let id = block; id !== null; ) {
        await load([{ partition, id }]);
        const here: BlockLine[] = known.get(blockKey({ partition, id }))?.lines.get(number) ?? [];
        parts.push(here);
        ids.push(id);
        id = here[0]?.before ?? null;
      }
      return { lines: parts.reverse().flat(), ids };
    },

    /** Replaces all lines about a delivery, oldest first. */
    change(of: Logged, { ids }: History, change: (line: BlockLine) => BlockLine): void {
      for (const key of places(of, ids).reverse()) {
        const block = known.get(key);
        block?.lines.set(of.number, (block.lines.get(of.number) ?? []).map(change));
        changed.add(key);
      }
    },

    /** Removes all lines about a delivery. */
    remove(of: Logged, { ids }: History): void {
      for (const key of places(of, ids)) {
        known.get(key)?.lines.delete(of.number);
        changed.add(key);
      }
    },

    /** The deliveries with a line in a block that was read. */
    numbers: (place: BlockPlace): number[] => [...(known.get(blockKey(place))?.lines.keys() ?? [])],

    /** Writes the changed blocks; empty ones are removed. */
    async flush(): Promise<void> {
      for (const key of [...changed].sort()) {
        const block = known.get(key);
        if (block === undefined) continue;
        const { partition, id, lines } = block;
        const texts = [...lines].flatMap(([number, own]) => own.map((line) => lineText(number, line.before, line)));
        if (texts.length === 0)
          await query('DELETE FROM attempt_block WHERE partition = $1 AND id = $2', [partition, id]);
        else
          await query('UPDATE attempt_block SET lines = $3 WHERE partition = $1 AND id = $2', [
            ...[partition, id, Buffer.from(packLines(texts.join('\n')))],
          ]);
      }
      changed.clear();
    },
  };
}

export type AttemptLines = ReturnType<typeof attemptLines>;
