import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RejectedRequest } from '../contract/records/rejected-request.ts';
import type { Leases } from '../journal/journal.ts';
import { type KeyedRequest, keptMs, type Requests, rejectedBounds, runMs } from './requests.ts';

type Made = Requests & AsyncDisposable & { leases: Pick<Leases, 'beat'> };

/** The conformance suite of requests, for every adapter. `make` returns new and empty requests, with the leases beside them. */
export function requestsConformance(name: string, make: () => Promise<Made>): void {
  const guarantee = (title: string, body: (requests: Made) => Promise<void>) =>
    test(title, async () => {
      await using requests = await make();
      await body(requests);
    });

  describe(name, () => {
    guarantee('rejected requests are listed newest first, by key and by collector', async ({ rejected }) => {
      const [first, second, third] = [
        rejectedRequest(1, { collectorId: 'col_1', key: 'k1' }),
        rejectedRequest(2, { collectorId: null, key: 'k2' }),
        rejectedRequest(3, { collectorId: 'col_1', key: 'k3' }),
      ];
      await rejected.add([second, first], 0);
      await rejected.add([third, first], 0);
      assert.deepEqual(await rejected.list({ limit: 9_999 }), [third, second, first].map(listed));
      assert.deepEqual(await rejected.list({ collectorId: 'col_1', limit: 9 }), [third, first].map(listed));
      assert.deepEqual(await rejected.list({ key: 'k2', limit: 9 }), [second].map(listed));
      assert.deepEqual(await rejected.list({ key: 'k2', collectorId: 'col_1', limit: 9 }), []);
      assert.deepEqual(await rejected.list({ limit: 1, before: third.id }), [second].map(listed));
      assert.deepEqual(await rejected.list({ limit: 1, after: first.id }), [second].map(listed));
      assert.deepEqual(await rejected.list({ limit: 2, after: first.id }), [third, second].map(listed));
    });

    guarantee('a flood of one collector displaces only its own rejected requests', async ({ rejected }) => {
      const { ofCollector } = rejectedBounds;
      const kept = rejectedRequest(1, { collectorId: 'col_1' });
      await rejected.add([kept], 0);
      const flood = Array.from({ length: ofCollector + 5 }, (_, n) => rejectedRequest(n + 2, { collectorId: null }));
      await rejected.add(flood, 0);
      const all = await rejected.list({ limit: 9_999 });
      assert.equal(all.length, ofCollector + 1);
      assert.deepEqual([all[0]?.id, all.at(-2)?.id, all.at(-1)?.id], [flood.at(-1)?.id, flood[5]?.id, kept.id]);
    });

    guarantee('rejected requests are bounded in number, bytes and age', async ({ rejected }) => {
      const many = (from: number, detail: string) =>
        Array.from({ length: rejectedBounds.requests + 10 }, (_, n) =>
          rejectedRequest(from + n, { collectorId: `col_${n % 10}`, detail }),
        );
      await rejected.add(many(1, ''), 0);
      assert.equal((await rejected.list({ limit: 9_999 })).length, rejectedBounds.requests);
      await rejected.add(many(10_000, '€'.repeat(1_600)), 0);
      const all = await rejected.list({ limit: 9_999 });
      const stored = all.map(({ hasBody: _, ...one }) => ({ ...one, body: null }));
      const bytes = stored.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0);
      assert.ok(bytes <= rejectedBounds.bytes && bytes > rejectedBounds.bytes - 10_000, `${bytes}`);
      const [newest] = all;
      await rejected.add([], Date.parse(newest?.at ?? '') + rejectedBounds.ms + 1);
      assert.deepEqual(await rejected.list({ limit: 9_999 }), []);
    });

    guarantee('the body of a rejected request is not in lists, and removed from all', async ({ rejected }) => {
      const requests = [rejectedRequest(1, { body: '{"é":"xx"}' }), rejectedRequest(2, {})] as const;
      await rejected.add(requests, 0);
      assert.deepEqual(await rejected.list({ limit: 9 }), requests.map(listed).reverse());
      assert.deepEqual(await rejected.get(requests[0].id), requests[0]);
      assert.equal(await rejected.get('req_none'), undefined);
      await rejected.forgetBodies();
      assert.deepEqual(await rejected.get(requests[0].id), { ...requests[0], body: null });
      assert.deepEqual(
        (await rejected.list({ limit: 9 })).map(({ hasBody }) => hasBody),
        [false, false],
      );
    });

    guarantee('a request of a node is running until its heartbeat ends, and interrupted then', async (requests) => {
      const { responses, leases } = requests;
      const beat = (node: string, now: number) => leases.beat({ node, ttlMs: 100, isLeaving: false, now });
      await beat('a', 0);
      const request = keyed({ epoch: 'a' });
      await responses.begin(request);
      const again = { ...request, epoch: 'b' };
      await beat('b', 99);
      assert.deepEqual(await responses.begin({ ...again, at: 99 }), { kind: 'running' });
      await beat('b', 101);
      assert.deepEqual(await responses.begin({ ...again, at: 101 }), { kind: 'interrupted' });
    });

    guarantee(
      'a request of a node is interrupted when the node starts again, and does not run twice',
      async (requests) => {
        const { responses, leases } = requests;
        const beat = (now: number) => leases.beat({ node: 'a', ttlMs: 100, isLeaving: false, now });
        await beat(0);
        const request = keyed({ epoch: 'a' });
        const kept = keyed({ epoch: 'a', place: 'kept' });
        const response = { status: 201, headers: {}, body: '', rights: [] };
        await responses.begin(request);
        await responses.begin(kept);
        await responses.finish(kept, response);
        await responses.started('a');
        await beat(1);
        assert.deepEqual(await responses.begin({ ...request, at: 1 }), { kind: 'interrupted' });
        assert.deepEqual(await responses.begin({ ...request, at: runMs }), { kind: 'interrupted' });
        assert.deepEqual(await responses.begin({ ...kept, at: 1 }), { kind: 'kept', response });
      },
    );

    guarantee('a request begins once, and its response is kept until a day after its beginning', async (requests) => {
      const { responses } = requests;
      const request = keyed({});
      const response = { status: 201, headers: { etag: '"1"' }, body: '{"é":1}', rights: ['events:view'] as const };
      assert.deepEqual(await responses.begin(request), { kind: 'begun' });
      assert.deepEqual(await responses.begin({ ...request, at: runMs - 1 }), { kind: 'running' });
      assert.deepEqual(await responses.begin({ ...request, epoch: 'other', at: 1 }), { kind: 'interrupted' });
      await responses.finish(request, response);
      assert.deepEqual(await responses.begin({ ...request, epoch: 'other' }), { kind: 'kept', response });
      assert.deepEqual(await responses.begin({ ...request, digest: 'other' }), { kind: 'reused' });
      await responses.prune(keptMs - 1);
      assert.deepEqual(await responses.begin({ ...request, at: keptMs }), { kind: 'kept', response });
      await responses.prune(keptMs);
      assert.deepEqual(await responses.begin({ ...request, at: keptMs }), { kind: 'begun' });
    });

    guarantee('a response from a clock that was ahead is kept for a day after the clock is right', async (requests) => {
      const { responses } = requests;
      const year = 365 * keptMs;
      const request = keyed({ at: year });
      const response = { status: 201, headers: {}, body: '', rights: [] };
      await responses.begin(request);
      await responses.finish(request, response);
      const lost = keyed({ at: year, place: 'lost' });
      await responses.begin(lost);
      await responses.prune(5);
      assert.deepEqual(await responses.begin({ ...request, at: 6 }), { kind: 'kept', response });
      assert.deepEqual(await responses.begin({ ...lost, at: 5 + runMs }), { kind: 'begun' }, 'it was given up');
      await responses.prune(keptMs + 5);
      assert.deepEqual(await responses.begin({ ...request, at: keptMs + 6 }), { kind: 'begun' });
    });

    guarantee('a released request begins again, and only the owner of a record finishes it', async ({ responses }) => {
      const request = keyed({});
      await responses.begin(request);
      await responses.finish({ ...request, epoch: 'other' }, null);
      await responses.finish({ ...request, at: 5 }, null);
      assert.deepEqual(await responses.begin(request), { kind: 'running' });
      await responses.finish(request, null);
      assert.deepEqual(await responses.begin(request), { kind: 'begun' });
    });

    guarantee(
      'an erasure removes every response and leaves the keys used; pruning removes what is over',
      async (requests) => {
        const { responses } = requests;
        const bodies = ['ann', 'bob', `${'x'.repeat(5 * 1_048_576)}eve`];
        for (const [n, body] of bodies.entries()) {
          const request = keyed({ place: body.slice(-3), at: n });
          await responses.begin(request);
          await responses.finish(request, { status: 200, headers: {}, body, rights: [] });
        }
        await responses.forget();
        const left = async () => {
          const begun = await Promise.all(
            ['ann', 'bob', 'eve'].map((place) => responses.begin(keyed({ place, at: 4 }))),
          );
          return begun.map(({ kind }) => kind);
        };
        assert.deepEqual(await left(), ['interrupted', 'interrupted', 'interrupted']);
        await responses.prune(keptMs + 1);
        assert.deepEqual(await left(), ['begun', 'begun', 'interrupted']);
      },
    );
  });
}

function keyed(fields: Partial<KeyedRequest>): KeyedRequest {
  return { principal: 'usr_1', place: 'place', digest: 'digest', at: 0, epoch: 'epoch', ...fields };
}

const listed = ({ body, ...request }: RejectedRequest) => ({ ...request, hasBody: body !== null });

function rejectedRequest(n: number, fields: Partial<RejectedRequest>): RejectedRequest {
  return {
    id: `req_${String(n).padStart(10, '0')}`,
    at: new Date(n).toISOString(),
    key: 'key',
    collectorId: null,
    method: 'POST',
    path: '/v3/key',
    status: 400,
    code: 'invalid_events',
    detail: '',
    bytes: 0,
    origin: null,
    address: '192.0.2.0',
    body: null,
    ...fields,
  };
}
