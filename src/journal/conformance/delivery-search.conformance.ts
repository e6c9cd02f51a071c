import assert from 'node:assert/strict';
import type { ReplayInput } from '../../contract/records/replay.ts';
import type { DeliverySearch, Journal, Lease } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  incoming,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const minute = 60_000;
const replayId = `rpl_${'0'.repeat(26)}`;

/**
 * Four deliveries, oldest first: one delivered with the event's data as its body; one failed with 422; two in one batch that
 * was answered with 503. `repeat` creates a delivery that repeats the failed one.
 */
async function withAttempts(journal: Journal) {
  const data = { email: 'Ada@Shop.example' };
  const carl = { email: 'carl@shop.example' };
  const visitors = [
    { visitorId: 'ada', data },
    { visitorId: 'bob', anonymousId: 'b-1' },
    { visitorId: 'ada', data: carl },
    { visitorId: 'eve' },
  ];
  const { ids: eventIds, from } = await accept(journal, visitors.map(incoming));
  const lease = await claim(journal, 0);
  const deliveries = eventIds.map((eventId) => planned({ eventId, dueAt: start }));
  const plan = { advance: { from, to: from + 4 }, deliveries, now: start };
  const ids = (await journal.hot.plan(lease, plan)) ?? assert.fail();
  const body = JSON.stringify(data);
  const refused = attempt(1, {
    outcome: 'failed',
    body: '{"sku":"7"}',
    error: { kind: 'http_4xx', message: 'Refused' },
  });
  const batch = (number: number) => ({
    ...attempt(1, { outcome: 'retry', body: '["a","b"]', batch: { id: 'bat_1', records: 2 } }),
    id: `att_${number}`,
    response: { status: 503, headers: [['Retry-After', '7']] as [string, string][], body: 'busy', truncated: false },
  });
  await journal.hot.settle(
    lease,
    [
      settlement(ids[0], {
        status: 'delivered',
        attempts: 1,
        rendered: { ...rendered(body), copyOf: eventIds[0] ?? '' },
        log: [attempt(1, { body })],
      }),
      settlement(ids[1], {
        status: 'failed',
        attempts: 1,
        errorKind: 'http_4xx',
        rendered: rendered('{"sku":"7"}'),
        log: [
          {
            ...refused,
            durationMs: 800,
            response: { status: 422, headers: [], body: 'No (such) "sku"', truncated: false },
          },
        ],
      }),
      ...[2, 3].map((at) => settlement(ids[at], { status: 'retrying', attempts: 1, dueAt: start, log: [batch(at)] })),
    ],
    start + 800,
  );
  return { lease, ids, repeat: (of: string, now: number) => repeatOf(journal, lease, of, now) };
}

async function repeatOf({ log: { replays } }: Journal, lease: Lease, of: string, now: number): Promise<string> {
  const input = { of: 'deliveries', ids: [of], only: 'failed', to: null, body: 'original', plan: false } as ReplayInput; // the rest is not read
  await replays.create({
    id: replayId,
    input,
    startedBy: 'ops',
    createdAt: now,
    upTo: null,
    partition: 0,
    total: 1,
    planLeftOut: {},
  });
  await replays.move(replayId, { from: ['planned'], to: 'running', now });
  const { dueAt: _, test: _t, ...same } = planned({});
  const one = { ...same, replayOf: of, source: of, idempotencyKey: null, keepsBody: false };
  const step = { id: replayId, from: null, to: 'a', isLast: true, deliveries: [one], leftOut: {}, now };
  const made = await replays.advance(lease, step);
  return made?.ids[0] ?? assert.fail();
}

const search = async (journal: Journal, query: Partial<DeliverySearch>) => {
  const { deliveries } = await journal.log.searchDeliveries({
    limit: 9,
    closed: [],
    now: start,
    forMs: 10_000,
    ...query,
  });
  return deliveries.map(({ id }) => id);
};

