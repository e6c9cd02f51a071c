import { noteOf, setNote } from './own-notes.ts';
import type { Query } from './postgres.ts';

const held = 'database/hold-deliveries';

/** Whether the next start holds all deliveries: those of a restored copy that was moved before it was started. */
export const hasHoldMark = async (query: Query): Promise<boolean> => (await noteOf(query, held)) !== null;

export const setHoldMark = (query: Query, isHeld: boolean): Promise<void> => setNote(query, held, isHeld || null);
