import assert from 'node:assert/strict';
import { placeOf } from '../../contract/ids.ts';
import type { DeliveryQuery, Journal, Lease } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import { accept, claim, due, incoming, list, planned, settlement, start } from './journal-samples.testing.ts';

const minute = 60_000;
const day = 86_400_000;
const year = 365 * day;

/** Stores an event with one delivery at a time; returns their ids. */
async function happen(journal: Journal, lease: Lease, at: number, identity: string | null = null) {
  const { ids, from, duplicates } = await accept(journal, [incoming({ identity })], at);
  const [eventId = ''] = ids;
  if (duplicates.length > 0) return { eventId, deliveryId: '', isNew: false };
  const advance = { from, to: from + 1 };
  const made = await journal.hot.plan(lease, { advance, deliveries: [planned({ eventId, dueAt: at })], now: at });
  return { eventId, deliveryId: made?.[0] ?? '', isNew: true };
}

/** The clock is right, a year ahead for two minutes, and right again, with an event and a delivery in each minute. */
async function aheadOnce(journal: Journal) {
  const lease = await claim(journal, 0);
  const times = [start, start + year, start + year + minute, start + minute, start + 2 * minute];
  const made = [];
  for (const at of times) made.push(await happen(journal, lease, at));
  return { lease, events: made.map(({ eventId }) => eventId), deliveries: made.map(({ deliveryId }) => deliveryId) };
}

const finish = (journal: Journal, lease: Lease, ids: readonly string[], now: number) =>
  journal.hot.settle(
    lease,
    ids.map((id) => settlement(id, { status: 'delivered' })),
    now,
  );

