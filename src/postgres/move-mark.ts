import { noteOf, setNote } from './own-notes.ts';
import type { Query } from './postgres.ts';

/** Where the data of a database goes or went, since when, and by which move. */
export type MoveMark = { id: string; to: string; at: string };

const movedTo = 'database/moved-to';
const movedFrom = 'database/moved-from';

/** The mark of a database whose data was moved; null: it is in use. */
export async function moveMark(query: Query): Promise<MoveMark | null> {
  return (await noteOf(query, movedTo)) as MoveMark | null; // as it was set
}

/** Marks a database as moved, or removes the mark. */
export const setMoveMark = (query: Query, mark: MoveMark | null): Promise<void> => setNote(query, movedTo, mark);

/** The id of the move that brought the data of a database; null: none did. */
export async function moveIdOf(query: Query): Promise<string | null> {
  return ((await noteOf(query, movedFrom)) as string | null) ?? null; // as it was set
}

export const setMoveId = (query: Query, id: string): Promise<void> => setNote(query, movedFrom, id);
