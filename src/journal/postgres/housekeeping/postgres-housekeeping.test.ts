import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../../test/support/eventually.ts';
import { postgresAudit } from '../../../audit/postgres/postgres-audit.ts';
import type { Postgres } from '../../../postgres/postgres.ts';
import { elsewhere } from '../../../postgres/testing/checked.testing.ts';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import {
  accept,
  attempt,
  claim,
  erasureEntry,
  incoming,
  planned,
  rendered,
  settlement,
  withDeliveries,
} from '../../conformance/journal-samples.testing.ts';
import type { Journal } from '../../journal.ts';
import { postgresDeliveryCommands } from '../log/delivery-commands.ts';
import { postgresLog } from '../log/postgres-log.ts';
import { postgresHot } from '../postgres-hot.ts';
import { postgresReplays } from '../replays/postgres-replays.ts';
import { attemptLines } from './attempt-lines.ts';
import { removeDay } from './day-removal.ts';
import { daysOf, makeDay, makeDays } from './day-tables.ts';
import { rewriteLater } from './erasures.ts';
import { postgresHousekeeping } from './postgres-housekeeping.ts';

const database = postgresDatabase();
const day = 86_400_000;

/** What removes, with what it needs of the log. */
async function opened() {
  const postgres = await database();
  // The rows of former tests leave room, which counts as used.
  await postgres.query('TRUNCATE event_group, plan_entry, delivery, waiting, attempt_block, batch_exchange, seen');
  const made = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  const parts = { ...postgres, ...made };
  const log = {
    ...postgresLog(postgres, made.words),
    ...postgresDeliveryCommands(parts),
    replays: postgresReplays(parts),
  };
  const housekeeping = postgresHousekeeping(parts, made.room);
  const journal = { hot: made.hot, log, housekeeping, audit: postgresAudit(postgres) } as unknown as Journal; // the others are not asked
  return { postgres, journal, [Symbol.dispose]: () => made[Symbol.dispose]() };
}

const noon = Date.UTC(2026, 0, 10, 12);

/** A day with a delivery that waits and one that was delivered, and events without deliveries, one of them not matched. */
async function withDay(at = noon) {
  const made = await opened();
  const { journal, postgres } = made;
  await makeDays(postgres, at);
  const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}], at);
  const log = [attempt(1, { body: 'x' })];
  const retrying = { status: 'retrying', dueAt: at, attempts: 1, rendered: rendered('x'), log } as const;
  const delivered = { status: 'delivered', attempts: 1, rendered: rendered('y'), log } as const;
  await journal.hot.settle(lease, [settlement(ids[0], retrying), settlement(ids[1], delivered)], at);
  const { ids: matched } = await accept(journal, [incoming({})], at + 100);
  await journal.hot.plan(lease, { advance: { from: 2, to: 3 }, deliveries: [], now: at });
  const { ids: unmatched } = await accept(journal, [incoming({})], at + 200);
  const left = async () => {
    const events = await Promise.all([...eventIds, ...matched, ...unmatched].map((id) => journal.log.event(id)));
    const deliveries = await Promise.all(ids.map((id) => journal.log.delivery(id)));
    return [...events, ...deliveries].map((one) => one !== null);
  };
  return { ...made, lease, ids, left, [Symbol.dispose]: () => made[Symbol.dispose]() };
}

test('a day is dropped as a whole, without what waits or is not matched', async () => {
  using made = await withDay();
  const { journal, postgres, lease, ids, left } = made;
  const retain = (before: number) => journal.housekeeping.retain({ before, bytesMax: null });
  const [stored] = await postgres.query<{ count: number }>('SELECT count(*) AS count FROM delivery_d20260110');
  assert.equal(stored?.count, 1);
  assert.equal((await retain(noon + day / 2 - 1)).removed, 0, 'before the day is over');
  assert.deepEqual(await retain(noon + day), { removed: 2, full: false });
  assert.deepEqual(
    await daysOf(postgres.query),
    [1, 2, 3].map((days) => noon - day / 2 + days * day),
  );
  assert.deepEqual(await left(), [true, true, false, true, true, false]);
  const waiting = await journal.log.delivery(ids[0] ?? '');
  assert.deepEqual([waiting?.attemptLog, waiting?.rendered], [[attempt(1, { body: 'x' })], rendered('x')]);
  const next = { status: 'delivered' as const, attempts: 2, log: [attempt(2, { body: 'x' })] };
  await journal.hot.settle(lease, [settlement(ids[0], next)], noon + day);
  assert.equal((await journal.log.delivery(ids[0] ?? ''))?.attemptLog.length, 2);
  assert.deepEqual(await retain(noon + day), { removed: 3, full: false });
  assert.deepEqual(await left(), [false, false, false, true, false, false]);
  const blocks = await postgres.query<{ id: number }>('SELECT id FROM attempt_block WHERE id < $1', [
    (noon + day) * 4_096,
  ]);
  assert.deepEqual(blocks, [], 'the log of the day is gone');
});

