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

  saveOutbox(db: Db, { messages, notified, dropped, unnotified, gone }: OutboxChange): void {
    for (const one of messages)
      db.run(
        `INSERT OR REPLACE INTO alert_message (id, alert_id, status, finished_at, body) VALUES (?, ?, ?, ?, ?)`,
        one.id,
        one.alertId,
        one.status,
        one.finishedAt,
        JSON.stringify(one),
      );
    for (const one of notified)
      db.run(
        'INSERT OR REPLACE INTO alert_told (alert_id, issue_id, body) VALUES (?, ?, ?)',
        one.alertId,
        one.issueId,
        JSON.stringify(one),
      );
    for (const id of dropped) db.run('DELETE FROM alert_message WHERE id = ?', id);
    for (const one of unnotified)
      db.run('DELETE FROM alert_told WHERE alert_id = ? AND issue_id = ?', one.alertId, one.issueId);
    for (const alertId of gone) {
      db.run('DELETE FROM alert_message WHERE alert_id = ?', alertId);
      db.run('DELETE FROM alert_told WHERE alert_id = ?', alertId);
    }
    for (const alertId of new Set(messages.map((one) => one.alertId)))
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
    const rows = db.all<Row>(
      `SELECT body FROM alert_message WHERE alert_id = ? AND id < ? AND id > ? ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`,
      alertId,
      before ?? '~',
      after ?? '',
      limit,
    );
    return (after === undefined ? rows : rows.reverse()).map(read<OutboxMessage>);
  },
};

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
