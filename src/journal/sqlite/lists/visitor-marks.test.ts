import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placedId } from '../../../contract/ids.ts';
import { inProcess } from '../../../sqlite/in-process.testing.ts';
import { eventOfLine, lineOfEvent, segmentEvents, visitorMark, visitorOfLine } from '../../codec/event-codec.ts';
import {
  accept,
  claim,
  erasureEntry,
  incoming,
  planned,
  settlement,
  start,
} from '../../conformance/journal-samples.testing.ts';
import type { Journal } from '../../journal.ts';
import type { operations } from '../operations.ts';
import { sqliteJournal } from '../sqlite-journal.ts';

const requestEvents = 250;
const hour = 3_600_000;

/** Two segments and a part of a third. */
const events = 2 * segmentEvents + 300;
const ada = [10, segmentEvents + 104, segmentEvents + 105, events - 5];

type Visitor = { visitorId: string; anonymousId?: string | null };

/** Stores events from the offset `from` on, one delivery each; those of `ada` have this visitor. Returns the ids. */
async function fill(journal: Journal, from: number, to: number, visitorOf: (offset: number) => Visitor) {
  const lease = await claim(journal, 0);
  const ids: { event: string; delivery: string }[] = [];
  for (let at = from; at < to; at += requestEvents) {
    const some = Array.from({ length: Math.min(requestEvents, to - at) }, (_, index) =>
      incoming(visitorOf(at + index)),
    );
    const stored = await accept(journal, some, start + at);
    const deliveries = stored.ids.map((eventId) => planned({ eventId, dueAt: start }));
    const advance = { from: stored.from, to: stored.from + some.length };
    const made = await journal.hot.plan(lease, { advance, deliveries, now: start + at });
    ids.push(...stored.ids.map((event, index) => ({ event, delivery: made?.[index] ?? '' })));
  }
  return ids;
}

const visitorOf = (offset: number) => ({ visitorId: ada.includes(offset) ? 'ada' : `visitor ${offset % 400}` });

async function deliveriesOf(journal: Journal, visitorId: string) {
  const page = await journal.log.searchDeliveries({ visitorId, limit: 50, closed: [], now: start, forMs: 60_000 });
  assert.equal(page.reached, null);
  return { ids: page.deliveries.map(({ id }) => id), looked: page.looked };
}

async function eventsOf(journal: Journal, visitorId: string, oldestFirst = false) {
  const ids: string[] = [];
  let looked = 0;
  const range = oldestFirst ? { after: placedId('event', { timeMs: 0, partition: 0, number: 0 }) } : {};
  for (let cursor: object | null = range; cursor !== null; ) {
    const page = await journal.log.search({ visitorId, limit: 50, lookedMax: 5_000, ...cursor });
    ids.push(...page.events.map(({ id }) => id));
    looked += page.looked;
    cursor = page.reached === null ? null : { [oldestFirst ? 'after' : 'before']: page.reached };
  }
  return { ids, looked };
}

const picked = (ids: { event: string; delivery: string }[], kind: 'event' | 'delivery') =>
  ada.map((offset) => ids[offset]?.[kind] ?? assert.fail()).reverse();

test('a search for a visitor finds all events and deliveries, and examines few of other visitors', async () => {
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  const ids = await fill(journal, 0, events, visitorOf);
  const found = await deliveriesOf(journal, 'ada');
  assert.deepEqual(found.ids, picked(ids, 'delivery'));
  // Those of the segment that is not complete, and of visitors with the same mark.
  assert.ok(found.looked < 500, `${found.looked} deliveries examined`);
  const stored = await eventsOf(journal, 'ada');
  assert.deepEqual(stored.ids, picked(ids, 'event'));
  assert.ok(stored.looked < 4 * requestEvents, `${stored.looked} events examined`);
  assert.deepEqual(new Set((await eventsOf(journal, 'ada', true)).ids), new Set(stored.ids));
  assert.deepEqual((await deliveriesOf(journal, 'nobody')).ids, []);
});

test('a search for an anonymous id finds the events and deliveries of the user who had it, in marked segments', async () => {
  await using sqlite = inProcess();
  const isAdas = (offset: number) => ada.includes(offset);
  const visitors = (offset: number) => ({
    visitorId: `user ${offset % 400}`,
    anonymousId: isAdas(offset) ? 'ada' : null,
  });
  const ids = await fill(sqliteJournal(sqlite), 0, 700, visitors);
  // The first segment is marked from the log, the next one at intake.
  const journal = sqliteJournal(sqlite);
  ids.push(...(await fill(journal, 700, events, visitors)));
  await journal.housekeeping.maintain();
  const stored = await eventsOf(journal, 'ada');
  assert.deepEqual(stored.ids, picked(ids, 'event'));
  assert.ok(stored.looked < 4 * requestEvents, `${stored.looked} events examined`);
  assert.deepEqual(new Set((await eventsOf(journal, 'ada', true)).ids), new Set(stored.ids));
  assert.deepEqual((await deliveriesOf(journal, 'ada')).ids, picked(ids, 'delivery'));
  const user = await deliveriesOf(journal, 'user 7');
  assert.equal(user.ids.length, Math.ceil((events - 7) / 400));
});

test('segments that a restart left without marks are searched event by event, until they are marked', async () => {
  await using sqlite = inProcess();
  const before = await fill(sqliteJournal(sqlite), 0, 700, visitorOf);
  const journal = sqliteJournal(sqlite);
  const ids = [...before, ...(await fill(journal, 700, events, visitorOf))];
  assert.deepEqual(await sqlite.client<typeof operations>().read('unmarkedSegments', 9), [{ partition: 0, first: 0 }]);
  const unmarked = await deliveriesOf(journal, 'ada');
  assert.ok(unmarked.looked > segmentEvents);
  await journal.housekeeping.maintain();
  const marked = await deliveriesOf(journal, 'ada');
  assert.ok(marked.looked < 500, `${marked.looked} deliveries examined`);
  assert.deepEqual([unmarked.ids, marked.ids], [picked(ids, 'delivery'), picked(ids, 'delivery')]);
  assert.deepEqual((await eventsOf(journal, 'ada')).ids, picked(ids, 'event'));
});

