import { postgresAccounts } from '../accounts/postgres/postgres-accounts.ts';
import { postgresAudit } from '../audit/postgres/postgres-audit.ts';
import { postgresCatalog } from '../catalog/postgres/postgres-catalog.ts';
import { sealedCatalog } from '../catalog/postgres/sealed-catalog.ts';
import { postgresIssues } from '../issues/postgres/postgres-issues.ts';
import type { PostgresHotOptions } from '../journal/postgres/postgres-hot.ts';
import { type PostgresJournal, postgresJournal } from '../journal/postgres/postgres-journal.ts';
import { postgresNotes } from '../notes/postgres/postgres-notes.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { postgresRequests } from '../requests/postgres/postgres-requests.ts';
import { checkKey } from './postgres-key.ts';
import type { StoragePorts } from './storage.ts';

type Ports = StoragePorts & Disposable & { readonly journal: PostgresJournal };

/** The ports of an open PostgreSQL database, which stays open when they end. */
export function postgresPorts(postgres: Postgres, options: PostgresHotOptions): Ports {
  const notes = postgresNotes(postgres);
  const journal = postgresJournal(postgres, options);
  return {
    accounts: postgresAccounts(postgres),
    audit: postgresAudit(postgres),
    issues: postgresIssues(postgres),
    journal,
    notes,
    requests: postgresRequests(postgres),
    async openCatalog(sealer) {
      await checkKey(notes, sealer);
      return { catalog: await postgresCatalog(postgres, sealer), sealed: sealedCatalog(postgres.query, sealer) };
    },
    [Symbol.dispose]: () => journal[Symbol.dispose](),
  };
}
