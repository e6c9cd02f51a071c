import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The outcome of one delivery, with what was sent. */
export type Settled = [number: number, status: number, headers: string, body: string, sent: string];

/** What one transaction writes: requests as received, with the numbers of their events, and outcomes. */
export type Commit = { requests: [first: number, count: number, text: string][]; settled: Settled[] };

const folder: string = workerData;
const database = new DatabaseSync(join(folder, 'bare.db'));
database.exec(`PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE request (first INTEGER PRIMARY KEY, events TEXT) STRICT;
  CREATE TABLE delivery (number INTEGER PRIMARY KEY, status INTEGER, attempts INTEGER, due_at INTEGER) STRICT;
  CREATE INDEX due ON delivery (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE attempts (first INTEGER PRIMARY KEY, lines TEXT) STRICT;`);
const insertRequest = database.prepare('INSERT INTO request (first, events) VALUES (?, ?)');
const insertDeliveries = database.prepare(`INSERT INTO delivery (number, status, attempts, due_at)
  WITH RECURSIVE next (at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM next WHERE at < ?1 - 1)
  SELECT ?2 + at, 0, 0, ?3 FROM next`);
const settle = database.prepare(
  'UPDATE delivery SET status = 1, attempts = 1, due_at = NULL WHERE number IN (SELECT value FROM json_each(?))',
);
const insertAttempts = database.prepare('INSERT INTO attempts (first, lines) VALUES (?, ?)');

parentPort?.on('message', ({ requests, settled }: Commit) => {
  database.exec('BEGIN IMMEDIATE');
  for (const [first, count, text] of requests) {
    insertRequest.run(first, text);
    insertDeliveries.run(count, first, Date.now());
  }
  const [one] = settled;
  if (one !== undefined) {
    settle.run(JSON.stringify(settled.map(([number]) => number)));
    insertAttempts.run(one[0], JSON.stringify(settled));
  }
  database.exec('COMMIT');
  parentPort?.postMessage(null);
});
