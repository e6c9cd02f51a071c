import assert from 'node:assert/strict';
import type { DeliveryQuery, EventSearch } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import { accept, incoming, list, planned, settlement, start, withDeliveries } from './journal-samples.testing.ts';

const hour = 3_600_000;

/** Conformance: lists and searches of events and deliveries. */
export function listsConformance(guarantee: Guarantee): void {
  guarantee('lists page both ways without gaps or repetition', async (journal) => {
    const { ids } = await withDeliveries(
      journal,
      Array.from({ length: 5 }, () => ({})),
    );
    await accept(journal, [incoming({})], start + 1);
    await accept(journal, [incoming({}), incoming({})], start + 1, 2);
    const newest = ids.toReversed();
    assert.deepEqual(await list(journal, { limit: 2 }), newest.slice(0, 2));
    assert.deepEqual(await list(journal, { limit: 2, before: newest[1] ?? '' }), newest.slice(2, 4));
    assert.deepEqual(await list(journal, { limit: 2, after: newest[4] ?? '' }), newest.slice(2, 4));
    assert.deepEqual(
      await list(journal, { limit: 9, after: newest[3] ?? '', before: newest[0] ?? '' }),
      newest.slice(1, 3),
    );
    assert.deepEqual(await list(journal, { before: 'nonsense' }), []);
    const events = async (query: { before?: string; after?: string; limit: number }) =>
      (await journal.log.events(query)).map((event) => event.id);
    const all = await events({ limit: 50 });
    assert.equal(all.length, 8);
    assert.deepEqual(all, all.toSorted().toReversed());
    for (const [index, id] of all.entries()) {
      assert.deepEqual(await events({ limit: 2, before: id }), all.slice(index + 1, index + 3));
      assert.deepEqual(await events({ limit: 2, after: id }), all.slice(Math.max(0, index - 2), index));
    }
    assert.deepEqual(await events({ limit: 2, after: 'nonsense' }), []);
  });

  guarantee('events are found by every filter, alone and together', async (journal) => {
    const trace = 'trc_1';
    const a = await accept(journal, [
      incoming({ name: 'a', visitorId: 'v1', data: { sku: '7', note: 'x"y' } }),
      incoming({
        name: 'ab',
        visitorId: 'v2',
        anonymousId: 'a2',
        data: { x: 'v1', sku: '8', list: ['7'] },
        ext: { trace },
      }),
    ]);
    const b = await journal.hot.accept({
      partition: 0,
      collectorId: 'col_2',
      receivedAt: start + 10,
      events: [incoming({ name: 'a', visitorId: null, data: { note: trace, y: 'sku' } })],
    });
    const [first, second] = a.ids;
    const third = b.ids[0];
    const cases: [Partial<EventSearch>, (string | undefined)[]][] = [
      [{ name: 'a' }, [third, first]],
      [{ name: 'a', limit: 1, after: first ?? '' }, [third]],
      [{ visitorId: 'v1' }, [first]],
      [{ visitorId: 'a2' }, [second]],
      [{ collectorId: 'col_1' }, [second, first]],
      [{ collectorId: 'col_9' }, []],
      [{ parameter: 'sku' }, [second, first]],
      [{ parameter: 'sku', value: '7' }, [first]],
      [{ parameter: 'note', value: 'x"y' }, [first]],
      [{ parameter: 'list', value: '7' }, []],
      [{ parameter: 'toString' }, []],
      [{ parameter: 'sku', name: 'ab' }, [second]],
      [{ trace }, [second]],
      [{ receivedAfter: start + 10 }, [third]],
      [{ receivedAfter: start, receivedBefore: start + 10 }, [second, first]],
      [{ receivedBefore: start }, []],
      [{ receivedAfter: start + 1, after: first ?? '' }, [third]],
      [{ receivedBefore: start + 1, after: first ?? '' }, [second]],
    ];
    for (const [query, expected] of cases) {
      const { events } = await journal.log.search({ limit: 9, lookedMax: 99, ...query });
      assert.deepEqual(
        events.map((event) => event.id),
        expected,
        JSON.stringify(query),
      );
    }
  });

  guarantee(
    'a search examines a bounded number of events and returns where the next one continues',
    async (journal) => {
      const { ids } = await accept(
        journal,
        Array.from({ length: 7 }, (_, n) => incoming({ name: String(n % 3) })),
      );
      const newest = ids.toReversed();
      const search = async (more: Partial<EventSearch>) => {
        const { events, reached } = await journal.log.search({ limit: 9, lookedMax: 3, name: '0', ...more });
        return [events.map((event) => event.id), reached];
      };
      assert.deepEqual(await search({}), [[newest[0]], newest[2]]);
      assert.deepEqual(await search({ before: newest[2] ?? '' }), [[newest[3]], newest[5]]);
      assert.deepEqual(await search({ before: newest[5] ?? '' }), [[newest[6]], null]);
      assert.deepEqual(await search({ limit: 1, lookedMax: 9 }), [[newest[0]], newest[0]]);
      assert.deepEqual(await search({ after: newest[6] ?? '' }), [[newest[3]], newest[3]]);
      assert.deepEqual(await search({ after: newest[6] ?? '', lookedMax: 9 }), [[newest[0], newest[3]], null]);
      assert.deepEqual(await search({ after: 'nonsense' }), [[], null]);
    },
  );

  guarantee('deliveries are found by every filter, alone and together', async (journal) => {
    const { lease, ids, eventIds } = await withDeliveries(journal, [
      { actionId: 'act_2' },
      { destinationId: 'dst_2' },
      { destinationId: 'dst_3', connectionId: 'con_2' },
      { test: true, actionId: null },
      { dueAt: start + hour },
      {},
    ]);
    const [a, b, c, d, e, f] = ids;
    await journal.hot.settle(
      lease,
      [
        settlement(a, { status: 'delivered' }),
        settlement(b, { status: 'failed', errorKind: 'http_4xx' }),
        settlement(c, { status: 'held', reason: 'exhausted', errorKind: 'timeout' }),
        settlement(f, { status: 'retrying', errorKind: 'timeout', dueAt: start }),
      ],
      start,
    );
    const [late] =
      (await journal.hot.plan(lease, { advance: null, deliveries: [planned({})], now: start + hour })) ?? [];
    const cases: [Partial<DeliveryQuery>, (string | undefined)[]][] = [
      [{ status: 'delivered' }, [a]],
      [{ status: 'failed' }, [b]],
      [{ status: 'held' }, [c]],
      [{ status: 'held', closed: ['dst_1', 'dst_9'] }, [f, d, c]],
      [{ status: 'pending' }, [late, e, d]],
      [{ status: 'pending', closed: ['dst_1'] }, [late, e]],
      [{ status: 'retrying' }, [f]],
      [{ status: 'retrying', closed: ['dst_1'] }, []],
      [{ status: 'skipped' }, []],
      [{ actionId: 'act_2' }, [a]],
      [{ actionId: 'act_9' }, []],
      [{ destinationId: 'dst_2' }, [b]],
      [{ destinationId: 'dst_9' }, []],
      [{ connectionId: 'con_1' }, [late, f, e, d, b, a]],
      [{ connectionId: 'con_2' }, [c]],
      [{ connectionId: 'con_1', destinationId: 'dst_3' }, []],
      [{ eventId: eventIds[1] ?? '' }, [b]],
      [{ eventId: 'evt_nonsense' }, []],
      [{ errorKind: 'timeout' }, [f, c]],
      [{ errorKind: 'dns' }, []],
      [{ test: true }, [d]],
      [{ test: false, connectionId: 'con_1' }, [late, f, e, b, a]],
      [{ createdAfter: start + 1 }, [late]],
      [{ createdAfter: start + hour }, [late]],
      [{ createdBefore: start + hour, destinationId: 'dst_1' }, [f, e, d, a]],
      [{ createdAfter: start, createdBefore: start }, []],
      [{ status: 'pending', test: true, destinationId: 'dst_1' }, [d]],
      [{ status: 'held', closed: ['dst_1'], errorKind: 'timeout', connectionId: 'con_2' }, [c]],
      [{ status: 'delivered', actionId: 'act_2', eventId: eventIds[0] ?? '' }, [a]],
    ];
    for (const [query, expected] of cases)
      assert.deepEqual(await list(journal, query), expected, JSON.stringify(query));
    const [first] = await journal.log.deliveries({ limit: 1, closed: [], now: start, actionId: 'act_2' });
    assert.deepEqual(first, {
      ...planned({ actionId: 'act_2' }),
      id: a,
      eventId: eventIds[0],
      status: 'delivered',
      reason: null,
      detail: null,
      errorKind: null,
      attempts: 0,
      dueAt: null,
      createdAt: start,
      finishedAt: start,
      replayId: null,
      replayOf: null,
    });
  });
}