test('marks from the log equal those that were collected on intake, without repeated events', async () => {
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  const identified = Array.from({ length: 2 * segmentEvents }, (_, index) =>
    incoming({
      visitorId: index % 7 === 0 ? null : `visitor ${index}`,
      // The second segment has none but those of the visitors.
      anonymousId:
        index % 5 === 0 && index < segmentEvents ? `a","${index}` : index % 11 === 0 ? `visitor ${index}` : null,
      identity: `id ${index - (index % 3)}`,
    }),
  );
  for (let at = 0; at < identified.length; at += 500) await accept(journal, identified.slice(at, at + 500));
  await accept(
    journal,
    identified.map((event) => ({ ...event, identity: null })),
  );
  const rows = sqlite.database.prepare('SELECT place, marks FROM visitor_marks ORDER BY place').all();
  assert.deepEqual(
    rows.map(({ place }) => place),
    [0, segmentEvents],
  );
  for (const { place, marks } of rows)
    assert.deepEqual(
      await sqlite.client<typeof operations>().read('visitorMarksOf', { partition: 0, first: Number(place) }),
      marks,
    );
});

test('a visitor with the mark of another is not taken for it', async () => {
  const other = Array.from({ length: 200_000 }, (_, n) => `other ${n}`).find(
    (one) => visitorMark(one) === visitorMark('ada'),
  );
  assert.ok(other);
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  const ids = await fill(journal, 0, segmentEvents, (offset) => ({
    visitorId: offset === 5 ? 'ada' : offset === 6 ? other : 'x',
  }));
  assert.deepEqual((await deliveriesOf(journal, 'ada')).ids, [ids[5]?.delivery]);
  assert.deepEqual((await eventsOf(journal, other)).ids, [ids[6]?.event]);
});

test('a visitor of most events is found page by page', async () => {
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  const ids = await fill(journal, 0, 12 * segmentEvents, (offset) => ({
    visitorId: offset % 50 === 0 ? 'x' : 'kiosk',
  }));
  const query = { visitorId: 'kiosk', limit: 50, closed: [], now: start, forMs: 60_000 };
  const page = await journal.log.searchDeliveries(query);
  const expected = ids.filter((_, offset) => offset % 50 !== 0).map(({ delivery }) => delivery);
  assert.deepEqual(
    page.deliveries.map(({ id }) => id),
    expected.reverse().slice(0, 50),
  );
});

test('retention removes the marks of events that are gone', async () => {
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  const ids = await fill(journal, 0, 2 * segmentEvents, visitorOf);
  const lease = await claim(journal, 0);
  const settled = ids.map(({ delivery }) => settlement(delivery, { status: 'cancelled' }));
  await journal.hot.settle(lease, settled, start);
  await journal.housekeeping.retain({ before: start + hour, bytesMax: null });
  await journal.housekeeping.maintain();
  assert.deepEqual((await deliveriesOf(journal, 'ada')).ids, []);
  assert.deepEqual(sqlite.database.prepare('SELECT place FROM visitor_marks').all(), []);
});

test('an erasure removes the marks of its events, those too that are not stored yet', async () => {
  await using sqlite = inProcess();
  const journal = sqliteJournal(sqlite);
  await fill(journal, 0, events, visitorOf);
  await journal.housekeeping.erasures.begin(
    { id: 'era_1', code: 'c', sought: { visitorId: 'ada' }, now: start },
    { ...erasureEntry, id: 'era_1' },
  );
  for (let state = ''; state !== 'done'; )
    ({ state } = await journal.housekeeping.erasures.step('era_1', { now: start, sending: [] }));
  await fill(journal, events, 3 * segmentEvents, visitorOf);
  await journal.housekeeping.maintain();
  for (const offset of ada) assert.equal(markAt(sqlite, offset), 0);
  assert.equal(markAt(sqlite, 11), visitorMark(visitorOf(11).visitorId));
});

function markAt({ database }: ReturnType<typeof inProcess>, offset: number): number {
  const sql = 'SELECT marks FROM visitor_marks WHERE place = ?';
  const { marks } = database.prepare(sql).get(offset - (offset % segmentEvents)) ?? assert.fail();
  assert.ok(marks instanceof Uint8Array);
  return new Uint16Array(marks.buffer, marks.byteOffset)[offset % segmentEvents] ?? assert.fail();
}

test('the visitor and the anonymous id of a stored line are those of its event', () => {
  const place = { timeMs: start, partition: 0, number: 1, collectorId: 'col_1' };
  const ids = [null, '', 'ada', '"', '\\', '\\"', 'a","b', '"]', ',"', '€ 😀', '\u0000\n\t'];
  for (const visitorId of ids)
    for (const anonymousId of ids)
      for (const [name, sessionId] of [
        [null, null],
        ['login', 'x'],
        ['"],["', 'x'],
        ['\\', null],
      ] as const) {
        const line = lineOfEvent(incoming({ name, visitorId, anonymousId, sessionId, data: { list: ['"]'] } }));
        const event = eventOfLine({ ...place, line });
        assert.deepEqual(visitorOfLine(line), { visitorId: event.visitorId, anonymousId: event.anonymousId });
      }
  assert.deepEqual(visitorOfLine(''), { visitorId: null, anonymousId: null });
});
