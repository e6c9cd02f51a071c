import { withoutText } from '../../../contract/erased-text.ts';
import type { Db } from '../../../sqlite/db.ts';
import type { ErasedBy } from '../../erasures.ts';
import type { Progress } from './erasure-cursor.ts';
import { textOf } from './sought.ts';

/** Rows that quote events or name visitors: tables with their columns of JSON, their keys, and which rows. */
const quotingRows = [
  ['replay', 'input', 'id', 'TRUE'],
  ['note', 'text', 'name', "name GLOB 'alert_*'"],
  ['owner_status', 'status', "partition || '/' || connection", 'TRUE'],
] as const;

/**
 * Ends the search: removes the text from the filters of replays (a running one then finds no more events), issues, messages of alerts,
 * and the state of queues.
 */
export function eraseQuotes(db: Db, sought: ErasedBy | null): Progress {
  db.run('DELETE FROM erased_event');
  if (sought === null) return { phase: 'clear', at: 0 };
  for (const [table, column, key, rows] of quotingRows) {
    const select = `SELECT ${key} AS key, ${column} AS json FROM ${table} WHERE ${rows}`;
    for (const row of db.all<{ key: string; json: string }>(select)) {
      const sql = `UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`;
      db.run(sql, JSON.stringify(withoutText(JSON.parse(row.json), textOf(sought))), row.key);
    }
  }
  eraseIssues(db, textOf(sought));
  return { phase: 'clear', at: 0 };
}

/** With a later revision, since nodes have them in memory. */
function eraseIssues(db: Db, text: string): void {
  for (const { id, body } of db.all<{ id: string; body: string }>('SELECT id, body FROM issue')) {
    const record: object = JSON.parse(body);
    const next = withoutText(record, text);
    if (next === record) continue;
    db.run('UPDATE issue_revision SET revision = revision + 1, removed = revision + 1');
    // Two issues can become equal: one stays.
    const sql = 'UPDATE OR REPLACE issue SET body = ?, revision = (SELECT revision FROM issue_revision) WHERE id = ?';
    db.run(sql, JSON.stringify(next), id);
  }
}
