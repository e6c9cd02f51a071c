import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresAudit } from '../../../audit/postgres/postgres-audit.ts';
import { AppError } from '../../../contract/errors.ts';
import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import {
  accept,
  claim,
  erasureEntry,
  incoming,
  settlement,
  withDeliveries,
} from '../../conformance/journal-samples.testing.ts';
import { deliveryColumns } from '../delivery-row.ts';
import { postgresJournal } from '../postgres-journal.ts';
import { makeDays } from './day-tables.ts';

const database = postgresDatabase();
const noon = Date.UTC(2026, 0, 10, 12);
const sought = { visitorId: 'ann-0815' };

async function opened(around = (postgres: Postgres) => postgres) {
  const postgres = around(await database());
  const made = postgresJournal(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  const journal = { ...made, audit: postgresAudit(postgres) };
  const { erasures } = journal.housekeeping;
  return {
    ...{ postgres, journal, erasures },
    begin: () => erasures.begin({ id: 'era_1', code: 'c', sought, now: noon }, erasureEntry),
    /** Runs steps until the erasure waits or is done. */
    async goOn(now = noon): Promise<'waiting' | 'done'> {
      for (;;) {
        const { state } = await erasures.step('era_1', { now, sending: [] });
        if (state === 'waiting' || state === 'done') return state;
      }
    },
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
}

test('an erasure waits for what was asked of the owners of partitions before it, until no asker waits for a response', async () => {
  using made = await opened();
  const { journal, postgres, begin, goOn } = made;
  const { commands } = journal.hot;
  await claim(journal, 0);
  const left = await commands.ask({ partition: 0, body: 'sealed', now: noon - 1_000_000 });
  const asked = await commands.ask({ partition: 0, body: 'sealed', now: noon });
  await begin();
  assert.equal(await goOn(), 'waiting');
  const numbers = await postgres.query<{ number: number }>('SELECT number FROM command');
  assert.deepEqual([numbers.map(({ number }) => number), left < asked], [[asked], true]);
  const later = await commands.ask({ partition: 0, body: 'sealed', now: noon + 1 });
  await commands.withdraw(asked);
  assert.equal(await goOn(), 'done');
  assert.equal((await postgres.query('SELECT 1 FROM command WHERE number = $1', [later])).length, 1);
});

test('no file of a small table has what an erasure has changed in it, nor the text that it sought', async () => {
  using made = await opened();
  const { journal, postgres, begin, goOn } = made;
  const { lease } = await withDeliveries(journal, [], noon);
  const hold = { scopeId: 'con_1', reason: 'auth_rejected', since: 1, probeAt: 2, probes: 0 } as const;
  await journal.hot.saveHold(lease, { ...hold, detail: 'not for ann-0815' });
  await journal.hot.statuses.save(lease, [{ connectionId: 'con_1', text: '{"detail":"not for ann-0815"}' }]);
  await postgres.query(`INSERT INTO note (name, text) VALUES ('alert_message/1', '{"detail":"of ann-0815"}')`);
  await postgres.query(`INSERT INTO issue (id, fingerprint, revision, body)
    VALUES ('i1', 'a', 1, '{"title":"not for ann-0815","fingerprint":"a"}')`);
  await begin();
  assert.equal(await goOn(), 'done');
  await postgres.query('CHECKPOINT');
  const rows = await postgres.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
       AND position('ann-0815'::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    [],
  );
});

test('the reasons of deliveries are searched in steps of a bounded number of rows', async () => {
  using made = await opened();
  const { postgres, begin, erasures } = made;
  await postgres.query(
    `INSERT INTO delivery (partition, number, created_at, order_at, target, destination_version, status, test, detail)
     SELECT number % 3, number, $1, $1, 1, 1, 4, false, 'not for ann-0815' FROM generate_series(1, 12001) AS number`,
    [noon],
  );
  const left = async () => {
    const sql = "SELECT count(*) AS count FROM delivery WHERE detail LIKE '%ann-0815%'";
    return (await postgres.query<{ count: number }>(sql))[0]?.count ?? 0;
  };
  await begin();
  for (let before = await left(), state = ''; state !== 'done'; ) {
    ({ state } = await erasures.step('era_1', { now: noon, sending: [] }));
    const now = await left();
    assert.ok(before - now <= 5_000, `${before - now} rows in a step`);
    before = now;
  }
  assert.equal(await left(), 0);
});

test('the reason of a delivery that ends between two steps of an erasure is erased', async () => {
  using made = await opened();
  const { postgres, journal, begin, goOn, erasures } = made;
  const { lease, ids } = await withDeliveries(journal, [{}], noon);
  const failed = { status: 'retrying', dueAt: noon, detail: 'not for ann-0815' } as const;
  await journal.hot.settle(lease, [settlement(ids[0], failed)], noon);
  await begin();
  const phase = async () => {
    const [row] = await postgres.query<{ cursor: string }>('SELECT cursor FROM erasure');
    return JSON.parse(row?.cursor ?? '{}').phase;
  };
  while ((await phase()) !== 'details') await erasures.step('era_1', { now: noon, sending: [] });
  await erasures.step('era_1', { now: noon, sending: [] });
  const ended = await postgres.query(
    `WITH gone AS (DELETE FROM waiting RETURNING *) INSERT INTO delivery SELECT ${deliveryColumns} FROM gone RETURNING 1`,
  );
  assert.equal(ended.length, 1);
  assert.equal(await goOn(), 'done');
  assert.deepEqual(await postgres.query('SELECT detail FROM delivery'), [{ detail: '[erased]' }]);
});

/** A database that takes one statement for another one, and says which of them rewrote a table. */
function changed(instead: (text: string, query: Query) => Promise<unknown[] | null>) {
  const rewrites: string[] = [];
  const by =
    (query: Query): Query =>
    async <Row>(text: string, values?: readonly unknown[]) => {
      if (/^(CLUSTER|VACUUM)/.test(text)) rewrites.push(text);
      return ((await instead(text, query)) ?? (await query<Row>(text, values))) as Row[];
    };
  const around = (postgres: Postgres): Postgres => ({
    ...postgres,
    query: by(postgres.query),
    transaction: (work, may) => postgres.transaction((query) => work(by(query)), may),
  });
  return { around, rewrites };
}

/** An erasure that has begun, of an event of a day with tables. */
async function withErased(around: (postgres: Postgres) => Postgres) {
  const made = await opened(around);
  await makeDays(made.postgres, noon);
  await accept(made.journal, [incoming({ visitorId: 'ann-0815' })], noon);
  const lease = await claim(made.journal, 0);
  await made.journal.hot.plan(lease, { advance: { from: 0, to: 1 }, deliveries: [], now: noon });
  await made.begin();
  return made;
}

test('a table of a day that is large is not rewritten while others wait for it, but cleaned', async () => {
  const isSize = (text: string) => text.includes('pg_total_relation_size');
  const { around, rewrites } = changed(async (text) => (isSize(text) ? [{ bytes: 10 * 2 ** 30 }] : null));
  using made = await withErased(around);
  assert.equal(await made.goOn(noon + 86_400_000), 'done');
  assert.ok(rewrites.includes('VACUUM event_group_d20260110'), rewrites.join());
  assert.deepEqual(
    rewrites.filter((text) => text.startsWith('CLUSTER')),
    [],
  );
});

test('a table that takes too long to rewrite is cleaned, and a server that cleans for long is not waited for', async () => {
  const { around, rewrites } = changed(async (text, query) => {
    if (text.startsWith('VACUUM')) throw new AppError('unavailable', '', { cause: new Error('Query read timeout') });
    if (!text.startsWith('CLUSTER event_group')) return null;
    await query('SET LOCAL statement_timeout = 1');
    return query('SELECT pg_sleep(60)');
  });
  using made = await withErased(around);
  assert.equal(await made.goOn(noon + 86_400_000), 'done');
  assert.deepEqual(
    rewrites.filter((text) => text.includes('event_group_d20260110')),
    ['CLUSTER event_group_d20260110 USING event_group_d20260110_pkey', 'VACUUM event_group_d20260110'],
  );
});
