import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../../test/support/storage.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import {
  accept,
  attempt,
  claim,
  erasureEntry,
  incoming,
  planned,
  rendered,
  settlement,
  start,
} from '../conformance/journal-samples.testing.ts';
import { sqliteJournal } from './sqlite-journal.ts';

const MiB = 2 ** 20;
const largeEvents = 24;
/** One character beyond Latin-1 makes V8 store two bytes for every character. */
const text = `€${'x'.repeat(MiB / 2)}`;
/** One read returns 4 MiB, including the row that reaches it. */
const rowsAtOnceMax = 5;

const threads = storageThreads('journal');

async function opened() {
  const journal = sqliteJournal(await threads());
  const large = Array.from({ length: largeEvents }, () => incoming({ data: { text } }));
  const { ids, from } = await accept(journal, large);
  return { journal, ids, from };
}

test('a read of due deliveries stops after 4 MiB, and the next reads return the rest', async () => {
  const db = await opened();
  const { journal, ids, from } = db;
  const lease = await claim(journal, 0);
  const deliveries = ids.map((eventId) => planned({ eventId, dueAt: start }));
  const made = await journal.hot.plan(lease, {
    advance: { from, to: from + ids.length },
    deliveries,
    now: start,
  });
  const found: string[] = [];
  const query = { destinationId: 'dst_1', now: start, limit: 1_000 };
  for (let isCut = true; isCut; ) {
    const last = found.at(-1);
    const part = await journal.hot.due({
      partition: 0,
      ...query,
      ...(last === undefined ? {} : { after: { dueAt: start, id: last } }),
    });
    assert.ok(part.due.length <= rowsAtOnceMax, `${part.due.length} rows at once`);
    found.push(...part.due.map(({ id }) => id));
    isCut = part.isCut;
  }
  assert.deepEqual(found, made);
});

test('a read of events to match stops after 4 MiB, and the next reads return the rest', async () => {
  const db = await opened();
  const { journal, ids } = db;
  const found: string[] = [];
  for (let from = db.from, to = -1; from !== to; ) {
    const part = await journal.hot.read({ partition: 0, from, limit: 1_000 });
    assert.ok(part.events.length <= rowsAtOnceMax, `${part.events.length} events at once`);
    found.push(...part.events.map(({ event }) => event.id));
    to = from;
    from = part.to;
  }
  assert.deepEqual(found, ids);
});

test('a search of events stops after 4 MiB and returns where the next search continues', async () => {
  const db = await opened();
  const found: string[] = [];
  let lookedAt = 0;
  for (let before: string | null = ''; before !== null; ) {
    const part: Awaited<ReturnType<typeof db.journal.log.search>> = await db.journal.log.search({
      limit: 1_000,
      lookedMax: 1_000,
      ...(before === '' ? {} : { before }),
    });
    assert.ok(part.events.length <= rowsAtOnceMax, `${part.events.length} events at once`);
    found.push(...part.events.map(({ id }) => id));
    lookedAt += part.looked;
    before = part.reached;
  }
  assert.deepEqual(found, db.ids.toReversed());
  assert.equal(lookedAt, largeEvents);
});

test('the history of a delivery has the newest attempts, about 4 MiB, with the request of each', async () => {
  const db = await opened();
  const { journal } = db;
  const lease = await claim(journal, 0);
  const plan = { advance: null, deliveries: [planned({ eventId: db.ids[0] ?? null })], now: start };
  const [id = ''] = (await journal.hot.plan(lease, plan)) ?? assert.fail();
  const request = rendered('the first body');
  const logged = (number: number) => ({
    ...attempt(number, { body: request.body }),
    error: { kind: 'http_5xx' as const, message: text },
  });
  for (let number = 1; number <= largeEvents; number++) {
    const step = { status: 'retrying' as const, dueAt: start, rendered: request, log: [logged(number)] };
    await journal.hot.settle(lease, [settlement(id, step)], start);
  }
  const found = (await journal.log.delivery(id)) ?? assert.fail();
  const { length } = found.attemptLog;
  assert.ok(length > 1 && length <= rowsAtOnceMax, `${length} attempts at once`);
  const newest = Array.from({ length }, (_, index) => logged(largeEvents - length + 1 + index));
  assert.deepEqual(found.attemptLog, newest);
  assert.deepEqual(found.rendered, request);
});

