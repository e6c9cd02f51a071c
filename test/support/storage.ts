import { sqliteAccounts } from '../../src/accounts/sqlite/sqlite-accounts.ts';
import { sqliteAudit } from '../../src/audit/sqlite/sqlite-audit.ts';
import { sqliteCatalog } from '../../src/catalog/sqlite/sqlite-catalog.ts';
import { sqliteIssues } from '../../src/issues/sqlite/sqlite-issues.ts';
import { sqliteJournal } from '../../src/journal/sqlite/sqlite-journal.ts';
import { sqliteNotes } from '../../src/notes/sqlite/sqlite-notes.ts';
import { sqliteOutbox } from '../../src/outbox/sqlite/sqlite-outbox.ts';
import { sqliteRequests } from '../../src/requests/sqlite/sqlite-requests.ts';
import { configuredKeys } from '../../src/secrets/keys.ts';
import type { SecretReferences } from '../../src/secrets/references.ts';
import { sealer } from '../../src/secrets/sealer.ts';
import { inProcess } from '../../src/sqlite/in-process.testing.ts';

/** The key that seals secrets of tests. */
export const keyring = configuredKeys(Buffer.alloc(32, 7).toString('base64'));

/** Every storage port, on one new SQLite database in the memory of this process. */
export async function openStorage(references?: Pick<SecretReferences, 'secret'>) {
  const sqlite = inProcess();
  return {
    sqlite,
    accounts: sqliteAccounts(sqlite),
    audit: sqliteAudit(sqlite),
    catalog: await sqliteCatalog(sqlite, sealer(keyring, references)),
    issues: sqliteIssues(sqlite),
    journal: sqliteJournal(sqlite),
    notes: sqliteNotes(sqlite),
    outbox: sqliteOutbox(sqlite),
    requests: sqliteRequests(sqlite),
    [Symbol.asyncDispose]: sqlite[Symbol.asyncDispose],
  };
}
