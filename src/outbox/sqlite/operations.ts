import type { Db } from '../../sqlite/db.ts';
import type { AlertEnd, NotifiedIssue, OutboxChange, OutboxMessage } from '../outbox.ts';
import { finishedMax } from '../outbox.ts';

type Row = { body: string };

/** The operations of the outbox in the storage threads. */
export const operations = {
  loadOutbox: (db: Db, _: null): { waiting: OutboxMessage[]; notified: NotifiedIssue[]; ends: AlertEnd[] } => ({
    waiting: db
      .all<Row>(`SELECT body FROM alert_message WHERE status = 'waiting' ORDER BY id`)
      .map(read<OutboxMessage>),
    notified: db.all<Row>('SELECT body FROM alert_told').map(read<NotifiedIssue>),
    ends: ends(db),
  }),

  saveOutbox(db: Db, changes: readonly OutboxChange[]): void {
    for (const change of changes) apply(db, change);
    const alertIds = changes.flatMap((one) => (one.op === 'put' ? one.message.alertId : []));
    for (const alertId of new Set(alertIds))
      db.run(
        `DELETE FROM alert_message WHERE alert_id = ?1 AND status <> 'waiting' AND id <= (
           SELECT id FROM alert_message WHERE alert_id = ?1 AND status <> 'waiting' ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
        alertId,
        finishedMax,
      );
  },

  alertMessages(
    db: Db,
    { alertId, limit, before, after }: { alertId: string; limit: number; before?: string; after?: string },
  ): OutboxMessage[] {
    const sql = `SELECT body FROM alert_message WHERE alert_id = ? AND id < ? AND id > ?
      ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`;
    const rows = db.all<Row>(sql, alertId, before ?? '~', after ?? '', limit);
    return (after === undefined ? rows : rows.reverse()).map(read<OutboxMessage>);
  },
};

function apply(db: Db, change: OutboxChange): void {
  switch (change.op) {
    case 'put': {
      const { id, alertId, status, finishedAt } = change.message;
      const sql =
        'INSERT OR REPLACE INTO alert_message (id, alert_id, status, finished_at, body) VALUES (?, ?, ?, ?, ?)';
      return void db.run(sql, id, alertId, status, finishedAt, JSON.stringify(change.message));
    }
    case 'drop':
      return void db.run('DELETE FROM alert_message WHERE id = ?', change.messageId);
    case 'note': {
      const { alertId, issueId } = change.issue;
      const sql = 'INSERT OR REPLACE INTO alert_told (alert_id, issue_id, body) VALUES (?, ?, ?)';
      return void db.run(sql, alertId, issueId, JSON.stringify(change.issue));
    }
    case 'forget':
      return void db.run('DELETE FROM alert_told WHERE alert_id = ? AND issue_id = ?', change.alertId, change.issueId);
    case 'close':
      db.run('DELETE FROM alert_message WHERE alert_id = ?', change.alertId);
      db.run('DELETE FROM alert_told WHERE alert_id = ?', change.alertId);
  }
}

function read<T>({ body }: Row): T {
  return JSON.parse(body) as T; // only this file writes these rows
}

function ends(db: Db): AlertEnd[] {
  const rows = db.all<{ alertId: string; status: string; at: number; detail: string | null }>(
    `SELECT alert_id AS alertId, status, max(finished_at) AS at, body ->> '$.detail' AS detail FROM alert_message
     WHERE status <> 'waiting' AND body ->> '$.about' <> 'test' GROUP BY alert_id, status ORDER BY alert_id`,
  );
  return [...new Set(rows.map((row) => row.alertId))].map((alertId) => {
    const of = (status: string) => rows.find((row) => row.alertId === alertId && row.status === status);
    const failed = of('failed');
    return {
      alertId,
      lastSentAt: of('sent')?.at ?? null,
      lastFailure: failed === undefined ? null : { at: failed.at, detail: failed.detail ?? '' },
    };
  });
}