test('a step of an erasure stops after 4 MiB, and the next steps erase the rest', async () => {
  const db = await opened();
  const { journal } = db;
  const lease = await claim(journal, 0);
  const sought = { visitorId: 'ann' };
  const large = incoming({ ...sought, data: { text } });
  const ids: string[] = [];
  for (let count = 0; count < largeEvents; count++) ids.push(...(await accept(journal, [large])).ids);
  const advance = { from: 0, to: largeEvents + ids.length };
  assert.ok(await journal.hot.plan(lease, { advance, deliveries: [], now: start }));
  await journal.housekeeping.erasures.begin({ id: 'era_1', code: 'c', sought, now: start }, erasureEntry);
  const erased: string[] = [];
  for (let state = ''; state !== 'done'; ) {
    const step = await journal.housekeeping.erasures.step('era_1', { now: start, sending: [] });
    assert.ok(step.events.length <= rowsAtOnceMax, `${step.events.length} events at once`);
    erased.push(...step.events.map((event) => event.id));
    ({ state } = step);
  }
  assert.deepEqual(erased, ids);
});

test('the removal of bodies goes on after a step that has read 32 MiB', async () => {
  const db = await opened();
  const { journal } = db;
  const lease = await claim(journal, 0);
  const deliveries = Array.from({ length: 40 }, () => planned({}));
  const ids = (await journal.hot.plan(lease, { advance: null, deliveries, now: start })) ?? assert.fail();
  for (const id of ids) {
    const log = [attempt(1, { body: text })];
    const end = settlement(id, { status: 'delivered', rendered: rendered(text), bodiesUntil: start, log });
    await journal.hot.settle(lease, [end], start);
  }
  assert.equal(await journal.housekeeping.forgetBodies(start), ids.length);
  for (const id of ids) assert.equal((await journal.log.delivery(id))?.attemptLog[0]?.request?.body, null);
});

test('a step of an erasure reads 32 MiB of attempts at most', async () => {
  await using storage = await openStorage();
  const { journal } = storage;
  const lease = await claim(journal, 0);
  let erasures = 0;
  const stepsOfErasure = async () => {
    const id = `era_${++erasures}`;
    await journal.housekeeping.erasures.begin(
      { id, code: 'c', sought: { visitorId: 'ann' }, now: start },
      erasureEntry,
    );
    let steps = 1;
    while ((await journal.housekeeping.erasures.step(id, { now: start, sending: [] })).state !== 'done') steps += 1;
    return steps;
  };
  const before = await stepsOfErasure();
  const body = 'x'.repeat(9 * MiB);
  for (let count = 0; count < 6; count++) {
    const deliveries = [planned({ test: true })];
    const [id] = (await journal.hot.plan(lease, { advance: null, deliveries, now: start })) ?? [];
    const end = settlement(id, { status: 'delivered', rendered: rendered(body), log: [attempt(1, { body })] });
    await journal.hot.settle(lease, [end], start);
  }
  // The tests are searched for the visitor, then all blocks for lines of removed deliveries.
  assert.ok((await stepsOfErasure()) >= before + 2 * 2);
});

test('an erasure of many deliveries with large attempts keeps the lines of the others', async () => {
  await using storage = await openStorage();
  const { journal } = storage;
  const events = Array.from({ length: 16 }, (_, n) => incoming({ visitorId: n % 2 === 0 ? 'ann' : 'bob' }));
  const { ids: eventIds, from } = await accept(journal, events);
  const lease = await claim(journal, 0);
  const advance = { from, to: from + eventIds.length };
  const rows = eventIds.map((eventId) => planned({ eventId, dueAt: start }));
  const ids = (await journal.hot.plan(lease, { advance, deliveries: rows, now: start })) ?? assert.fail();
  const body = 'x'.repeat(MiB);
  // Each block has the lines of both visitors.
  for (let n = 0; n < ids.length; n += 2) {
    const both = ids.slice(n, n + 2).map((id) => {
      const log = [attempt(1, { body: `${id} ${body}` })];
      return settlement(id, { status: 'delivered', rendered: rendered(body), log });
    });
    await journal.hot.settle(lease, both, start);
  }
  await journal.housekeeping.erasures.begin(
    { id: 'era_1', code: 'c', sought: { visitorId: 'ann' }, now: start },
    erasureEntry,
  );
  while ((await journal.housekeeping.erasures.step('era_1', { now: start, sending: [] })).state !== 'done');
  for (const [n, id] of ids.entries()) {
    const found = await journal.log.delivery(id);
    assert.equal(found?.attemptLog[0]?.request?.body, n % 2 === 0 ? undefined : `${id} ${body}`);
  }
});
