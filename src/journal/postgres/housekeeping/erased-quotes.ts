import { createHash } from 'node:crypto';
import { withoutText } from '../../../contract/erased-text.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { storable, storedText } from '../../../postgres/text.ts';

/** Rows that quote events or name visitors: tables with their columns of JSON, their keys, and which rows. */
const quotingRows = [
  ['replay', 'input', 'id', 'true'],
  ['note', 'text', 'name', String.raw`name LIKE 'alert\_%'`],
  ['owner_status', 'status', "partition || '/' || connection", 'true'],
] as const;

/**
 * Removes a text from the filters of replays (a running one then finds no more events), messages of alerts, the state of queues, and
 * issues.
 */
export async function eraseQuotes(query: Query, text: string): Promise<void> {
  for (const [table, column, key, rows] of quotingRows) {
    const select = `SELECT ${key} AS key, ${column} AS json FROM ${table} WHERE ${rows} ORDER BY 1 FOR UPDATE`;
    for (const row of await query<{ key: string; json: string }>(select)) {
      const before: object = JSON.parse(storedText(row.json));
      const after = withoutText(before, text);
      if (after === before) continue;
      await query(`UPDATE ${table} SET ${column} = $2 WHERE ${key} = $1`, [row.key, storable(JSON.stringify(after))]);
    }
  }
  await eraseIssues(query, text);
}

/** With a later revision, since nodes have them in memory. Two that become equal are of one fingerprint: one of them goes. */
async function eraseIssues(query: Query, text: string): Promise<void> {
  await query('SELECT 1 FROM issue_revision FOR UPDATE');
  for (const { id, body } of await query<{ id: string; body: string }>('SELECT id, body FROM issue ORDER BY id')) {
    const before: { fingerprint: string } = JSON.parse(body);
    const after = withoutText(before, text);
    if (after === before) continue;
    const fingerprint = createHash('sha256').update(after.fingerprint).digest('base64url');
    await query('UPDATE issue_revision SET revision = revision + 1, removed = revision + 1');
    await query('DELETE FROM issue WHERE fingerprint = $1 AND id <> $2', [fingerprint, id]);
    await query(
      'UPDATE issue SET body = $2, fingerprint = $3, revision = (SELECT revision FROM issue_revision) WHERE id = $1',
      [id, JSON.stringify(after), fingerprint],
    );
  }
}
