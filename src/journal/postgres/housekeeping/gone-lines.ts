import type { Postgres, Query } from '../../../postgres/postgres.ts';
import type { BlockPlace } from '../attempt-blocks.ts';
import { attemptLines } from './attempt-lines.ts';
import { goneOf } from './erased-deliveries.ts';

const blocksAtOnce = 100;
/** Steps of one round of retention. */
const stepsAtOnce = 20;

const beginning: BlockPlace = { partition: -1, id: -1 };

/**
 * Removes the lines of deliveries that are gone from some blocks after a place, in a transaction. `tables`: those that had any;
 * `after`: the last block; null: there are no more.
 */
export async function removeGoneLines(
  query: Query,
  from: 'attempt_block' | 'attempt_block_other',
  { partition, id }: BlockPlace,
): Promise<{ tables: string[]; after: BlockPlace | null }> {
  const places = await query<BlockPlace & { table: string }>(
    `SELECT partition, id, tableoid::regclass::text AS table FROM ${from}
     WHERE (partition, id) > ($1::smallint, $2::bigint) ORDER BY partition, id LIMIT ${blocksAtOnce}`,
    [partition, id],
  );
  const blocks = attemptLines(query);
  await blocks.load(places.map((place) => ({ partition: place.partition, number: 0, block: place.id })));
  const tables: string[] = [];
  for (const place of places) {
    const gone = await goneOf(query, place.partition, blocks.numbers(place));
    for (const number of gone)
      blocks.remove({ partition: place.partition, number, block: place.id }, { ids: [place.id], lines: [] });
    if (gone.length > 0) tables.push(place.table);
  }
  await blocks.flush();
  return { tables, after: places.length < blocksAtOnce ? null : (places.at(-1) ?? null) };
}

/**
 * Removes such lines from the table of no day, which is never dropped: a delivery is removed without those of its lines that it
 * leads to by a block which was dropped. A round goes on where the last one ended.
 */
export function goneLinesOfNoDay({ transaction }: Pick<Postgres, 'transaction'>): () => Promise<void> {
  let next = beginning;
  return async () => {
    for (let step = 0; step < stepsAtOnce; step++) {
      const { after } = await transaction((query) => removeGoneLines(query, 'attempt_block_other', next));
      next = after ?? beginning;
      if (after === null) return;
    }
  };
}
