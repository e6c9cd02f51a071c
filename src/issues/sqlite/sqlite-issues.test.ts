import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { issuesConformance } from '../issues.conformance.ts';
import { sqliteIssues } from './sqlite-issues.ts';

issuesConformance('issues in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.issues };
});

const threads = storageThreads('audit', 'issues');

issuesConformance('issues in the storage thread', async () => {
  const sqlite = await threads();
  return {
    ...sqliteIssues(sqlite),
    audit: sqliteAudit(sqlite),
    [Symbol.asyncDispose]: async () => {},
  };
});
