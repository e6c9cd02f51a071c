import type { Db } from '../../sqlite/db.ts';
import type { Lease, TakenCommand } from '../journal.ts';
import { isCurrent } from './leases.ts';

export const commandOperations = {
  askOwner: (db: Db, { partition, body, now }: { partition: number; body: string; now: number }): number =>
    db.get<{ number: number }>(
      'INSERT INTO command (partition, asked_at, body) VALUES (?, ?, ?) RETURNING number',
      ...[partition, now, body],
    )?.number ?? 0,

  takeCommands(
    db: Db,
    { leases, since, takenSince }: { leases: readonly Lease[]; since: number; takenSince: number },
  ): TakenCommand[] {
    const taken: TakenCommand[] = [];
    for (const lease of leases) {
      if (!isCurrent(db, lease)) continue;
      const old = 'DELETE FROM command WHERE is_taken = 1 AND partition = ? AND asked_at < ?';
      db.run(old, lease.partition, takenSince);
      const sql =
        'SELECT number, body, asked_at FROM command INDEXED BY command_waiting WHERE is_taken = 0 AND partition = ? ORDER BY number';
      for (const { number, body, asked_at } of db.all<TakenCommand & { asked_at: number }>(sql, lease.partition))
        if (asked_at < since) withdraw(db, number);
        else {
          db.run('UPDATE command SET is_taken = 1, taken_by = ? WHERE number = ?', lease.owner, number);
          taken.push({ number, body });
        }
    }
    return taken;
  },

  respondToCommand(db: Db, { number, response }: { number: number; response: string }): void {
    db.run('UPDATE command SET response = ? WHERE number = ?', response, number);
  },

  commandResponse(db: Db, number: number): { response: string | null; isRunning: boolean } {
    const row = db.get<{ response: string | null; is_running: number }>(
      `SELECT response, taken_by IN (SELECT name FROM node) AS is_running
       FROM command WHERE number = ?`,
      number,
    );
    const response = row?.response ?? null;
    if (response !== null) withdraw(db, number);
    return { response, isRunning: response === null && row?.is_running === 1 };
  },

  withdrawCommand: withdraw,
};

function withdraw(db: Db, number: number): { response: string | null; isTaken: boolean } {
  const sql = 'DELETE FROM command WHERE number = ? RETURNING response, is_taken';
  const row = db.get<{ response: string | null; is_taken: number }>(sql, number);
  return { response: row?.response ?? null, isTaken: row?.is_taken === 1 };
}
