import fc from 'fast-check';
import { AppError } from '../../../contract/errors.ts';
import { deliveryStatus, errorKind } from '../../../contract/records/delivery.ts';
import { attempt, planned, rendered, settlement } from '../../conformance/journal-samples.testing.ts';
import type { Lease, Settlement } from '../../journal.ts';
import type { Modelled } from './journal-model.testing.ts';

/**
 * The history of a run, for the journal and the model: ids in the order of creation, so that commands can pick one by
 * number.
 */
export type Story = {
  leases: Lease[];
  deliveries: string[];
  exchanges: Map<string, number>;
  now: number;
};
type Command = (journal: Modelled, story: Story) => Promise<unknown>;

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(1, list.length)];
const small = fc.nat(1_000);
/** Usually the newest lease, which is the valid one. */
const held = fc.constantFrom(0, 0, 0, 0, 1, 2);
const destination = fc.constantFrom('dst_1', 'dst_2');
const key = fc.option(fc.constantFrom(1, 2), { nil: undefined, freq: 3 });
/** Order keys differ by destination, whose deliveries are of one partition in a server. */
const keyed = ({ partition }: Lease, destination: string, key: number | undefined) =>
  key === undefined ? {} : { orderKey: (destination === 'dst_1' ? key : key + 10) + 100 * partition };
const statuses = deliveryStatus.options.filter((one) => one !== 'sending');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** A command with one of the leases; a stale one is refused. */
const byOwner =
  (lease: number, run: (journal: Modelled, mine: Lease, story: Story) => Promise<unknown>): Command =>
  async (journal, story) => {
    const mine = pick(story.leases, lease);
    if (mine === undefined) return 'no lease';
    return run(journal, mine, story).catch((error) => {
      if (error instanceof AppError && error.code === 'unavailable') return 'refused';
      throw error;
    });
  };

