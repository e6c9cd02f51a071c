import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inProcess } from '../../sqlite/in-process.testing.ts';
import { attempt, settlement, start, withDeliveries } from '../conformance/journal-samples.testing.ts';
import { sqliteJournal } from './sqlite-journal.ts';

const migration = readFileSync(new URL('../../sqlite/migrations/0022-response-status.sql', import.meta.url), 'utf8');

test('a search by status finds what failed before an upgrade that added the status', async () => {
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  const { lease, ids } = await withDeliveries(journal, [{}, {}, {}, {}]);
  const answered = (status: number) => ({
    ...attempt(1, { outcome: status === 200 ? 'delivered' : 'failed' }),
    response: { status, headers: [], body: '', truncated: false },
  });
  const settle = (id: string | undefined, status: number) =>
    settlement(id, { status: status === 200 ? 'delivered' : 'failed', attempts: 1, log: [answered(status)] });
  await journal.hot.settle(lease, [settle(ids[0], 200), settle(ids[1], 422), settle(ids[2], 500)], start);
  sqlite.database.exec('DROP INDEX delivery_response_status; ALTER TABLE delivery DROP COLUMN response_status');
  sqlite.database.exec(migration);
  const query = { limit: 9, closed: [], now: start, forMs: 10_000 };
  const found = await journal.log.searchDeliveries({ ...query, httpStatus: { from: 400, to: 499 } });
  assert.deepEqual([found.deliveries.map(({ id }) => id), found.looked], [[ids[1]], 2]);
});