/** Conformance: bounded searches and counts of deliveries. */
export function deliverySearchConformance(guarantee: Guarantee): void {
  guarantee('deliveries are found by what their attempts and events say, alone and together', async (journal) => {
    const { ids } = await withAttempts(journal);
    const [a, b, c, d] = ids;
    const cases: [Partial<DeliverySearch>, (string | undefined)[]][] = [
      [{}, [d, c, b, a]],
      [{ visitorId: 'ada' }, [c, a]],
      [{ visitorId: 'ada', status: 'delivered' }, [a]],
      [{ visitorId: 'b-1' }, [b]],
      [{ visitorId: 'unknown' }, []],
      [{ httpStatus: { from: 422, to: 422 } }, [b]],
      [{ httpStatus: { from: 500, to: 599 } }, [d, c]],
      [{ httpStatus: { from: 200, to: 299 }, visitorId: 'eve' }, []],
      [{ durationMsMin: 800 }, [b]],
      [{ durationMsMin: 801 }, []],
      [{ text: 'ada@shop' }, [a]],
      [{ text: 'no (SUCH) "sku"' }, [b]],
      [{ text: 'x-order' }, [b, a]],
      [{ text: 'retry-after' }, [d, c]],
      [{ text: 'refused' }, [b]],
      [{ text: 'att_' }, []],
      // Of a batch, each delivery has the values of its own event, and not the records of others.
      [{ text: 'carl@shop' }, [c]],
      [{ text: 'eve' }, [d]],
      [{ text: '["a","b"]' }, []],
      [{ text: 'busy', after: c ?? '' }, [d]],
      [{ text: 'busy', before: d ?? '', status: ['retrying', 'failed'] }, [c]],
      [{ text: 'busy', before: 'nonsense' }, []],
    ];
    for (const [query, expected] of cases)
      assert.deepEqual(await search(journal, query), expected, JSON.stringify(query));
  });

  guarantee(
    'rows of a list have their event, its visitor, and the last attempt with the sentence of its response',
    async (journal) => {
      const { ids } = await withAttempts(journal);
      const again = await journal.log.details([...ids, `dlv_${'0'.repeat(26)}`, 'nonsense']);
      assert.deepEqual(
        again.map(({ id, event, lastAttempt }) => [id, event?.visitorId, lastAttempt?.status, lastAttempt?.message]),
        [
          [ids[0], 'ada', 200, null],
          [ids[1], 'bob', 422, 'No (such) "sku"'],
          [ids[2], 'ada', 503, 'busy'],
          [ids[3], 'eve', 503, 'busy'],
        ],
      );
      assert.deepEqual(again[1]?.lastAttempt, {
        attempts: 1,
        status: 422,
        durationMs: 800,
        errorKind: 'http_4xx',
        message: 'No (such) "sku"',
      });
      const { ids: fresh } = await withDeliveries(journal, [{}], start + minute);
      assert.deepEqual(
        (await journal.log.details(fresh)).map(({ lastAttempt }) => lastAttempt),
        [null],
      );
      assert.deepEqual(await journal.log.details([]), []);
    },
  );

  guarantee(
    'a search by status follows the last response, whatever an outcome rule calls it, and examines no others',
    async (journal) => {
      const { ids } = await withAttempts(journal);
      const [, b, c, d] = ids;
      const first = await withDeliveries(journal, [{}, {}], start + minute);
      const responded = (status: number, number: number) => ({
        ...attempt(number),
        response: { status, headers: [], body: '', truncated: false },
      });
      const delivered = (id: string | undefined, status: number, number: number) =>
        settlement(id, {
          status: 'delivered',
          attempts: number,
          rendered: rendered('x'),
          log: [responded(status, number)],
        });
      const settlements = [delivered(c, 200, 2), delivered(d, 404, 2), delivered(first.ids[0], 409, 1)];
      await journal.hot.settle(first.lease, settlements, start + minute);
      const found = async (from: number, to: number) => {
        const query = { httpStatus: { from, to }, limit: 9, closed: [], now: start, forMs: 10_000 };
        const { deliveries, looked } = await journal.log.searchDeliveries(query);
        return [deliveries.map(({ id }) => id), looked];
      };
      assert.deepEqual(await found(400, 499), [[first.ids[0], d, b], 3]);
      assert.deepEqual(await found(404, 404), [[d], 1]);
      assert.deepEqual(await found(500, 599), [[], 0]);
      assert.deepEqual((await found(200, 299))[0], [c, ids[0]]);
    },
  );

  guarantee(
    'a search that has no time examines one delivery and returns where the next one continues',
    async (journal) => {
      const { ids } = await withAttempts(journal);
      const seen: string[] = [];
      const query = { limit: 9, closed: [], now: start, forMs: 0, text: 'ada@shop' };
      let page = await journal.log.searchDeliveries(query);
      while (page.reached !== null) {
        seen.push(page.reached.id);
        assert.deepEqual([page.looked, page.deliveries.length, page.reached.createdAt], [1, 0, start]);
        page = await journal.log.searchDeliveries({ ...query, before: page.reached.id });
      }
      assert.deepEqual([seen, page.deliveries.map(({ id }) => id)], [ids.slice(1).reverse(), [ids[0]]]);
    },
  );

  guarantee(
    'a failed delivery names the delivery of a replay that repeats it, and is recovered when that is delivered',
    async (journal) => {
      const { lease, ids, repeat } = await withAttempts(journal);
      const failed = ids[1] ?? '';
      const again = await repeat(failed, start + minute);
      const replayedBy = async (id: string) => (await journal.log.delivery(id))?.replayedBy;
      assert.deepEqual(await replayedBy(failed), { deliveryId: again, replayId, status: 'pending' });
      assert.deepEqual(await search(journal, { recovered: true }), []);
      await journal.hot.settle(lease, [settlement(again, { status: 'delivered', attempts: 1 })], start + minute);
      const expected = { deliveryId: again, replayId, status: 'delivered' };
      const [listed] = await journal.log.deliveries({ limit: 1, closed: [], now: start, status: 'failed' });
      assert.deepEqual([await replayedBy(failed), listed?.replayedBy], [expected, expected]);
      assert.deepEqual([await replayedBy(again), await replayedBy(ids[0] ?? '')], [undefined, undefined]);
      assert.deepEqual(await search(journal, { recovered: true }), [failed]);
      assert.deepEqual(await search(journal, { recovered: false, status: 'failed' }), []);
    },
  );

  guarantee('a failed repeat of a delivery that had been delivered leaves nothing undelivered', async (journal) => {
    const { lease, ids, repeat } = await withAttempts(journal);
    const again = await repeat(ids[0] ?? '', start + minute);
    const refused = settlement(again, { status: 'failed', attempts: 1, errorKind: 'http_4xx' });
    await journal.hot.settle(lease, [refused], start + minute);
    assert.deepEqual(await search(journal, { recovered: false, status: 'failed' }), [ids[1]]);
    assert.deepEqual(await search(journal, { recovered: true }), [again]);
  });

  guarantee(
    'deliveries are counted by the time of their creation and their state, with every filter',
    async (journal) => {
      const { ids, repeat } = await withAttempts(journal);
      await repeat(ids[1] ?? '', start + minute);
      const count = async (query: Partial<Parameters<Journal['log']['histogram']>[0]>) => {
        const base = { edges: [start - minute, start, start + minute], closed: [], now: start, forMs: 10_000 };
        const { counts, countedFrom } = await journal.log.histogram({ ...base, ...query });
        assert.equal(countedFrom, null);
        return counts.map((bucket) => Object.fromEntries(Object.entries(bucket).filter(([, number]) => number > 0)));
      };
      assert.deepEqual(await count({}), [{}, { delivered: 1, failed: 1, retrying: 2 }, { pending: 1 }]);
      assert.deepEqual(await count({ closed: ['dst_1'] }), [{}, { delivered: 1, failed: 1, held: 2 }, { pending: 1 }]);
      assert.deepEqual(await count({ closed: ['dst_1'], status: 'held' }), [{}, { held: 2 }, {}]);
      assert.deepEqual(await count({ actionId: 'act_1' }), [
        {},
        { delivered: 1, failed: 1, retrying: 2 },
        { pending: 1 },
      ]);
      assert.deepEqual(await count({ errorKind: 'http_4xx' }), [{}, { failed: 1 }, {}]);
      assert.deepEqual(await count({ replayId }), [{}, {}, { pending: 1 }]);
      assert.deepEqual(await count({ createdBefore: start + minute, connectionId: 'con_1' }), [
        {},
        { delivered: 1, failed: 1, retrying: 2 },
        {},
      ]);
      assert.deepEqual(await count({ eventId: 'evt_nonsense' }), [{}, {}, {}]);
    },
  );
}
