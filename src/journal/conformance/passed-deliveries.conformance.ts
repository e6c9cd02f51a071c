import assert from 'node:assert/strict';
import { placeOf } from '../../contract/ids.ts';
import type { IntakePlan, Journal, Lease, PassedDelivery } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import { claim, incoming, planned, start } from './journal-samples.testing.ts';

/** What the journal promises for deliveries that one partition plans and another one sends. */
export function passedConformance(guarantee: Guarantee): void {
  guarantee('what was passed is taken by a node that knows the stored configuration alone', async (journal) => {
    const { hot } = journal;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    const ask = (revision: number) => hot.takePassed(one, { limit: 9, now: start, revision });
    assert.equal((await ask(7))?.isBehind, false, 'nothing was passed');
    await send(journal, zero, ['a'], [over(1, 0, 'dst_a')]);
    assert.deepEqual(await ask(7), { taken: [], ended: [], isMore: true, isBehind: true });
    assert.equal((await ask(0))?.taken.length, 1);
  });

  guarantee(
    'deliveries for another partition are created there once, in the order of acknowledgement',
    async (journal) => {
      const { hot, log } = journal;
      const [zero, one, two] = [await claim(journal, 0), await claim(journal, 1), await claim(journal, 2)];
      const first = await send(
        journal,
        one,
        ['a', 'b'],
        [over(2, 0, 'dst_a'), over(2, 1, 'dst_b'), over(0, 1, 'dst_c')],
      );
      const second = await send(journal, zero, ['c'], [over(2, 0, 'dst_d')]);
      const third = await send(journal, one, ['d'], [over(2, 0, 'dst_e')]);
      assert.deepEqual([first.planned, second.planned, third.planned], [[], [], []]);
      assert.deepEqual(await hot.nextDue(2), []);

      const part = await hot.takePassed(two, { limit: 1, now: start + 1, revision: 0 });
      assert.deepEqual(
        part?.taken.map(({ destinationId }) => destinationId),
        ['dst_a', 'dst_b'],
        'no plan in part',
      );
      assert.equal(part?.isMore, true);
      const rest = await hot.takePassed(two, { limit: 9, now: start + 2, revision: 0 });
      assert.deepEqual(
        rest?.taken.map(({ destinationId }) => destinationId),
        ['dst_d', 'dst_e'],
      );
      assert.deepEqual(await hot.takePassed(two, { limit: 9, now: start + 3, revision: 0 }), {
        taken: [],
        ended: [],
        isMore: false,
        isBehind: false,
      });
      const all = [...(part?.taken ?? []), ...(rest?.taken ?? [])];
      assert.deepEqual(
        all.map(({ eventId }) => eventId),
        [...first.ids, ...second.ids, ...third.ids],
      );
      for (const [index, { id, ...delivery }] of all.entries()) {
        assert.deepEqual(placeOf('delivery', id)?.partition, 2);
        assert.equal(placeOf('delivery', id)?.number, index + 1);
        const stored = await log.delivery(id);
        assert.deepEqual([stored?.destinationId, stored?.eventId], [delivery.destinationId, delivery.eventId]);
      }
      const due = { partition: 2, destinationId: 'dst_b', now: start, limit: 9 };
      assert.equal((await hot.due(due)).due[0]?.event?.name, 'b');
      assert.deepEqual(
        (await hot.takePassed(zero, { limit: 9, now: start, revision: 0 }))?.taken.map((taken) => taken.destinationId),
        ['dst_c'],
      );
    },
  );

  guarantee(
    'a delivery for another partition of the same node is there once, at once or when it is received',
    async (journal) => {
      const { hot, log } = journal;
      const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
      await send(journal, zero, ['a'], []);
      const passed = [
        { ...over(1, 0, 'dst_a'), lease: one },
        { ...over(1, 1, 'dst_b'), lease: one },
        over(1, 1, 'dst_c'),
      ];
      const { created = [], ids } = await send(journal, zero, ['b', 'a'], passed);
      const { taken = [] } = (await hot.takePassed(one, { limit: 9, now: start, revision: 0 })) ?? {};
      const all = [...created.filter((id) => id !== null), ...taken.map(({ id }) => id)];
      const stored = await Promise.all(all.map((id) => log.delivery(id)));
      // Those of 'a', which is sent again, are left out.
      assert.deepEqual(
        stored.map((delivery) => [delivery?.destinationId, delivery?.eventId]),
        [['dst_a', ids[0]]],
      );
      const due = await hot.due({ partition: 1, destinationId: 'dst_a', now: start, limit: 9 });
      assert.deepEqual(
        due.due.map(({ id }) => id),
        all,
      );
    },
  );

  guarantee('a delivery for a partition that its node has lost is passed to the new owner', async (journal) => {
    const { hot } = journal;
    const [zero, old] = [await claim(journal, 0), await claim(journal, 1)];
    await send(journal, zero, ['a'], [{ ...over(1, 0, 'dst_a'), lease: old }]);
    await hot.takePassed(old, { limit: 9, now: start, revision: 0 });
    const fresh = await claim(journal, 1, 'new', start + 1e9);
    const { planned: own, created = [null] } = await send(
      journal,
      zero,
      ['b'],
      [{ ...over(1, 0, 'dst_b'), lease: old }],
    );
    assert.deepEqual([own, created], [[], [null]]);
    assert.deepEqual(
      (await hot.takePassed(fresh, { limit: 9, now: start, revision: 0 }))?.taken.map((taken) => taken.destinationId),
      ['dst_b'],
    );
  });

  guarantee('a plan in turns passes deliveries too, and only with its position', async (journal) => {
    const { hot } = journal;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    const { ids } = await hot.accept({ partition: 0, collectorId: 'col_1', receivedAt: start, events: [incoming({})] });
    const passed: PassedDelivery[] = [{ ...planned({ eventId: ids[0] ?? '', dueAt: start }), partition: 1 }];
    const plan = { deliveries: [planned({ dueAt: start })], passed, now: start };
    assert.equal(await hot.plan(zero, { advance: { from: 1, to: 2 }, ...plan }), null);
    assert.deepEqual((await hot.takePassed(one, { limit: 9, now: start, revision: 0 }))?.taken, []);
    assert.equal((await hot.plan(zero, { advance: { from: 0, to: 1 }, ...plan }))?.length, 1);
    assert.deepEqual(
      (await hot.takePassed(one, { limit: 9, now: start, revision: 0 }))?.taken.map(({ eventId }) => eventId),
      ids,
    );
  });

  guarantee('a former owner neither stores events nor passes deliveries nor takes them over', async (journal) => {
    const { hot } = journal;
    const [old, target] = [await claim(journal, 0), await claim(journal, 1)];
    await send(journal, old, ['a'], [over(1, 0, 'dst_a')]);
    await claim(journal, 0, 'new', start + 1e9);
    await claim(journal, 1, 'new', start + 1e9);
    assert.equal(await hot.takePassed(target, { limit: 9, now: start, revision: 0 }), null);
    const request = { partition: 0, lease: old, collectorId: 'col_1', receivedAt: start, events: [incoming({})] };
    await assert.rejects(hot.accept(request), { code: 'unavailable' });
    assert.equal((await hot.read({ partition: 0, from: 0, limit: 9 })).events.length, 1);
    const late = await send(journal, old, ['b'], [over(1, 0, 'dst_b')]);
    assert.equal(late.planned, null);
    const fresh = await claim(journal, 1, 'new', start + 1e9);
    assert.deepEqual(
      (await hot.takePassed(fresh, { limit: 9, now: start, revision: 0 }))?.taken.map((taken) => taken.destinationId),
      ['dst_a'],
    );
  });

  guarantee('an event that is sent again passes no delivery, and the others of its request do', async (journal) => {
    const { hot } = journal;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    await send(journal, zero, ['a'], [over(1, 0, 'dst_a')]);
    const again = await send(
      journal,
      zero,
      ['b', 'a', 'c'],
      [0, 1, 2].map((event) => over(1, event, `dst_${event}`)),
    );
    assert.deepEqual(again.duplicates, [1]);
    const { taken = [] } = (await hot.takePassed(one, { limit: 9, now: start, revision: 0 })) ?? {};
    assert.deepEqual(
      taken.map(({ destinationId }) => destinationId),
      ['dst_a', 'dst_0', 'dst_2'],
    );
    assert.deepEqual(
      taken.map(({ eventId }) => eventId),
      [again.ids[1], again.ids[0], again.ids[2]],
    );
  });

  guarantee('retention keeps an event until its deliveries have been received', async (journal) => {
    const { hot, housekeeping } = journal;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    await send(journal, zero, ['a'], [over(1, 0, 'dst_a')]);
    const retain = () => housekeeping.retain({ before: start + 1e9, bytesMax: null });
    assert.equal((await retain()).removed, 0);
    assert.equal((await hot.takePassed(one, { limit: 9, now: start, revision: 0 }))?.taken.length, 1);
    assert.equal((await retain()).removed, 0);
  });
}

const over = (partition: number, event: number, destinationId: string) => {
  const { eventId: _, ...delivery } = planned({ destinationId, dueAt: start });
  return { ...delivery, partition, event };
};

/** Stores events, named by their identities, with a plan. */
function send({ hot }: Journal, lease: Lease, names: readonly string[], passed: NonNullable<IntakePlan['passed']>) {
  const events = names.map((name) => incoming({ name, identity: name }));
  const plan = { lease, deliveries: [], passed, now: start };
  return hot.accept({ partition: lease.partition, collectorId: 'col_1', receivedAt: start, events, plan });
}
