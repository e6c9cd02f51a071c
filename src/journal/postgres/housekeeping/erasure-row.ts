import type { ErasureCounts } from '../../../contract/records/erasure.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { storable, storedText } from '../../../postgres/text.ts';
import type { ErasedBy, StoredErasure } from '../../erasures.ts';

export type Phase = 'events' | 'tests' | 'blocks' | 'exchanges' | 'details' | 'forget' | 'clear';

/**
 * The progress of an erasure: `partitions` with the offset where it ends in each, `at` the progress in the phase, `until` the order
 * time of the last test that it looks at, `tables` those that have old versions of erased rows.
 */
export type Cursor = {
  phase: Phase;
  partitions: [partition: number, end: number][];
  at: (string | number)[];
  until: number;
  tables: string[];
};

export type StoredCounts = ErasureCounts & { by: string };

export type ErasureRow = {
  id: string;
  code: string;
  sought: string | null;
  cursor: string;
  state: string;
  counts: string;
  createdAt: number;
  finishedAt: number | null;
};

const columns = `id, code, sought, cursor, state, counts, created_at AS "createdAt", finished_at AS "finishedAt"`;

/** The row of an erasure, which no other node changes until the transaction ends. */
export async function erasureRow(query: Query, id: string): Promise<ErasureRow | undefined> {
  return (await query<ErasureRow>(`SELECT ${columns} FROM erasure WHERE id = $1 FOR UPDATE`, [id]))[0];
}

export const soughtOf = ({ sought }: Pick<ErasureRow, 'sought'>): ErasedBy | null =>
  sought === null ? null : JSON.parse(storedText(sought));

export const textOf = (sought: ErasedBy) => ('visitorId' in sought ? sought.visitorId : sought.value);

export async function insertErasure(
  query: Query,
  { id, code, sought, now }: { id: string; code: string; sought: ErasedBy; now: number },
): Promise<void> {
  const partitions = await partitionEnds(query);
  const cursor: Cursor = { phase: 'events', partitions, at: [], until: now, tables: [] };
  const by = 'visitorId' in sought ? 'visitorId' : sought.parameter;
  const counts: StoredCounts = { by, events: 0, deliveries: 0, unfinished: 0 };
  await query(
    `INSERT INTO erasure (id, code, sought, cursor, state, counts, created_at) VALUES ($1, $2, $3, $4, 'running', $5, $6)`,
    [...[id, code, storable(JSON.stringify(sought)), JSON.stringify(cursor), JSON.stringify(counts), now]],
  );
}

/** The partitions with events, and the offset after the last one of each. */
export async function partitionEnds(query: Query): Promise<[number, number][]> {
  const sql = 'SELECT partition, next FROM intake ORDER BY partition';
  const rows = await query<{ partition: number; next: number }>(sql);
  return rows.map(({ partition, next }) => [partition, next]);
}

export async function listErasures(query: Query): Promise<StoredErasure[]> {
  const rows = await query<ErasureRow>(`SELECT ${columns} FROM erasure ORDER BY id DESC LIMIT 1000`);
  return rows.map((row) => {
    const { by, ...counts }: StoredCounts = JSON.parse(row.counts);
    const { id, code, createdAt, finishedAt } = row;
    const { phase }: Cursor = JSON.parse(row.cursor);
    const state = row.state === 'done' ? ('done' as const) : ('running' as const);
    const isSearched = phase === 'forget' || phase === 'clear';
    return { id, code, by, state, sought: soughtOf(row), isSearched, counts, createdAt, finishedAt };
  });
}
