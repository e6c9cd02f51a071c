import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { claim, incoming, planned, settlement } from '../conformance/journal-samples.testing.ts';
import { sqliteJournal } from './sqlite-journal.ts';

const acknowledgedBeforeKill = 40;

/** A process that accepts events without end and prints the ids of the acknowledged ones. */
const intake = (dir: string, round: number) => `
  import { openSqlite, operationsOf } from ${JSON.stringify(new URL('../../sqlite/sqlite.ts', import.meta.url).href)};
  import { sqliteJournal } from ${JSON.stringify(new URL('./sqlite-journal.ts', import.meta.url).href)};
  import { incoming } from ${JSON.stringify(new URL('../conformance/journal-samples.testing.ts', import.meta.url).href)};
  const journal = sqliteJournal(await openSqlite({ dir: ${JSON.stringify(dir)}, operations: operationsOf('journal') }));
  const send = async (sender) => {
    for (let i = 0; ; i++) {
      const name = ['${round}', sender, i].join('-');
      const events = [incoming({ name, identity: name }), incoming({ name })];
      const done = await journal.hot.accept({ partition: i % 2, collectorId: 'col_1', receivedAt: Date.now(), events });
      process.stdout.write(JSON.stringify({ name, ids: done.ids }) + '\\n');
    }
  };
  await Promise.all([0, 1, 2, 3].map(send));`;

test('every event that was acknowledged before a kill -9 is stored, after three kills in a row', async () => {
  using folder = temporaryFolder();
  const acknowledged: { name: string; ids: string[] }[] = [];
  for (const round of [1, 2, 3]) {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', intake(folder.path, round)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const before = acknowledged.length;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(JSON.parse(line));
      if (acknowledged.length - before === acknowledgedBeforeKill) child.kill('SIGKILL');
    }
    assert.ok(acknowledged.length - before >= acknowledgedBeforeKill);
  }
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal') });
  const journal = sqliteJournal(sqlite);
  const stored = new Map<string, string | null>();
  for (const partition of [0, 1]) {
    const { events } = await journal.hot.read({ partition, from: 0, limit: 100_000 });
    assert.deepEqual(
      events.map((one) => one.offset),
      events.map((_, index) => index),
    );
    for (const { event } of events) stored.set(event.id, event.name);
  }
  for (const { name, ids } of acknowledged) for (const id of ids) assert.equal(stored.get(id), name);
});

test('a journal that lost its lease changes nothing of the new owner on the same database', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal') });
  const [stale, fresh] = [sqliteJournal(sqlite), sqliteJournal(sqlite)];
  const old = await claim(stale, 0, 'old');
  const plan = { advance: null, deliveries: [planned({ dueAt: 1 })], now: 1 };
  const [id] = (await stale.hot.plan(old, plan)) ?? [];
  const lease = await claim(fresh, 0, 'new', 3_600_000);
  const [settled, planSettled, mine] = await Promise.all([
    stale.hot.settle(old, [settlement(id, { status: 'failed' })], 2),
    stale.hot.plan(old, plan),
    fresh.hot.settle(lease, [settlement(id, { status: 'delivered' })], 3),
  ]);
  assert.deepEqual([settled, planSettled, mine], [false, null, []]);
  assert.equal((await fresh.log.delivery(id ?? ''))?.status, 'delivered');
  assert.equal((await fresh.log.deliveries({ limit: 9, closed: [], now: 4 })).length, 1);
});

test('intake stops on a full disk while settling goes on', async () => {
  using folder = temporaryFolder();
  let free = 1_000;
  await using sqlite = await openSqlite({
    dir: folder.path,
    operations: operationsOf('journal'),
    reserveBytes: 500,
    spaceCheckMs: 0,
    freeBytes: () => free,
  });
  const journal = sqliteJournal(sqlite);
  const accept = () => journal.hot.accept({ partition: 0, collectorId: 'col_1', receivedAt: 1, events: [] });
  const lease = await claim(journal, 0);
  const [id] = (await journal.hot.plan(lease, { advance: null, deliveries: [planned({ dueAt: 1 })], now: 1 })) ?? [];
  free = 499;
  await assert.rejects(accept(), { code: 'storage_full' });
  assert.ok(await journal.hot.settle(lease, [settlement(id, { status: 'delivered' })], 2));
  free = 500;
  await accept();
});

test('small requests that share a transaction keep their own ids, order, duplicates and collectors', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal') });
  const journal = sqliteJournal(sqlite);
  const request = (i: number) => ({
    partition: i % 2,
    collectorId: `col_${Math.floor(i / 40)}`,
    receivedAt: 1_000 + Math.floor(i / 10),
    events: [incoming({ name: `n${i}`, identity: i % 7 === 0 ? 'again' : null }), incoming({ name: `m${i}` })],
  });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => journal.hot.accept(request(i))));
  const known = new Map<string, string>();
  for (const [i, { ids, duplicates }] of answers.entries()) {
    const [first = '', second = ''] = ids;
    if (duplicates.length === 0) known.set(first, `n${i}`);
    else assert.equal(i % 7, 0);
    known.set(second, `m${i}`);
  }
  const repeated = Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 7 === 0).length;
  assert.equal(known.size, 200 - repeated + 3);
  for (const [id, name] of known) {
    const event = await journal.log.event(id);
    assert.deepEqual([event?.name, event?.source.collectorId], [name, `col_${Math.floor(Number(name.slice(1)) / 40)}`]);
    assert.ok(Math.abs(Date.parse(event?.receivedAt ?? '') - (1_000 + Math.floor(Number(name.slice(1)) / 10))) <= 5);
  }
  for (const partition of [0, 1]) {
    const { events } = await journal.hot.read({ partition, from: 0, limit: 1_000 });
    assert.deepEqual(
      events.map((one) => known.get(one.event.id)),
      events.map((one) => one.event.name),
    );
  }
});