test('no line of a delivery stays in the table of no day when the block that leads to it was dropped', async () => {
  const at = noon + 40 * day;
  using made = await withDay(at);
  const { journal, postgres, lease, ids } = made;
  await removeDay(postgres, at - day / 2);
  await makeDays(postgres, at + day);
  await journal.hot.settle(
    lease,
    [settlement(ids[0], { status: 'delivered', attempts: 2, log: [attempt(2)] })],
    at + day,
  );
  await removeDay(postgres, at + day / 2);
  const lines = () => postgres.query('SELECT 1 FROM attempt_block_other');
  // The later attempt too, where this process has made blocks of a later time.
  assert.ok((await lines()).length > 0);
  await journal.housekeeping.retain({ before: at + 2 * day, bytesMax: null });
  assert.deepEqual([await lines(), await journal.log.delivery(ids[0] ?? '')], [[], null]);
});

test('a day under a reader is dropped later, and no write waits for it', async () => {
  using made = await withDay();
  const { journal, postgres, left } = made;
  const retain = () => journal.housekeeping.retain({ before: noon + day, bytesMax: null });
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await query('SELECT count(*) FROM event_group');
      assert.equal((await retain()).removed, 0);
      assert.ok(await accept(journal, [incoming({})], noon + 300));
    }),
  );
  assert.equal((await retain()).removed, 2);
  assert.deepEqual(await left(), [true, true, false, true, true, false]);
});

// The ids of blocks ascend within a process, whatever the time: each of these has a later day.

/** The same database, where something happens before a transaction's first such statement. */
function runsFirst(postgres: Postgres, before: RegExp, work: () => Promise<unknown>): Postgres {
  let isDone = false;
  return {
    ...postgres,
    transaction: (run, may) =>
      postgres.transaction((query) => {
        return run(async (text, values) => {
          if (before.test(text) && !isDone) {
            isDone = true;
            await elsewhere(work);
          }
          return query(text, values);
        });
      }, may),
  };
}

/** Removes the logs of what waits, as an erasure does. */
async function forgetLines(postgres: Postgres): Promise<void> {
  const rows = await postgres.query<{ partition: number; number: number; block: number }>('SELECT * FROM waiting');
  await postgres.transaction(async (query) => {
    const lines = attemptLines(query);
    for (const row of rows) lines.remove(row, await lines.history(row));
    await lines.flush();
  });
}

test('a delivery that is retried while its day is dropped keeps its event and its log', async () => {
  const at = noon + 10 * day;
  using made = await withDay(at);
  const { journal, postgres, lease, ids, left } = made;
  const again = { id: ids[1] ?? '', now: at + day, render: null };
  const dropped = await removeDay(
    runsFirst(postgres, /^LOCK TABLE delivery/, () => journal.log.retry(lease, again)),
    at - day / 2,
  );
  assert.notEqual(dropped, null);
  assert.deepEqual(await left(), [true, true, false, true, true, true]);
  const retried = await journal.log.delivery(ids[1] ?? '');
  assert.deepEqual([retried?.attemptLog, retried?.rendered], [[attempt(1, { body: 'x' })], rendered('y')]);
});

test('a delivery that is retried when those of replays are counted goes first, and its day is dropped later', async () => {
  const at = noon + 40 * day;
  using made = await withDay(at);
  const { journal, postgres, lease, ids, left } = made;
  const retried = Promise.withResolvers<unknown>();
  const retry = async () => {
    retried.resolve(journal.log.retry(lease, { id: ids[1] ?? '', now: at + day, render: null }));
    await eventually('the retry to wait', async () => {
      return (await postgres.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)).length > 0;
    });
  };
  assert.equal(await removeDay(runsFirst(postgres, /^LOCK TABLE ONLY/, retry), at - day / 2), null);
  await retried.promise;
  assert.notEqual(await removeDay(postgres, at - day / 2), null);
  assert.deepEqual(await left(), [true, true, false, true, true, true]);
});

