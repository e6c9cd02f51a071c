import type { Query } from './postgres.ts';

/** Where the data of a database goes or went, since when, and by which move. */
export type MoveMark = { id: string; to: string; at: string };

const movedTo = 'database/moved-to';
const movedFrom = 'database/moved-from';
const held = 'database/hold-deliveries';

/** The mark of a database whose data was moved; null: it is in use. */
export async function moveMark(query: Query): Promise<MoveMark | null> {
  return (await noteOf(query, movedTo)) as MoveMark | null; // as it was set
}

/** Marks a database as moved, or removes the mark. */
export const setMoveMark = (query: Query, mark: MoveMark | null): Promise<void> => setNote(query, movedTo, mark);

/** The move from which the data of a database came; null: it came from none. */
export async function cameBy(query: Query): Promise<string | null> {
  return ((await noteOf(query, movedFrom)) as string | null) ?? null; // as it was set
}

export const setCameBy = (query: Query, id: string): Promise<void> => setNote(query, movedFrom, id);

/** Whether the next start holds all deliveries: those of a restored copy that was moved before it was started. */
export const hasHoldMark = async (query: Query): Promise<boolean> => (await noteOf(query, held)) !== null;

export const setHoldMark = (query: Query, isHeld: boolean): Promise<void> => setNote(query, held, isHeld || null);

async function noteOf(query: Query, name: string): Promise<unknown> {
  const [row] = await query<{ text: string }>('SELECT text FROM note WHERE name = $1', [name]);
  return row === undefined ? null : JSON.parse(row.text);
}

async function setNote(query: Query, name: string, value: unknown): Promise<void> {
  await query('DELETE FROM note WHERE name = $1', [name]);
  if (value !== null) await query('INSERT INTO note (name, text) VALUES ($1, $2)', [name, JSON.stringify(value)]);
}
