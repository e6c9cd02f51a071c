import type { Query } from './postgres.ts';

/** What a database notes of itself, which is no note of a room; null: nothing. */
export async function noteOf(query: Query, name: string): Promise<unknown> {
  const [row] = await query<{ text: string }>('SELECT text FROM note WHERE name = $1', [name]);
  return row === undefined ? null : JSON.parse(row.text);
}

/** Stores or, with null, removes a note. */
export async function setNote(query: Query, name: string, value: unknown): Promise<void> {
  await query('DELETE FROM note WHERE name = $1', [name]);
  if (value !== null) await query('INSERT INTO note (name, text) VALUES ($1, $2)', [name, JSON.stringify(value)]);
}
