import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { issuesConformance } from '../issues.conformance.ts';
import { sqliteIssues } from './sqlite-issues.ts';

issuesConformance('issues in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.issues };
});

issuesConformance('issues in the storage thread', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: operationsOf('audit', 'issues') }));
  return {
    ...sqliteIssues(sqlite),
    audit: sqliteAudit(sqlite),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
});
