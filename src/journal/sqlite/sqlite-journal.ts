import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Journal } from '../journal.ts';
import { VisitorMarker } from './lists/sqlite-visitor-marker.ts';
import type { JournalClient, operations } from './operations.ts';
import { sqliteHousekeeping } from './retention/sqlite-housekeeping.ts';
import { sqliteHot } from './sqlite-hot.ts';
import { sqliteLog } from './sqlite-log.ts';

/** The journal of an open database, which stays open when the journal ends. */
export function sqliteJournal(sqlite: Pick<Sqlite, 'client'>): Journal {
  const client: JournalClient = sqlite.client<typeof operations>();
  const visitors = new VisitorMarker(client);
  const room = { isFull: false };
  return {
    hot: sqliteHot(client, visitors, room),
    log: sqliteLog(client),
    housekeeping: sqliteHousekeeping(client, visitors, room),
  };
}