test('the outcome of a replay counts the deliveries of a dropped day once, also when the first try gave way', async () => {
  const at = noon + 50 * day;
  using made = await withDay(at);
  const { postgres } = made;
  await postgres.query(
    `INSERT INTO replay (id, partition, state, input, started_by, created_at, total, plan_left_out)
     VALUES ('rpl_1', 0, 'done', '{}', 'test', $1, 1, '{}')`,
    [at],
  );
  await postgres.query(`UPDATE target SET replay = 'rpl_1' WHERE id IN (SELECT target FROM delivery)`);
  const first = await removeDay(
    runsFirst(postgres, /^LOCK TABLE ONLY/, () => forgetLines(postgres)),
    at - day / 2,
  );
  assert.equal(first, null);
  assert.notEqual(await removeDay(postgres, at - day / 2), null);
  const [row] = await postgres.query<{ removed: string }>(`SELECT removed FROM replay WHERE id = 'rpl_1'`);
  assert.equal(JSON.parse(row?.removed ?? '{}').delivered, 1);
});

test('a log that changes while its day is dropped does not come back', async () => {
  const at = noon + 20 * day;
  using made = await withDay(at);
  const { journal, postgres, ids } = made;
  // A transaction that gave way to another one is run again, and then finds the log as it is.
  const first = await removeDay(
    runsFirst(postgres, /^LOCK TABLE ONLY/, () => forgetLines(postgres)),
    at - day / 2,
  );
  assert.equal(first ?? (await removeDay(postgres, at - day / 2)), 2);
  assert.deepEqual((await journal.log.delivery(ids[0] ?? ''))?.attemptLog, []);
});

test('the logs of more deliveries than one step copies are kept, also of one block', async () => {
  const at = noon + 30 * day;
  using made = await opened();
  const { journal, postgres } = made;
  await makeDays(postgres, at);
  const { lease, ids } = await withDeliveries(
    journal,
    Array.from({ length: 1_201 }, () => ({})),
    at,
  );
  const log = [attempt(1, { body: 'x' })];
  const retrying = { status: 'retrying', dueAt: at, attempts: 1, log } as const;
  const odd = ids.filter((_, index) => index % 2 === 1);
  await journal.hot.settle(
    lease,
    odd.map((id) => settlement(id, retrying)),
    at,
  );
  await journal.hot.settle(
    lease,
    ids.filter((id) => !odd.includes(id)).map((id) => settlement(id, retrying)),
    at + 1,
  );
  assert.equal(await removeDay(postgres, at - day / 2), 0);
  for (const id of ids) assert.equal((await journal.log.delivery(id))?.attemptLog.length, 1);
});

test('a later day stays as long as an earlier one that is in use', async () => {
  using made = await withDay();
  const { postgres, journal } = made;
  const retain = () => journal.housekeeping.retain({ before: noon + 3 * day, bytesMax: null });
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await query('SELECT count(*) FROM event_group_d20260110');
      await retain();
      assert.ok((await daysOf(postgres.query)).includes(noon + day / 2));
    }),
  );
  await retain();
  assert.ok(!(await daysOf(postgres.query)).includes(noon + day / 2));
});

test('all nodes refuse events while the size limit is reached, from their next heartbeat on', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  await journal.hot.leases.partitionCount(1);
  using other = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  const beat = () => other.hot.leases.beat({ node: 'b', ttlMs: 1_000, isLeaving: false, now: noon });
  const request = { partition: 1, collectorId: 'col_1', events: [incoming({})], receivedAt: noon };
  assert.ok((await journal.housekeeping.retain({ before: 0, bytesMax: 1 })).full);
  await beat();
  await assert.rejects(other.hot.accept(request), { code: 'storage_full' });
  await journal.housekeeping.retain({ before: 0, bytesMax: null });
  await beat();
  assert.equal((await other.hot.accept(request)).ids.length, 1);
});

