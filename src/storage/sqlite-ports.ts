import { sqliteAccounts } from '../accounts/sqlite/sqlite-accounts.ts';
import { sqliteAudit } from '../audit/sqlite/sqlite-audit.ts';
import { sealedCatalog, sqliteCatalog } from '../catalog/sqlite/sqlite-catalog.ts';
import { sqliteIssues } from '../issues/sqlite/sqlite-issues.ts';
import { sqliteJournal } from '../journal/sqlite/sqlite-journal.ts';
import { sqliteNotes } from '../notes/sqlite/sqlite-notes.ts';
import { sqliteRequests } from '../requests/sqlite/sqlite-requests.ts';
import type { Sqlite } from '../sqlite/sqlite.ts';
import type { StoragePorts } from './storage.ts';

/** The ports of an open SQLite database, which stays open when they end. */
export function sqlitePorts(sqlite: Pick<Sqlite, 'client'>): StoragePorts {
  return {
    accounts: sqliteAccounts(sqlite),
    audit: sqliteAudit(sqlite),
    issues: sqliteIssues(sqlite),
    journal: sqliteJournal(sqlite),
    notes: sqliteNotes(sqlite),
    requests: sqliteRequests(sqlite),
    async openCatalog(sealer) {
      return { catalog: await sqliteCatalog(sqlite, sealer), sealed: sealedCatalog(sqlite, sealer) };
    },
  };
}
