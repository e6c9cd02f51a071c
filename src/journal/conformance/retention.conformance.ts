import assert from 'node:assert/strict';
import type { AppError } from '../../contract/errors.ts';
import { placeOf } from '../../contract/ids.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  incoming,
  list,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const hour = 3_600_000;

/** Conformance: retention, statistics, holds and notes. */
export function retentionConformance(guarantee: Guarantee): void {
  guarantee('retention removes old finished deliveries and events, never unmatched or needed ones', async (journal) => {
    const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}]);
    const [group] = eventIds;
    const second = await accept(journal, [incoming({}), incoming({})], start + 1);
    const third = await accept(journal, [incoming({})], start + 2);
    const plan = {
      advance: { from: 2, to: 4 },
      deliveries: [planned({ eventId: second.ids[0] ?? null })],
      now: start + 1,
    };
    const [later = ''] = (await journal.hot.plan(lease, plan)) ?? [];
    const step = (id: string | undefined, number: number) =>
      settlement(id, { status: 'delivered', rendered: rendered('x'), log: [attempt(number)] });
    await journal.hot.settle(lease, [step(ids[0], 1), settlement(ids[1], { status: 'held' })], start);
    const old = { before: start + hour, bytesMax: null };
    assert.deepEqual(await journal.housekeeping.retain({ before: start, bytesMax: null }), { removed: 0, full: false });
    assert.deepEqual(await journal.housekeeping.retain(old), { removed: 1, full: false });
    assert.equal(await journal.log.delivery(ids[0] ?? ''), null);
    assert.equal((await journal.log.event(group ?? ''))?.id, group);
    await journal.hot.settle(lease, [step(ids[1], 1), step(later, 1)], start + 5);
    assert.deepEqual(await journal.housekeeping.retain({ before: start + 1, bytesMax: null }), {
      removed: 3,
      full: false,
    });
    assert.equal(await journal.log.event(group ?? ''), null);
    assert.equal((await journal.log.delivery(later))?.rendered?.body, 'x');
    assert.deepEqual(await journal.housekeeping.retain(old), { removed: 3, full: false });
    assert.deepEqual(
      (await journal.log.events({ limit: 9 })).map((event) => event.id),
      third.ids,
    );
    assert.deepEqual(await journal.hot.read({ partition: 0, from: 4, limit: 9 }).then((read) => read.to), 5);
    assert.equal(placeOf('event', (await accept(journal, [incoming({})], start + 3)).ids[0] ?? '')?.number, 5);
  });

  guarantee(
    'over its size limit the journal removes the oldest; with only unfinished deliveries left, intake stops until there is room',
    async (journal) => {
      const empty = (await journal.housekeeping.usage()).bytes;
      const big = () => incoming({ data: { x: bigText() } });
      const lease = await claim(journal, 0);
      const ids: string[] = [];
      for (let i = 0; i < 20; i++) {
        const { ids: events, from } = await accept(journal, [big()], start + i);
        const plan = {
          advance: { from, to: from + 1 },
          deliveries: [planned({ eventId: events[0] ?? null })],
          now: start + i,
        };
        ids.push(...((await journal.hot.plan(lease, plan)) ?? []));
      }
      const half = ids
        .slice(0, 10)
        .map((id) => settlement(id, { status: 'delivered', rendered: rendered('y'), log: [attempt(1)] }));
      await journal.hot.settle(lease, half, start + 50);
      const { bytes } = await journal.housekeeping.usage();
      const limit = empty + (bytes - empty) * 0.8;
      const { removed, full } = await journal.housekeeping.retain({ before: 0, bytesMax: limit });
      assert.ok(removed > 0 && removed < 20 && !full);
      assert.ok((await journal.housekeeping.usage()).bytes <= limit);
      assert.equal(await journal.log.delivery(ids[0] ?? ''), null);
      const tight = empty + (bytes - empty) * 0.3;
      assert.equal((await journal.housekeeping.retain({ before: 0, bytesMax: tight })).full, true);
      assert.deepEqual(await list(journal, {}), ids.slice(10).toReversed());
      await assert.rejects(accept(journal, [big()]), (error: AppError) => error.code === 'storage_full');
      const rest = ids.slice(10).map((id) => settlement(id, { status: 'cancelled' }));
      assert.ok(await journal.hot.settle(lease, rest, start + 60));
      assert.equal((await journal.housekeeping.retain({ before: 0, bytesMax: tight })).full, false);
      await accept(journal, [big()], start + 60);
    },
  );

  guarantee(
    'over the size limit the oldest identities are forgotten before history, and all of them before intake stops',
    async (journal) => {
      const empty = (await journal.housekeeping.usage()).bytes;
      const lease = await claim(journal, 0);
      const identity = (n: number) => `${n}-${'x'.repeat(100)}`;
      const rounds = 6;
      let oldest: string | undefined;
      for (let round = 0; round < rounds; round++) {
        const events = Array.from({ length: 1_000 }, (_, n) => incoming({ identity: identity(round * 1_000 + n) }));
        const { ids, from } = await accept(journal, events, start + round);
        oldest ??= ids[0];
        const advance = { from, to: from + 1_000 };
        await journal.hot.plan(lease, { advance, deliveries: [], now: start });
      }
      const isKnown = async (n: number) =>
        (await accept(journal, [incoming({ identity: identity(n) })], start + rounds)).duplicates.length === 1;
      const { bytes } = await journal.housekeeping.usage();
      const limits = { before: 0, bytesMax: empty + (bytes - empty) * 0.75 };
      assert.deepEqual(await journal.housekeeping.retain(limits), { removed: 0, full: false });
      assert.ok((await journal.housekeeping.usage()).bytes <= limits.bytesMax);
      assert.equal((await journal.log.event(oldest ?? ''))?.id, oldest, 'history is as it was');
      assert.deepEqual([await isKnown(0), await isKnown(rounds * 1_000 - 1)], [false, true]);
      const { full } = await journal.housekeeping.retain({ before: 0, bytesMax: empty + 32_768 });
      assert.equal(full, false, 'nothing is unfinished');
    },
  );

  guarantee('pending deliveries of a destination are counted by action', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [
      {},
      {},
      { dueAt: start + hour },
      { actionId: 'act_2' },
      { actionId: null },
      { destinationId: 'dst_2' },
      { test: true, dueAt: null },
      {},
    ]);
    await journal.hot.settle(lease, [settlement(ids[7], { status: 'held', reason: 'exhausted' })], start);
    const waiting = async (except: string[]) =>
      new Map((await journal.log.waiting('dst_1', except)).map((one) => [one.actionId, one.count]));
    assert.deepEqual(
      await waiting([]),
      new Map([
        [null, 1],
        ['act_1', 3],
        ['act_2', 1],
      ]),
    );
    assert.deepEqual(
      await waiting([ids[0] ?? '', ids[3] ?? '', 'dlv_x']),
      new Map([
        [null, 1],
        ['act_1', 2],
      ]),
    );
  });

  guarantee('the oldest unfinished delivery is found in any state and for any destination', async (journal) => {
    assert.equal(await journal.log.oldestWaiting(), null);
    const { lease, ids } = await withDeliveries(journal, [{ destinationId: 'dst_2' }]);
    const later = await journal.hot.plan(lease, {
      advance: null,
      deliveries: [planned({ dueAt: start + 5 })],
      now: start + 5,
    });
    await journal.hot.settle(lease, [settlement(later?.[0], { status: 'held', reason: 'exhausted' })], start);
    assert.equal(await journal.log.oldestWaiting(), start);
    await journal.hot.settle(lease, [settlement(ids[0], { status: 'delivered' })], start);
    assert.equal(await journal.log.oldestWaiting(), start + 5);
    await journal.log.cancel(lease, later?.[0] ?? '', start);
    assert.equal(await journal.log.oldestWaiting(), null);
  });

  guarantee('the owner of a partition stores its holds, and a former owner changes nothing', async (journal) => {
    const lease = await claim(journal, 0);
    const hold = {
      scopeId: 'con_1',
      reason: 'auth_rejected' as const,
      detail: 'invalid_client\u0000',
      since: 1,
      probeAt: 2,
      probes: 3,
    };
    assert.equal(await journal.hot.saveHold(lease, { ...hold, scopeId: 'dst_9' }), true);
    await journal.hot.saveHold(lease, hold);
    await journal.hot.saveHold(lease, { ...hold, probes: 4 });
    assert.equal(await journal.hot.removeHold(lease, 'dst_9'), true);
    await journal.hot.removeHold(lease, 'unknown');
    assert.deepEqual(await journal.hot.holds(), [{ ...hold, probes: 4 }]);
    const former = { ...lease, epoch: lease.epoch - 1 };
    assert.equal(await journal.hot.saveHold(former, { ...hold, probes: 5 }), false);
    assert.equal(await journal.hot.removeHold(former, 'con_1'), false);
    assert.deepEqual(await journal.hot.holds(), [{ ...hold, probes: 4 }]);
  });

  guarantee(
    'the owner of a partition stores what was sent at its rates, and a former owner changes nothing',
    async (journal) => {
      const { hot } = journal;
      const [lease, other] = [await claim(journal, 0), await claim(journal, 1)];
      const save = (by: typeof lease, texts: Record<string, string | null>) =>
        hot.saveRates(
          by,
          Object.entries(texts).map(([scopeId, text]) => ({ scopeId, text })),
        );
      assert.equal(await save(lease, { dst_1: 'a', con_1: 'b', con_9: null }), true);
      await save(other, { con_2: 'c' });
      await save(lease, { con_1: 'd', dst_1: null, con_3: 'e' });
      const stored = [
        { scopeId: 'con_1', text: 'd' },
        { scopeId: 'con_3', text: 'e' },
      ];
      assert.deepEqual(await hot.rates(0), stored);
      assert.equal(await save({ ...lease, epoch: lease.epoch - 1 }, { con_1: null, con_3: 'late' }), false);
      assert.deepEqual(await hot.rates(0), stored);
      assert.deepEqual(await hot.rates(1), [{ scopeId: 'con_2', text: 'c' }]);
    },
  );

  guarantee('the owner of a partition stores pauses, and a former owner changes nothing', async (journal) => {
    const { hot } = journal;
    const lease = await claim(journal, 0);
    const pause = { scopeId: 'con_1', since: start, until: start + 5, origin: 'https://a.example' };
    assert.equal(await hot.savePause(lease, { ...pause, scopeId: 'dst_9' }), true);
    await hot.savePause(lease, { ...pause, until: start + 4 });
    await hot.savePause(lease, pause);
    assert.equal(await hot.removePause(lease, 'dst_9'), true);
    await hot.removePause(lease, 'unknown');
    assert.deepEqual(await hot.pauses(), [pause]);
    const former = { ...lease, epoch: lease.epoch - 1 };
    assert.equal(await hot.savePause(former, { ...pause, until: start + 9 }), false);
    assert.equal(await hot.removePause(former, 'con_1'), false);
    assert.deepEqual(await hot.pauses(), [pause]);
    const later = { ...pause, scopeId: 'con_2', since: start + 86_400_006, until: start + 86_400_009 };
    await hot.savePause(lease, later);
    assert.deepEqual(await hot.pauses(), [later], 'what has been over for a day is not kept');
  });
}

/** About 60 KB of text that compression hardly shortens. */
const bigText = () => Array.from({ length: 5_200 }, () => Math.random().toString(36).slice(2)).join('');