test('old identities are forgotten, but for those that are stored again right now', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  await accept(journal, [incoming({ identity: 'a' }), incoming({ identity: 'b' }), incoming({ identity: 'c' })], noon);
  const left = async () => (await postgres.query('SELECT 1 FROM seen')).length;
  const retain = () => journal.housekeeping.retain({ before: 0, identitiesBefore: noon, bytesMax: null });
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await query('SELECT 1 FROM seen ORDER BY hash LIMIT 1 FOR UPDATE');
      await retain();
      assert.equal(await left(), 1);
    }),
  );
  await retain();
  assert.equal(await left(), 0);
});

test('over the size limit under a reader, which keeps all space, history stays, and all identities but those of one step', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  const identities = Array.from({ length: 2_500 }, (_, n) => incoming({ identity: `${n}-${'x'.repeat(100)}` }));
  const { ids } = await accept(journal, identities, noon);
  const lease = await claim(journal, 0);
  await journal.hot.plan(lease, { advance: { from: 0, to: 2_500 }, deliveries: [], now: noon });
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await query('SELECT 1 FROM seen, event_group, delivery LIMIT 1');
      assert.deepEqual(await journal.housekeeping.retain({ before: 0, bytesMax: 1 }), { removed: 0, full: true });
    }),
  );
  assert.equal((await postgres.query('SELECT 1 FROM seen')).length, 1_500);
  assert.equal((await journal.log.event(ids[0] ?? ''))?.id, ids[0]);
});

test('rows that were stored before their day had a table are moved into it', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  const { eventIds, ids } = await withDeliveries(journal, [{}], noon);
  await makeDays(postgres, noon);
  await makeDays(postgres, noon);
  const [moved] = await postgres.query<{ count: number }>('SELECT count(*) AS count FROM event_group_d20260110');
  assert.equal(moved?.count, 1);
  assert.equal((await journal.log.event(eventIds[0] ?? ''))?.id, eventIds[0]);
  assert.equal((await journal.log.delivery(ids[0] ?? ''))?.id, ids[0]);
});

test('who reads an event while it moves into the table of its day finds it', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  const later = noon + 40 * day;
  const { ids } = await accept(journal, [incoming({})], later);
  const read = () => journal.log.event(ids[0] ?? '');
  let reading: ReturnType<typeof read> | undefined;
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await makeDay(query, later - (later % day));
      reading = read();
      await eventually('the reader to wait', async () => {
        const waiting = await postgres.query('SELECT 1 FROM pg_locks WHERE NOT granted');
        return waiting.length > 0;
      });
    }),
  );
  assert.equal((await reading)?.id, ids[0]);
});

test('events and deliveries that are stored while their day gets its tables are stored there', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  const later = noon + 50 * day;
  const { lease, ids } = await withDeliveries(journal, [{}], later);
  let accepting: ReturnType<typeof accept> | undefined;
  let settling: Promise<unknown> | undefined;
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await makeDay(query, later - (later % day));
      accepting = accept(journal, [incoming({})], later);
      settling = journal.hot.settle(lease, [settlement(ids[0], { status: 'delivered', log: [attempt(1, {})] })], later);
      await eventually('both to wait', async () => {
        const waiting = await postgres.query('SELECT 1 FROM pg_locks WHERE NOT granted');
        return waiting.length > 1;
      });
    }),
  );
  const accepted = await accepting;
  assert.equal((await journal.log.event(accepted?.ids[0] ?? ''))?.id, accepted?.ids[0]);
  assert.deepEqual(await settling, []);
  const [stored] = await postgres.query<{ count: number }>('SELECT count(*) AS count FROM event_group_other');
  assert.equal(stored?.count, 0);
});

test('tables with old versions of erased rows are rewritten, that of today when its day is over', async () => {
  using made = await withDay();
  const { journal, postgres, lease } = made;
  const { erasures } = journal.housekeeping;
  const own = await accept(journal, [incoming({})], noon + 300);
  await journal.hot.plan(lease, { advance: { from: 3, to: 5 }, deliveries: [], now: noon });
  const files = async () => {
    const sql = `SELECT pg_relation_filenode('event_group_d20260110') AS today, pg_relation_filenode('waiting') AS waiting`;
    return (await postgres.query<{ today: number; waiting: number }>(sql))[0] ?? assert.fail();
  };
  const before = await files();
  await erasures.begin({ id: 'era_1', code: 'c', sought: { visitorId: 'v-1' }, now: noon }, erasureEntry);
  while ((await erasures.step('era_1', { now: noon, sending: [] })).state !== 'done');
  assert.equal(await journal.log.event(own.ids[0] ?? ''), null);
  const after = await files();
  assert.deepEqual([after.today === before.today, after.waiting === before.waiting], [true, false]);
  await rewriteLater(postgres, noon + day);
  assert.notEqual((await files()).today, before.today);
  await rewriteLater(postgres, noon + day);
});

