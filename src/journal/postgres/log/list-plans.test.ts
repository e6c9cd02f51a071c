import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placedId } from '../../../contract/ids.ts';
import type { Postgres } from '../../../postgres/postgres.ts';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import type { DeliveryQuery } from '../../log.ts';
import { placed } from './delivery-filters.ts';
import { type Narrowing, pageStatements } from './delivery-list.ts';

const database = postgresDatabase();

const day = 86_400_000;
const today = 20_500 * day;
const days = 3;
const deliveriesOfDay = 8_000;
/** The time from one delivery to the next. */
const stepMs = day / deliveriesOfDay;
const tables = Array.from({ length: days }, (_, ago) => ({ name: `delivery_plans_${ago}`, at: today - ago * day }));
const limit = 50;

/** Days of deliveries to 40 destinations of 10 connections, of which one in a hundred failed. */
async function fill({ query }: Postgres) {
  for (const { name, at } of tables)
    await query(`CREATE TABLE ${name} PARTITION OF delivery FOR VALUES FROM (${at}) TO (${at + day})`);
  await query(`INSERT INTO word (text) SELECT 'act_' || n FROM generate_series(1, 50) AS n`);
  await query(`INSERT INTO word (text) VALUES ('http_4xx'), ('timeout')`);
  await query(`INSERT INTO target (destination, connection, partition)
    SELECT 'dst_' || n, 'con_' || n % 10, n % 10 FROM generate_series(1, 40) AS n`);
  await query(`INSERT INTO intake (partition, next_delivery, delivery_order_at)
    SELECT n, 1000000, ${today + day - stepMs} FROM generate_series(0, 9) AS n`);
  await query('INSERT INTO settling (partition, settled) SELECT n, 1000000 FROM generate_series(0, 9) AS n');
  const text = (of: string) => `(SELECT id FROM word WHERE text = ${of})`;
  await query(`INSERT INTO delivery (partition, number, created_at, order_at, event_partition, event_number, event_at, action,
      action_version, target, destination_version, status, test, error_kind, attempts, exchanges, finished_at, response_status)
    SELECT target.partition, n, at, at, target.partition, n, at, action.id, 1, target.id, 1,
      CASE WHEN n % 100 = 0 THEN 4 ELSE 3 END, n % 200 = 7,
      CASE WHEN n % 400 = 0 THEN ${text(`'timeout'`)} WHEN n % 100 = 0 THEN ${text(`'http_4xx'`)} END, 1, 1, at + 50,
      CASE WHEN n % 100 = 0 THEN 400 + n / 100 % 5 END
    FROM (SELECT n, ${today + day} - n::bigint * ${stepMs} AS at
        FROM generate_series(1, ${days * deliveriesOfDay}) AS n) AS one
      JOIN target ON target.destination = 'dst_' || 1 + n % 40
      JOIN word AS action ON action.text = 'act_' || 1 + n % 50`);
  await query('ANALYZE');
}

type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
};

/** How many rows of deliveries the nodes of a plan read. */
const rowsRead = (node: Node): number =>
  (node['Relation Name']?.startsWith('delivery') === true
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0) + (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), 0);

test('a page of deliveries reads about as many rows as it shows from each range of an index, with every filter', async () => {
  const postgres = await database();
  await using resources = new AsyncDisposableStack();
  resources.defer(async () => {
    for (const { name } of tables) await postgres.query(`DROP TABLE IF EXISTS ${name}`);
  });
  await fill(postgres);
  const number = 12_002;
  const middle = today + day - number * stepMs;
  const place = { timeMs: middle, partition: 3, number };
  const cases: [Partial<DeliveryQuery>, Narrowing?][] = [
    [{}],
    [{ status: 'failed' }],
    [{ status: ['failed', 'skipped'] }],
    [{ status: 'delivered' }],
    [{ destinationId: 'dst_3' }],
    [{ destinationId: 'dst_3', status: 'delivered' }],
    [{ destinationId: 'dst_3', status: 'failed' }],
    [{ connectionId: 'con_3' }],
    [{ actionId: 'act_7' }],
    [{ errorKind: 'timeout' }],
    [{ test: true }],
    [{ eventId: placedId('event', place) }],
    [{ createdBefore: middle }],
    [{ createdBefore: middle, destinationId: 'dst_3' }],
    [{ before: placedId('delivery', place) }],
    [{ after: placedId('delivery', place) }],
    [{ after: placedId('delivery', place), status: 'failed' }],
    [{ status: 'failed' }, { responseStatus: { from: 400, to: 499 } }],
  ];
  for (const [query, narrowing] of cases) {
    const asked = placed({ limit, closed: [], now: today, ...query }) ?? assert.fail();
    for (const { sql, values } of await pageStatements(postgres.read, asked, narrowing)) {
      const rows = await postgres.read<{ plan: [{ Plan: Node }] }>(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
        values,
      );
      const [{ Plan: plan }] = Object.values(rows[0] ?? assert.fail())[0] ?? assert.fail();
      const read = rowsRead(plan);
      assert.ok(read <= 20 * limit, `${read} rows read with ${JSON.stringify([query, narrowing])}`);
    }
  }
});