/** Conformance: a clock that was ahead and is corrected. Numbers order the journal, times follow the clock. */
export function clockConformance(guarantee: Guarantee): void {
  guarantee('after a clock that was ahead, times of events and deliveries are right again', async (journal) => {
    const { events, deliveries } = await aheadOnce(journal);
    assert.deepEqual(
      events.map((id) => (placeOf('event', id)?.timeMs ?? 0) - start),
      [0, year, year + minute, minute, 2 * minute],
    );
    const timesOf = deliveries.map((id) => (placeOf('delivery', id)?.timeMs ?? 0) - start);
    assert.deepEqual(timesOf, [0, year, year + minute, minute, 2 * minute]);
    assert.equal((await journal.log.event(events[3] ?? ''))?.receivedAt, new Date(start + minute).toISOString());
    const corrected = await accept(journal, [incoming({})], start + 2 * minute - 4_000);
    assert.equal(corrected.receivedAt, start + 2 * minute, 'a small correction is no set-back');
  });

  guarantee(
    'lists are in the order in which events came, whatever the clock showed, also by pages',
    async (journal) => {
      const { events, deliveries } = await aheadOnce(journal);
      const newest = events.toReversed();
      assert.deepEqual(
        (await journal.log.events({ limit: 9 })).map(({ id }) => id),
        newest,
      );
      assert.deepEqual(await list(journal, {}), deliveries.toReversed());
      const [, , middle = ''] = events;
      const page = async (query: Parameters<Journal['log']['events']>[0]) =>
        (await journal.log.events(query)).map(({ id }) => id);
      assert.deepEqual(await page({ limit: 9, before: middle }), newest.slice(3));
      assert.deepEqual(await page({ limit: 9, after: middle }), newest.slice(0, 2));
      assert.deepEqual(await list(journal, { before: deliveries[2] ?? '' }), deliveries.slice(0, 2).toReversed());
      assert.deepEqual(await list(journal, { after: deliveries[2] ?? '' }), deliveries.slice(3).toReversed());
    },
  );

  guarantee(
    'a search by time finds what has this time, on both sides of a clock that was set back',
    async (journal) => {
      const { events, deliveries } = await aheadOnce(journal);
      const between = async (from: number | null, to: number | null) => {
        const times = {
          ...(from !== null && { receivedAfter: start + from }),
          ...(to !== null && { receivedBefore: start + to }),
        };
        const query: Partial<DeliveryQuery> = {
          ...(from !== null && { createdAfter: start + from }),
          ...(to !== null && { createdBefore: start + to }),
        };
        const all = { lookedMax: 99, limit: 9 };
        const found = (await journal.log.search({ ...times, ...all })).events.map(({ id }) => events.indexOf(id));
        const oldest = events[0] ?? '';
        const later = (await journal.log.search({ ...times, ...all, after: oldest })).events.map(({ id }) =>
          events.indexOf(id),
        );
        assert.deepEqual(
          later,
          found.filter((index) => index > 0),
        );
        const rows = (await list(journal, query)).map((id) => deliveries.indexOf(id));
        assert.deepEqual(rows, found, 'deliveries as events');
        return found;
      };
      assert.deepEqual(await between(0, 2 * minute), [3, 0]);
      assert.deepEqual(await between(minute, null), [4, 3, 2, 1]);
      assert.deepEqual(await between(minute, year), [4, 3]);
      assert.deepEqual(await between(year, null), [2, 1]);
      assert.deepEqual(await between(year + 1, year + 2 * minute), [2]);
      assert.deepEqual(await between(null, minute), [0]);
      assert.deepEqual(await between(3 * minute, 4 * minute), []);
      assert.deepEqual(await between(null, null), [4, 3, 2, 1, 0]);
    },
  );

  guarantee('deliveries are counted in the buckets of their times', async (journal) => {
    await aheadOnce(journal);
    const edges = [0, minute, 2 * minute, year].map((at) => start + at);
    const { counts } = await journal.log.histogram({ edges, forMs: 10_000, closed: [], now: start + year });
    assert.deepEqual(
      counts.map((one) => one.pending),
      [1, 1, 1, 2],
    );
  });

  guarantee('retention removes by true age: neither too early nor only when the clock gets there', async (journal) => {
    const { lease, deliveries, events } = await aheadOnce(journal);
    await finish(journal, lease, deliveries, start + 2 * minute);
    const retain = async (at: number) => {
      await journal.housekeeping.retain({ before: at - 30 * day, now: at, bytesMax: null });
      const left = (await journal.log.events({ limit: 9 })).map(({ id }) => events.indexOf(id));
      assert.deepEqual(
        (await list(journal, {})).map((id) => deliveries.indexOf(id)),
        left,
      );
      return left;
    };
    assert.deepEqual(await retain(start + 3 * minute), [4, 3, 2, 1, 0]);
    assert.deepEqual(await retain(start + 30 * day + 1), [4, 3, 2, 1]);
    assert.deepEqual(await retain(start + 30 * day + minute + 1), [4], 'those of the wrong time with the next ones');
    const { isNew } = await happen(journal, lease, start + 31 * day);
    assert.ok(isNew);
    assert.equal(
      (await journal.log.search({ receivedAfter: start + 31 * day, limit: 9, lookedMax: 9 })).events.length,
      1,
    );
  });

  guarantee('what was stored by a clock that is still ahead is kept', async (journal) => {
    const lease = await claim(journal, 0);
    const { deliveryId, eventId } = await happen(journal, lease, start + year);
    await finish(journal, lease, [deliveryId], start + year);
    await journal.hot.followClock(lease, start, 0);
    await journal.housekeeping.retain({ before: start - 30 * day, now: start, bytesMax: null });
    assert.equal((await journal.log.event(eventId))?.id, eventId);
    await journal.housekeeping.retain({ before: start + minute, now: start + 30 * day, bytesMax: null });
    assert.equal(await journal.log.event(eventId), null);
  });

  guarantee('an identity that a wrong clock stored is remembered for a day from then on', async (journal) => {
    const lease = await claim(journal, 0);
    const first = await happen(journal, lease, start + year, 'm-1');
    const round = (now: number) =>
      journal.housekeeping.retain({ before: 0, identitiesBefore: now - day, now, bytesMax: null });
    await round(start);
    const again = await happen(journal, lease, start + day - 1, 'm-1');
    assert.deepEqual([again.isNew, again.eventId], [false, first.eventId]);
    await round(start + day);
    assert.ok((await happen(journal, lease, start + day, 'm-1')).isNew);
  });

  guarantee('held deliveries expire by true age', async (journal) => {
    const { lease, deliveries } = await aheadOnce(journal);
    const expire = async (at: number) => {
      const query = { destinationId: 'dst_1', createdBefore: at - 10 * minute, now: at + year * 2, except: [] };
      const [one] = await journal.log.expire(lease, { ...query, now: at });
      return one?.count ?? 0;
    };
    await journal.hot.followClock(lease, start, year);
    assert.equal(await expire(start + 10 * minute), 0);
    assert.equal(await expire(start + 11 * minute), 1);
    assert.equal(await expire(start + 11 * minute + 1), 3, 'with those of the wrong time');
    assert.deepEqual(await due(journal, start + 12 * minute), [deliveries[4]]);
  });

  guarantee(
    'a clock that was set back moves the times of the partitions of its node, and no others',
    async (journal) => {
      const { hot } = journal;
      const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
      const late = planned({ dueAt: start + year + minute });
      const plan = { advance: null, deliveries: [late], now: start + year };
      const [first] = (await hot.plan(zero, plan)) ?? [];
      await hot.plan(one, plan);
      const dueIn = async (partition: number, now: number) =>
        (await hot.due({ partition, destinationId: 'dst_1', now, limit: 9 })).due.length;
      assert.equal(await hot.followClock(zero, start, 0), year);
      assert.deepEqual([await dueIn(0, start + minute), await dueIn(1, start + minute)], [1, 0]);
      assert.equal(await hot.followClock(zero, start, 0), 0);
      const next = (await hot.plan(one, { ...plan, now: start + year + 1 })) ?? [];
      assert.equal(placeOf('delivery', next[0] ?? '')?.timeMs, start + year + 1);

      const later = await claim(journal, 0, 'another', start + 1e12);
      assert.equal(await hot.followClock(zero, start - minute, 0), null, 'not the owner');
      assert.equal(await hot.followClock(zero, start - minute, year), null);
      assert.equal(await dueIn(0, start + minute - 1), 0);
      assert.equal(await hot.followClock(later, start - minute, 0), minute);
      assert.equal(placeOf('delivery', first ?? '')?.partition, 0);
    },
  );

  guarantee('the newest times tell at a start by how much the clock was set back', async (journal) => {
    const lease = await claim(journal, 0);
    assert.equal(await journal.hot.followClock(lease, start, 0), 0);
    await happen(journal, lease, start + year);
    assert.equal(await journal.hot.followClock(lease, start + year + 1, 0), 0);
    assert.equal(await journal.hot.followClock(lease, start + year - 4_000, 0), 0);
    assert.equal(await journal.hot.followClock(lease, start, 0), year);
    assert.equal(await journal.hot.followClock(lease, start, 0), 0, 'once');
    const { eventId, deliveryId } = await happen(journal, lease, start + 1);
    assert.deepEqual(
      [placeOf('event', eventId)?.timeMs, placeOf('delivery', deliveryId)?.timeMs],
      [start + 1, start + 1],
    );
    assert.deepEqual(await list(journal, { createdBefore: start + year }), [deliveryId]);
  });
}