test('an erasure removes what replays, messages of alerts and issues quote', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  const issue = { title: 'not for ann-0815', fingerprint: 'f ann-0815' };
  await postgres.query(`INSERT INTO note (name, text) VALUES ('alert_message/1', $1), ('alertx', $1), ('other', $1)`, [
    JSON.stringify({ detail: 'of ann-0815' }),
  ]);
  await postgres.query(
    `INSERT INTO issue (id, fingerprint, revision, body) VALUES ('i1', 'a', 1, $1), ('i2', 'b', 1, $2)`,
    [JSON.stringify(issue), JSON.stringify({ title: 'x', fingerprint: 'y' })],
  );
  const { erasures } = journal.housekeeping;
  await erasures.begin({ id: 'era_1', code: 'c', sought: { visitorId: 'ann-0815' }, now: noon }, erasureEntry);
  while ((await erasures.step('era_1', { now: noon, sending: [] })).state !== 'done');
  const texts = await postgres.query<{ text: string }>('SELECT text FROM note ORDER BY name');
  assert.deepEqual(
    texts.map(({ text }) => text.includes('ann-0815')),
    [false, true, true],
  );
  const bodies = await postgres.query<{ body: string; revision: number }>(
    'SELECT body, revision FROM issue ORDER BY id',
  );
  assert.deepEqual(JSON.parse(bodies[0]?.body ?? ''), { title: 'not for [erased]', fingerprint: 'f [erased]' });
  assert.deepEqual(
    bodies.map(({ revision }) => revision > 1),
    [true, false],
  );
});

test('an erasure removes its text from the details of deliveries in the tables of days', async () => {
  using made = await opened();
  const { journal, postgres } = made;
  await makeDays(postgres, noon);
  const { lease, ids } = await withDeliveries(journal, [{}], noon);
  const failed = { status: 'failed', reason: 'template_error', detail: 'Unknown value "ann-0815".' } as const;
  await journal.hot.settle(lease, [settlement(ids[0], failed)], noon);
  const { erasures } = journal.housekeeping;
  await erasures.begin({ id: 'era_1', code: 'c', sought: { visitorId: 'ann-0815' }, now: noon }, erasureEntry);
  while ((await erasures.step('era_1', { now: noon, sending: [] })).state !== 'done');
  const rows = await postgres.query<{ detail: string }>('SELECT detail FROM delivery_d20260110');
  assert.deepEqual(
    rows.map(({ detail }) => detail.includes('ann-0815')),
    [false],
  );
});

test('an erasure waits for a test that another node runs', async () => {
  using made = await opened();
  const { journal } = made;
  const { lease } = await withDeliveries(journal, [], noon);
  const plan = { advance: null, deliveries: [planned({ test: true })], now: noon };
  const [id = ''] = (await journal.hot.plan(lease, plan)) ?? [];
  const { erasures } = journal.housekeeping;
  await erasures.begin({ id: 'era_1', code: 'c', sought: { visitorId: 'ann-0815' }, now: noon }, erasureEntry);
  const end = async () => {
    for (;;) {
      const { state } = await erasures.step('era_1', { now: noon, sending: [] });
      if (state === 'waiting' || state === 'done') return state;
    }
  };
  assert.equal(await end(), 'waiting');
  const log = [attempt(1, { body: 'ann-0815' })];
  await journal.hot.settle(lease, [settlement(id, { status: 'delivered', attempts: 1, log })], noon);
  assert.equal(await end(), 'done');
  assert.equal(await journal.log.delivery(id), null);
});

test('a block whose lines change is locked until they are written back', async () => {
  using made = await withDay();
  const { postgres } = made;
  const [row] = await postgres.query<{ partition: number; number: number; block: number }>(
    'SELECT partition, number, block FROM delivery',
  );
  const free = () => postgres.query('SELECT 1 FROM attempt_block FOR UPDATE SKIP LOCKED');
  assert.equal((await free()).length, 1);
  await postgres.transaction((query) =>
    elsewhere(async () => {
      await attemptLines(query).load(row === undefined ? [] : [row]);
      assert.deepEqual(await free(), []);
    }),
  );
});
