import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { requestsConformance } from '../requests.conformance.ts';
import { postgresRequests } from './postgres-requests.ts';

const database = postgresDatabase();

requestsConformance('requests on PostgreSQL', async () => {
  const postgres = await database();
  const beat = async ({ node, ttlMs, now }: { node: string; ttlMs: number; now: number }) => {
    await postgres.query('DELETE FROM node WHERE until <= $1', [now]);
    await postgres.query(
      `INSERT INTO node (name, at, until, is_leaving) VALUES ($1, $3, $2, false)
       ON CONFLICT (name) DO UPDATE SET until = excluded.until`,
      [node, now + ttlMs, now],
    );
    return { nodes: [], partitions: [] };
  };
  return { ...postgresRequests(postgres), leases: { beat }, [Symbol.asyncDispose]: async () => {} };
});

test('over the limit the oldest responses of the principal with the most are removed', async () => {
  const postgres = await database();
  const { responses } = postgresRequests(postgres, 40_000);
  const response = { status: 200, headers: {}, body: 'x'.repeat(5_000), rights: [] };
  for (const [at, principal] of ['a', 'b', 'a', 'a', 'a', 'a', 'a', 'a', 'a'].entries()) {
    const request = { principal, place: `${at}`, digest: '', at, epoch: 'e' };
    await responses.begin(request);
    await responses.finish(request, response);
  }
  const left = await postgres.read<{ principal: string; place: string }>(
    'SELECT principal, place FROM kept_response ORDER BY number',
  );
  assert.deepEqual(
    left.map(({ principal, place }) => principal + place),
    ['b1', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'],
  );
});
