import type { Query } from './postgres.ts';

/** What a failover of the server lost. Times are ms since the epoch; `at`: when it was noticed. */
type Lost = { at: number; events: number; deliveries: number; from: number | null; to: number };

const prefix = 'database/lost/';
/** What is noticed within this time of the newest loss is of the same failover. */
const togetherMs = 600_000;

/** Keeps what was lost of a partition; the last loss replaces an earlier one. */
export async function saveLostWrites(query: Query, partition: number, lost: Lost): Promise<void> {
  await query('INSERT INTO note (name, text) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET text = excluded.text', [
    prefix + partition,
    JSON.stringify(lost),
  ]);
}

/** What the last failover lost, of each partition; empty: nothing is known of one. */
export async function lostWrites(query: Query): Promise<Lost[]> {
  const rows = await query<{ text: string }>('SELECT text FROM note WHERE starts_with(name, $1)', [prefix]);
  const all = rows.map(({ text }): Lost => JSON.parse(text));
  const newest = Math.max(...all.map(({ at }) => at));
  return all.filter(({ at }) => newest - at <= togetherMs);
}