/** The commands of the model, with arguments that collide often. */
export const commands: fc.Arbitrary<{ title: string; run: Command }>[] = [
  fc
    .record({ partition: fc.nat(1), node: fc.constantFrom('a', 'b'), later: fc.boolean() })
    .map(({ partition, node, later }) => ({
      title: `take ${partition} for ${node}`,
      run: async (journal, story) => {
        const now = story.now + (later ? 10 : 0);
        await journal.hot.leases.beat({ node, ttlMs: 5, isLeaving: false, now });
        return journal.hot.leases.take({ node, partitions: [partition], now });
      },
    })),
  fc
    .record({
      lease: held,
      made: fc.array(
        fc.record({
          destination,
          action: fc.option(fc.constantFrom('act_1', 'act_2')),
          test: fc.boolean(),
          due: fc.option(fc.nat(20)),
          key,
        }),
        { maxLength: 4 },
      ),
    })
    .map(({ lease, made }) => ({
      title: `plan ${made.length}`,
      run: async (journal, story) => {
        const mine = pick(story.leases, lease);
        if (mine === undefined) return 'no lease';
        const deliveries = made.map((one) =>
          planned({
            destinationId: one.destination,
            connectionId: one.destination === 'dst_1' ? 'con_1' : 'con_2',
            actionId: one.action,
            test: one.test,
            dueAt: one.due === null ? null : story.now + one.due,
            ...(one.test ? {} : keyed(mine, one.destination, one.key)),
          }),
        );
        return journal.hot.plan(mine, { advance: null, deliveries, now: story.now });
      },
    })),
  fc
    .record({
      lease: held,
      steps: fc.array(
        fc.record({
          delivery: small,
          status: fc.constantFrom(...statuses, 'retrying' as const, 'pending' as const),
          kind: fc.option(fc.constantFrom(...errorKind.options.slice(0, 3))),
          due: fc.option(fc.nat(20)),
          body: fc.option(fc.constantFrom('x', 'y'), { freq: 1 }),
          log: fc.integer({ min: 0, max: 2 }),
          again: fc.nat(5),
          pinned: fc.nat(8),
          leaves: fc.nat(4),
          shares: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
    })
    .map(({ lease, steps }) => ({
      title: `settle ${steps.map((one) => one.status).join()}`,
      run: async (journal, story) => {
        const mine = pick(story.leases, lease);
        if (mine === undefined) return 'no lease';
        const exchanges = new Map(story.exchanges);
        // A batch id is never repeated for one delivery, as in production.
        const batch = {
          id: `bat_${story.exchanges.values().reduce((sum, one) => sum + one, 0)}`,
          records: steps.length,
        };
        // What an exchange loses with a delivery that is gone has a test of its own.
        const stored = new Set<string>();
        for (const id of story.deliveries) if ((await journal.log.delivery(id)) !== null) stored.add(id);
        const settlements = steps.map((one): Settlement => {
          const id = pick(story.deliveries, one.delivery) ?? '';
          const done = Math.max(0, (exchanges.get(id) ?? 0) - (one.again === 0 ? 1 : 0));
          const log = Array.from({ length: one.log }, (_, i) =>
            attempt(done + 1 + i, {
              body: i === 0 ? 'x' : 'z'.repeat(3_000),
              ...(i === 0 && one.shares && stored.has(id) && { batch }),
            }),
          );
          exchanges.set(id, Math.max(exchanges.get(id) ?? 0, done + one.log));
          return settlement(id, {
            status: one.status,
            errorKind: one.kind,
            attempts: one.log,
            scheduleStep: one.log,
            waitedMs: one.log,
            dueAt: one.due === null ? null : story.now + one.due,
            log,
            ...(one.body !== null && { rendered: rendered(one.body) }),
            ...(one.pinned === 0 && { pinned: { actionVersion: 5, destinationVersion: 6 } }),
            ...(one.leaves === 0 && { leavesOrder: true as const }),
          });
        });
        const settled = await journal.hot.settle(mine, settlements, story.now);
        return [settled, exchanges];
      },
    })),
  fc
    .record({ lease: held, first: fc.array(small, { maxLength: 6 }), body: fc.constantFrom('x', 'y') })
    .map(({ lease, first, body }) => ({
      title: 'settle first attempts that were delivered',
      run: async (journal, story) => {
        const mine = pick(story.leases, lease);
        if (mine === undefined) return 'no lease';
        const exchanges = new Map(story.exchanges);
        const settlements = first.map((one) => {
          const id = pick(story.deliveries, one) ?? '';
          exchanges.set(id, Math.max(exchanges.get(id) ?? 0, 1));
          return settlement(id, { status: 'delivered', attempts: 1, rendered: rendered(body), log: [attempt(1)] });
        });
        return [await journal.hot.settle(mine, settlements, story.now), exchanges];
      },
    })),
  fc.record({ lease: held, ids: fc.array(small, { maxLength: 3 }), trial: fc.nat(3) }).map(({ lease, ids, trial }) => ({
    title: 'mark',
    run: async (journal, story) => {
      const mine = pick(story.leases, lease);
      const marked = [...new Set(ids.map((id) => pick(story.deliveries, id)).filter((id) => id !== undefined))];
      return mine && journal.hot.mark(mine, marked, marked[trial] ?? null);
    },
  })),
  held.map((lease) => ({
    title: 'recover',
    run: async (journal, story) => {
      const mine = pick(story.leases, lease);
      return mine && journal.hot.recover(mine, story.now);
    },
  })),
  fc.record({ lease: held, delivery: small, again: fc.boolean() }).map(({ lease, delivery, again }) => ({
    title: 'retry',
    run: byOwner(lease, (journal, mine, story) =>
      journal.log.retry(mine, {
        id: pick(story.deliveries, delivery) ?? 'dlv_x',
        now: story.now,
        render: again ? { actionVersion: 3, destinationVersion: 4 } : null,
      }),
    ),
  })),
  fc.record({ lease: held, delivery: small }).map(({ lease, delivery }) => ({
    title: 'cancel',
    run: byOwner(lease, (journal, mine, story) =>
      journal.log.cancel(mine, pick(story.deliveries, delivery) ?? 'dlv_x', story.now),
    ),
  })),
  fc.record({ lease: held, destination }).map(({ lease, destination }) => ({
    title: 'release',
    run: byOwner(lease, (journal, mine, story) => journal.log.release(mine, destination, story.now)),
  })),
  fc.record({ lease: held, destination }).map(({ lease, destination }) => ({
    title: 'release order',
    run: byOwner(lease, (journal, mine) => journal.log.releaseOrder(mine, destination, 2)),
  })),
  fc
    .record({ lease: held, destination, ago: fc.nat(20), sent: small })
    .map(({ lease, destination: destinationId, ago, sent }) => ({
      title: 'expire',
      run: byOwner(lease, (journal, mine, story) =>
        journal.log.expire(mine, {
          destinationId,
          createdBefore: story.now - ago,
          now: story.now,
          except: [pick(story.deliveries, sent) ?? 'dlv_x'],
        }),
      ),
    })),
  fc.nat(10).map((ago) => ({
    title: 'retain',
    run: (journal, story) => journal.housekeeping.retain({ before: story.now - ago, bytesMax: null }),
  })),
  fc
    .record({
      limit: fc.integer({ min: 1, max: 4 }),
      status: optional(fc.constantFrom(...statuses)),
      closed: fc.subarray(['dst_1', 'dst_2', 'dst_9']),
      actionId: optional(fc.constantFrom('act_1', 'act_9')),
      destinationId: optional(destination),
      connectionId: optional(fc.constantFrom('con_1', 'con_2')),
      errorKind: optional(fc.constantFrom(...errorKind.options.slice(0, 2))),
      test: optional(fc.boolean()),
      ago: optional(fc.nat(20)),
      until: optional(fc.nat(20)),
      before: optional(small),
      after: optional(small),
    })
    .map(({ ago, until, before, after, ...query }) => ({
      title: `list ${JSON.stringify(query)}`,
      run: (journal, story) => {
        const cursor = (name: string, number: number | undefined) =>
          number === undefined ? {} : { [name]: pick(story.deliveries, number) };
        const times = {
          ...(ago !== undefined && { createdAfter: story.now - ago }),
          ...(until !== undefined && { createdBefore: story.now - until }),
        };
        const given = Object.fromEntries(
          Object.entries({
            ...query,
            ...times,
            ...cursor('before', before),
            ...cursor('after', after),
          }).filter(([, value]) => value !== undefined),
        );
        return journal.log.deliveries({ limit: query.limit, closed: query.closed, now: story.now, ...given });
      },
    })),
  fc
    .record({
      partition: fc.nat(1),
      destination,
      after: optional(small),
      limit: fc.integer({ min: 1, max: 4 }),
      inOrder: fc.boolean(),
    })
    .map(({ partition, destination, after, limit, inOrder }) => ({
      title: 'due',
      run: async (journal, story) => {
        const { due: all } = await journal.hot.due({
          partition,
          destinationId: destination,
          now: story.now + 10,
          limit: 100,
          inOrder,
        });
        const cursor = after === undefined ? undefined : pick(all, after);
        const page = await journal.hot.due({
          partition,
          destinationId: destination,
          now: story.now + 10,
          limit,
          inOrder,
          ...(cursor && { after: { dueAt: cursor.dueAt ?? 0, id: cursor.id } }),
        });
        return [all, page.due, page.nextDueAt];
      },
    })),
];

/** Adds the result of a command to the history, by its title. */
export function remember(story: Story, title: string, answer: unknown) {
  const word = title.split(' ')[0];
  if (word === 'take') story.leases.unshift(...(answer as Lease[])); // as take answers
  if (word === 'plan' && Array.isArray(answer)) story.deliveries.push(...answer);
  if (word === 'settle' && Array.isArray(answer) && answer[0] === true) story.exchanges = answer[1];
}
