import type { Query } from '../../postgres/postgres.ts';
import { type BlockLine, lineOfText } from '../codec/attempt-codec.ts';
import { linesOf } from './event-reader.ts';

/** The place of a block: of a partition, by its id. */
export type BlockPlace = { partition: number; id: number };

/** Ids of one ms. */
const idsPerMs = 4_096;
let last = 0;

/** The id of a new block of this process: its time tells the day of its table. Two nodes never write into one partition at once. */
export function newBlockId(now: number): number {
  last = Math.max(last + 1, now * idsPerMs);
  return last;
}

/** The lines of blocks about each delivery, by its number. */
export type Blocks = Map<string, Map<number, BlockLine[]>>;

export const blockKey = ({ partition, id }: BlockPlace) => `${partition}/${id}`;

/** Reads blocks; those that are missing are left out. `change` locks them for who writes them back in the same transaction. */
export async function readBlocks(
  query: Query,
  places: readonly BlockPlace[],
  use: 'read' | 'change' = 'read',
): Promise<Blocks> {
  const blocks: Blocks = new Map();
  const wanted = [...new Map(places.map((one) => [blockKey(one), one])).values()];
  if (wanted.length === 0) return blocks;
  const rows = await query<BlockPlace & { lines: Buffer }>(
    `SELECT partition, id, lines FROM unnest($1::smallint[], $2::bigint[]) AS wanted (partition, id)
       JOIN attempt_block USING (partition, id)
     ${use === 'change' ? 'ORDER BY partition, id FOR UPDATE OF attempt_block' : ''}`,
    [wanted.map(({ partition }) => partition), wanted.map(({ id }) => id)],
  );
  for (const { lines, ...place } of rows) blocks.set(blockKey(place), linesOfBlock(lines));
  return blocks;
}

/** The lines of a block about each delivery, by its number. */
export function linesOfBlock(lines: Buffer): Map<number, BlockLine[]> {
  const block = new Map<number, BlockLine[]>();
  for (const text of linesOf(lines)) {
    if (text === '') continue;
    const [number, line] = lineOfText(text);
    block.set(number, [...(block.get(number) ?? []), line]);
  }
  return block;
}

/** The text of the rendered request of a delivery in its block; null: it is not there. */
export function renderedText(blocks: Blocks, place: BlockPlace, number: number): string | null {
  const lines = blocks.get(blockKey(place))?.get(number);
  return lines?.findLast(({ rendered }) => rendered !== '')?.rendered ?? null;
}
