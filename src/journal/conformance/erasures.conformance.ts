import assert from 'node:assert/strict';
import type { ErasedBy, ErasureStep } from '../erasures.ts';
import type { Journal } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  due,
  erasureEntry,
  incoming,
  list,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const ann: ErasedBy = { visitorId: 'ann' };
const day = 86_400_000;

/** Begins an erasure and runs all its steps. */
async function erase(journal: Journal, sought = ann, id = 'era_1'): Promise<ErasureStep[]> {
  await journal.housekeeping.erasures.begin({ id, code: 'c', sought, now: start }, { ...erasureEntry, id });
  return go(journal, id);
}

async function go(journal: Journal, id = 'era_1', sending: string[] = []): Promise<ErasureStep[]> {
  const steps: ErasureStep[] = [];
  for (let state = ''; state !== 'done' && state !== 'waiting'; ) {
    const step = await journal.housekeeping.erasures.step(id, { now: start + 5, sending });
    steps.push(step);
    ({ state } = step);
  }
  return steps;
}

/** Conformance: the erasure of a visitor's data. */
export function erasuresConformance(guarantee: Guarantee): void {
  guarantee(
    'an erasure removes the events of a user that name the visitor as their anonymous id alone',
    async (journal) => {
      const user = incoming({ visitorId: 'u-1', anonymousId: 'ann', name: 'by a user' });
      const other = incoming({ visitorId: 'u-2', anonymousId: 'bob', name: 'ann', data: { a: 'ann' } });
      const { ids } = await accept(journal, [user, other]);
      await journal.hot.plan(await claim(journal, 0), { advance: { from: 0, to: 2 }, deliveries: [], now: start });
      assert.equal((await journal.housekeeping.erasures.count(ann)).events, 1);
      await erase(journal);
      assert.deepEqual(
        (await journal.log.events({ limit: 9 })).map(({ id }) => id),
        [ids[1]],
      );
    },
  );

  guarantee(
    'an erasure removes the events, deliveries and identities of one visitor, and nothing of others',
    async (journal) => {
      const of = (visitorId: string, identity: string) => incoming({ visitorId, identity, name: `by ${visitorId}` });
      const { ids } = await accept(journal, [of('ann', 'm1'), of('bob', 'm2'), of('ann', 'm3')]);
      const lease = await claim(journal, 0);
      const rows = ids.map((eventId) => planned({ eventId, dueAt: start }));
      const plan = { advance: { from: 0, to: 3 }, deliveries: rows, now: start };
      const [first = '', second = '', third = ''] = (await journal.hot.plan(lease, plan)) ?? [];
      const end = (id: string) =>
        settlement(id, { status: 'delivered', rendered: rendered(id), log: [attempt(1, { body: id })] });
      await journal.hot.settle(lease, [end(first), end(second)], start);
      assert.deepEqual(await journal.housekeeping.erasures.count(ann), { events: 2, deliveries: 2, unfinished: 1 });
      const steps = await erase(journal);
      assert.deepEqual(steps.flatMap(({ events }) => events.map(({ id }) => id)).sort(), [ids[0], ids[2]].sort());
      assert.deepEqual(
        steps.flatMap(({ cancelled }) => cancelled.map(({ id, destinationId }) => [id, destinationId])),
        [[third, 'dst_1']],
      );
      assert.equal(await journal.log.event(ids[0] ?? ''), null);
      assert.deepEqual(
        (await journal.log.events({ limit: 9 })).map(({ id }) => id),
        [ids[1]],
      );
      assert.deepEqual(await list(journal, {}), [second]);
      assert.equal((await journal.log.delivery(second))?.rendered?.body, second);
      assert.deepEqual(await due(journal), []);
      assert.deepEqual(await journal.housekeeping.erasures.count(ann), { events: 0, deliveries: 0, unfinished: 0 });
      const again = await accept(journal, [of('cid', 'm1'), of('cid', 'm2')]);
      assert.deepEqual(again.duplicates, [1], 'an erased identity is free again, others are not');
      assert.partialDeepStrictEqual(await journal.housekeeping.erasures.list(), [
        { id: 'era_1', code: 'c', by: 'visitorId', state: 'done', sought: null, finishedAt: start + 5 },
      ]);
      assert.deepEqual((await journal.housekeeping.erasures.list())[0]?.counts, {
        events: 2,
        deliveries: 2,
        unfinished: 1,
      });
      const [reported] = await journal.audit.entries({ limit: 1 });
      assert.deepEqual([reported?.act, reported?.id], ['erase', 'era_1']);
      // A later settle, from a process that still had the delivery in memory, finds nothing.
      await journal.hot.settle(lease, [end(first), end(third)], start);
      assert.deepEqual(await list(journal, {}), [second]);
    },
  );

  guarantee('an erasure waits for unmatched events and for deliveries in flight', async (journal) => {
    await accept(journal, [incoming({ visitorId: 'ann' })]);
    assert.deepEqual(
      (await erase(journal)).map(({ state }) => state),
      ['waiting'],
    );
    const lease = await claim(journal, 0);
    const [{ id: eventId = '' } = {}] = await journal.log.events({ limit: 1 });
    const plan = {
      advance: { from: 0, to: 1 },
      deliveries: [planned({ eventId, dueAt: start })],
      now: start,
    };
    const [delivery = ''] = (await journal.hot.plan(lease, plan)) ?? [];
    assert.deepEqual((await go(journal, 'era_1', [delivery])).at(-1)?.state, 'waiting');
    assert.equal((await journal.log.delivery(delivery))?.id, delivery);
    assert.equal((await go(journal)).at(-1)?.state, 'done');
    assert.equal(await journal.log.delivery(delivery), null);
  });

  guarantee('an erasure removes a delivery that was kept longer than the others of its event', async (journal) => {
    const { lease, ids, eventIds } = await withDeliveries(journal, [{}]);
    const later = start + 10 * day;
    const again = { advance: null, deliveries: [planned({ eventId: eventIds[0] ?? null, dueAt: later })], now: later };
    const [repeat = ''] = (await journal.hot.plan(lease, again)) ?? [];
    const end = (id = '') => settlement(id, { status: 'delivered', rendered: rendered('{}'), log: [attempt(1)] });
    await journal.hot.settle(lease, [end(ids[0]), end(repeat)], later);
    await journal.housekeeping.retain({ before: start + day, bytesMax: null });
    assert.deepEqual(await list(journal, {}), [repeat]);
    const sought = { visitorId: 'v-1' };
    assert.deepEqual(await journal.housekeeping.erasures.count(sought), { events: 1, deliveries: 1, unfinished: 0 });
    await erase(journal, sought);
    assert.deepEqual(await list(journal, {}), []);
  });

  guarantee('an erasure leaves events that are accepted after it began', async (journal) => {
    await withDeliveries(journal, [{}]);
    await journal.housekeeping.erasures.begin(
      { id: 'era_1', code: 'c', sought: { visitorId: 'v-1' }, now: start },
      erasureEntry,
    );
    const later = await accept(journal, [incoming({})]);
    await go(journal);
    assert.deepEqual(
      (await journal.log.events({ limit: 9 })).map(({ id }) => id),
      later.ids,
    );
  });

  guarantee('an erasure by the text of a parameter removes the tests that mention the text too', async (journal) => {
    const { ids } = await accept(journal, [
      incoming({ data: { email: 'ann@shop.example' } }),
      incoming({ data: { mail: 'ann@shop.example' } }),
    ]);
    const lease = await claim(journal, 0);
    const plan = {
      advance: { from: 0, to: 2 },
      deliveries: [planned({ test: true }), planned({ test: true })],
      now: start,
    };
    const [mentions = '', other = ''] = (await journal.hot.plan(lease, plan)) ?? [];
    const end = (id: string, body: string) =>
      settlement(id, { status: 'delivered', rendered: rendered(body), log: [attempt(1, { body })] });
    await journal.hot.settle(lease, [end(other, 'x')], start);
    const sought = { parameter: 'email', value: 'ann@shop.example' };
    await journal.housekeeping.erasures.begin({ id: 'era_1', code: 'c', sought, now: start }, erasureEntry);
    assert.equal((await go(journal, 'era_1', [mentions])).at(-1)?.state, 'waiting', 'for a test that is running');
    await journal.hot.settle(lease, [end(mentions, '{"to":"ann@shop.example"}')], start);
    await go(journal);
    assert.deepEqual(
      (await journal.log.events({ limit: 9 })).map(({ id }) => id),
      [ids[1]],
    );
    assert.deepEqual(await list(journal, {}), [other]);
    assert.equal((await journal.housekeeping.erasures.list())[0]?.by, 'email');
  });

  guarantee('an exchange that an erased visitor shares with others keeps no data', async (journal) => {
    const { ids: events } = await accept(journal, [incoming({ visitorId: 'ann' }), incoming({ visitorId: 'bob' })]);
    const lease = await claim(journal, 0);
    const rows = events.map((eventId) => planned({ eventId, dueAt: start }));
    const plan = { advance: { from: 0, to: 2 }, deliveries: rows, now: start };
    const [, bobs = ''] = (await journal.hot.plan(lease, plan)) ?? [];
    const ids = await list(journal, {});
    const shared = attempt(1, { body: 'ann and bob', batch: { id: 'bat_1', records: 2 } });
    const headers: [string, string][] = [
      ['Content-Type', 'text/plain'],
      ['Millrace-Hops', '1'],
      ['X-First', 'ann'],
    ];
    const response = { status: 200, headers: [['X-Echo', 'ann']] as [string, string][], body: 'ok', truncated: false };
    const request = { method: 'POST', url: 'https://crm.example:8443/ann?first=ann', headers, body: 'ann and bob' };
    const log = [{ ...shared, request, response }];
    await journal.hot.settle(
      lease,
      ids.map((id) => settlement(id, { status: 'delivered', log })),
      start,
    );
    await erase(journal);
    const [one] = (await journal.log.delivery(bobs))?.attemptLog ?? [];
    assert.deepEqual(one?.request, {
      method: 'POST',
      url: 'https://crm.example:8443/[erased]',
      headers: [...headers.slice(0, 2), ['X-First', '[erased]']],
      body: null,
      bodyBytes: 11,
    });
    assert.deepEqual([one?.response?.status, one?.response?.headers], [200, [['X-Echo', '[erased]']]]);
  });

  guarantee(
    'an exchange that is recorded after one of its records was erased has nothing of that record',
    async (journal) => {
      const visitors = ['ann', 'bob', 'cem'];
      const { ids: events } = await accept(
        journal,
        visitors.map((visitorId) => incoming({ visitorId })),
      );
      const lease = await claim(journal, 0);
      const rows = events.map((eventId) => planned({ eventId, dueAt: start }));
      const plan = { advance: { from: 0, to: 3 }, deliveries: rows, now: start };
      const ids = (await journal.hot.plan(lease, plan)) ?? assert.fail();
      const request = { method: 'POST', url: 'https://crm.example/?first=ann', headers: [], body: 'ann and bob' };
      const shared = { ...attempt(1, { batch: { id: 'bat_1', records: 3 } }), request };
      await erase(journal);
      // A large batch is settled in parts.
      const parts = [ids.slice(1, 2), ids.slice(0, 1).concat(ids.slice(2))];
      for (const part of parts)
        await journal.hot.settle(
          lease,
          part.map((id) => settlement(id, { status: 'delivered', log: [shared] })),
          start,
        );
      for (const id of ids.slice(1)) {
        const { status, attemptLog } = (await journal.log.delivery(id)) ?? assert.fail();
        assert.equal(status, 'delivered');
        const requests = attemptLog.map((one) => [one.request?.url, one.request?.body]);
        assert.deepEqual(requests, [['https://crm.example/[erased]', null]]);
      }
      assert.equal(await journal.log.delivery(ids[0] ?? ''), null);
    },
  );

  guarantee('a reason that quotes an erased visitor is removed from the deliveries of others', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}, {}]);
    const end = (id: string | undefined, detail: string) => settlement(id, { status: 'skipped', detail });
    await journal.hot.settle(lease, [end(ids[0], 'not for ann-0815'), end(ids[1], 'not for bob')], start);
    await erase(journal, { visitorId: 'ann-0815' });
    const details = await Promise.all(ids.map(async (id) => (await journal.log.delivery(id))?.detail));
    assert.deepEqual(details, ['[erased]', 'not for bob']);
  });

  guarantee(
    'a hold and the status of a queue that quote an erased visitor are without the quotation',
    async (journal) => {
      const { lease } = await withDeliveries(journal, [{}]);
      const { hot } = journal;
      const hold = { scopeId: 'con_1', reason: 'auth_rejected', since: 1, probeAt: 2, probes: 0 } as const;
      await hot.saveHold(lease, { ...hold, detail: 'no account for ann-0815' });
      const status = (detail: string) => JSON.stringify({ tokenPause: { until: 1, detail } });
      const changes = [
        { connectionId: 'con_1', text: status('not for ann-0815') },
        { connectionId: 'con_2', text: status('not for bob') },
      ];
      await hot.statuses.save(lease, changes);
      const end = settlement((await list(journal, {}))[0], { status: 'delivered' });
      await hot.settle(lease, [end], start);
      await erase(journal, { visitorId: 'ann-0815' });
      assert.deepEqual(await hot.holds(), [{ ...hold, detail: '[erased]' }]);
      assert.deepEqual(
        (await hot.statuses.list()).map(({ text }) => text),
        [status('not for [erased]'), status('not for bob')],
      );
    },
  );

  guarantee('deliveries that wait behind an erased one in its order move up', async (journal) => {
    const { ids: events } = await accept(journal, [incoming({ visitorId: 'ann' }), incoming({ visitorId: 'bob' })]);
    const lease = await claim(journal, 0);
    const rows = events.map((eventId) => planned({ eventId, dueAt: start, orderKey: 7 }));
    const plan = { advance: { from: 0, to: 2 }, deliveries: rows, now: start };
    const [anns = '', bobs = ''] = (await journal.hot.plan(lease, plan)) ?? [];
    assert.equal((await journal.log.delivery(bobs))?.waitsFor, anns);
    await erase(journal);
    assert.deepEqual([await due(journal), (await journal.log.delivery(bobs))?.waitsFor], [[bobs], undefined]);
  });

  guarantee('an unknown erasure is done', async (journal) => {
    const step = await journal.housekeeping.erasures.step('era_none', { now: start, sending: [] });
    assert.deepEqual(step, { state: 'done', waitsFor: null, events: [], cancelled: [] });
  });
}
