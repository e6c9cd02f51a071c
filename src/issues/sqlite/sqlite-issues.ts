import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { IssueStore } from '../issues.ts';
import type { operations } from './operations.ts';

/** The issues of an open database, which stays open when they end. */
export function sqliteIssues(sqlite: Pick<Sqlite, 'client'>): IssueStore {
  const client = sqlite.client<typeof operations>();
  return {
    load: () => client.write('allIssues', null),
    since: (revision) => client.write('issuesSince', revision),
    save: (records, entry) => client.write('saveIssues', { records, entries: entry === undefined ? [] : [entry] }),
    remove: (issues) =>
      client.write(
        'removeIssues',
        issues.map(({ id, revision }) => ({ id, revision })),
      ),
  };
}
