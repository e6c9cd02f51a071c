import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { AppError } from '../contract/errors.ts';
import { openPostgres, type Query } from './postgres.ts';
import { startServer } from './testing/server.testing.ts';
import { sqlState } from './unavailable.ts';
import { watchedPostgres } from './watched.ts';

const server = await startServer({ deadlock_timeout: '50ms' });
after(() => server[Symbol.asyncDispose]());

const opened = () => watchedPostgres(openPostgres({ url: server.url('postgres') }));
const raising = (state: string) => `SELECT raising(nextval('tries'), '${state}')`;

/** A function that fails with a state, and a sequence that counts its calls, which no rollback takes back. */
async function prepared(query: Query) {
  await query('DROP SEQUENCE IF EXISTS tries');
  await query('CREATE SEQUENCE tries');
  await query(`SELECT nextval('tries')`);
  await query(`CREATE OR REPLACE FUNCTION raising(tries bigint, state text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = state; END $$`);
  return async () => (await query<{ tries: number }>('SELECT last_value AS tries FROM tries'))[0]?.tries;
}

test('of a statement and a transaction that wait for each other both are done, once', async () => {
  await using postgres = opened();
  const { query } = postgres;
  await query('CREATE TABLE pair (id integer PRIMARY KEY, value integer NOT NULL)');
  await query('INSERT INTO pair VALUES (1, 0), (2, 0)');
  const add = (by: Query, id: number) => by('UPDATE pair SET value = value + 1 WHERE id = $1', [id]);
  let other: Promise<unknown> | undefined;
  await postgres.transaction(async (within) => {
    await add(within, 1);
    // If this is the one that gives way, it runs again when the other one is done.
    if (other === undefined) {
      other = query(
        `WITH second AS (UPDATE pair SET value = value + 1 WHERE id = 2 RETURNING id)
         UPDATE pair SET value = value + 1 FROM second WHERE pair.id = 1`,
      );
      await eventually('the other one to wait', async () => {
        const waiting = await query('SELECT 1 FROM pg_locks WHERE NOT granted');
        return waiting[0] ?? null;
      });
    }
    await add(within, 2);
  });
  await other;
  assert.deepEqual(await query('SELECT id, value FROM pair ORDER BY id'), [
    { id: 1, value: 2 },
    { id: 2, value: 2 },
  ]);
});

test('what has to give way each time is refused as unavailable after five tries, though the database responds', async () => {
  await using postgres = opened();
  const tries = await prepared(postgres.query);
  for (const state of ['40P01', '40001']) {
    const before = Number(await tries());
    const calls = [
      postgres.query(raising(state)),
      postgres.read(raising(state)),
      postgres.transaction((within) => within(raising(state))),
    ];
    for (const result of await Promise.allSettled(calls)) {
      const { reason } = result as PromiseRejectedResult; // they fail
      assert.deepEqual([reason instanceof AppError && reason.code, sqlState(reason)], ['unavailable', state]);
    }
    assert.equal(Number(await tries()) - before, 15);
    assert.equal(postgres.problem(), null);
  }
});

test('what a limit of time ends, or a server that only reads refuses, is unavailable at once; a mistake is an error', async () => {
  await using postgres = opened();
  const tries = await prepared(postgres.query);
  for (const [index, state] of ['55P03', '57014', '25006'].entries()) {
    await assert.rejects(postgres.query(raising(state)), { code: 'unavailable' });
    assert.equal(await tries(), index + 2);
  }
  await assert.rejects(postgres.query('SELECT 1 / 0'), { code: '22012' });
});

test('a statement that a change of its table has made anew is done', async () => {
  await using postgres = opened();
  const { query } = postgres;
  await query('CREATE TABLE growing (a integer)');
  await query('INSERT INTO growing VALUES (1)');
  assert.deepEqual(await query('SELECT * FROM growing'), [{ a: 1 }]);
  await query('ALTER TABLE growing ADD COLUMN b integer');
  assert.deepEqual(await query('SELECT * FROM growing'), [{ a: 1, b: null }]);
});

test('a connection is kept after the error of a statement', async () => {
  await using postgres = openPostgres({ url: server.url('postgres'), connectionsMax: { writes: 1, reads: 1 } });
  const pid = async () => (await postgres.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid;
  const before = await pid();
  await assert.rejects(postgres.query('SELECT 1 / 0'), { code: '22012' });
  await assert.rejects(
    postgres.transaction((within) => within('SELECT 1 / 0')),
    { code: '22012' },
  );
  assert.equal(await pid(), before);
});

test('a call that waits too long for a connection of its node says that they are in use, not that the database is gone', async (t) => {
  await using postgres = watchedPostgres(
    openPostgres({ url: server.url('postgres'), connectionsMax: { writes: 1, reads: 1 } }),
  );
  await postgres.query('SELECT 1');
  const busy = Promise.withResolvers<void>();
  const held = postgres.transaction(() => busy.promise);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const refused = assert.rejects(postgres.query('SELECT 1'), {
    code: 'unavailable',
    message: 'All connections of this node to the database are in use. Try again.',
  });
  t.mock.timers.tick(5_000);
  await refused;
  t.mock.timers.reset();
  assert.equal(postgres.problem(), null);
  busy.resolve();
  await held;
});
