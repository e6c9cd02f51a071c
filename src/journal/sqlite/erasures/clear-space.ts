import type { Db } from '../../../sqlite/db.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';

/** What no row uses of pages and of the log can have old versions of rows. A reader, such as a backup, delays it. */
export function clearSpace(db: Db, { at }: CursorOf<'clear'>): Progress {
  const cleared = db.cleared();
  if (cleared === 'end') return 'done';
  const next = cleared === null || cleared === 'blocked' ? at : cleared;
  db.clearUnused(next);
  return cleared === 'blocked' ? 'waiting' : { phase: 'clear', at: next };
}
