import fc from 'fast-check';
import { deliveryStatus, errorKind } from '../../../contract/records/delivery.ts';
import { attempt, incoming, planned, rendered, settlement } from '../../journal.samples.ts';
import { type Accepted, type Journal, type Lease, type Settlement, statisticsSteps } from '../../journal.ts';

const hour = 3_600_000;
const minute = 60_000;

/** What both journals went through so far: ids by their order, so that commands can pick one by number. */
export type Story = {
  leases: Lease[];
  events: string[];
  deliveries: string[];
  exchanges: Map<string, number>;
  now: number;
};
export type Command = (journal: Journal, story: Story) => Promise<unknown>;

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(1, list.length)];
const small = fc.nat(1_000);
const partition = fc.constantFrom(0, 0, 0, 1, 40);
const destination = fc.constantFrom('dst_1', 'dst_2');
const key = fc.option(fc.constantFrom(1, 2), { nil: undefined, freq: 3 });
/** A key is of one destination. */
const keyed = (destination: string, key: number | undefined) =>
  key === undefined ? {} : { orderKey: destination === 'dst_1' ? key : key + 10 };
const statuses = deliveryStatus.options.filter((one) => one !== 'sending');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Everything that a journal can be asked, with arguments that meet each other often. */
export const commands: fc.Arbitrary<{ title: string; run: Command }>[] = [
  fc
    .record({
      partition,
      step: fc.integer({ min: -2, max: 9 * hour }),
      collector: fc.constantFrom('col_1', 'col_2'),
      identities: fc.array(fc.option(fc.constantFrom('a', 'b', 'c')), { maxLength: 4 }),
      lease: optional(small),
      fires: fc.array(fc.record({ event: fc.nat(3), destination, key }), { maxLength: 3 }),
    })
    .map(({ partition, step, collector, identities, lease, fires }) => ({
      title: `accept ${identities.join()} in ${partition} by ${collector}`,
      run: async (journal, story) => {
        const events = identities.map((identity, i) =>
          incoming({ identity, name: `n${i % 2}`, visitorId: identity, data: { i: `${i}`.repeat(i * 900) } }),
        );
        const request = { partition, collectorId: collector, receivedAt: story.now + step, events };
        const held = lease === undefined ? undefined : pick(story.leases, lease);
        if (held === undefined) return journal.intake.accept([request]);
        const deliveries = fires
          .filter(({ event }) => event < events.length)
          .map(({ event, destination: destinationId, key }) => {
            const { eventId: _, ...one } = planned({ destinationId, dueAt: story.now, ...keyed(destinationId, key) });
            return { ...one, event };
          });
        return journal.intake.accept([{ ...request, plan: { lease: held, deliveries, now: story.now } }]);
      },
    })),
  fc
    .record({ scope: fc.constantFrom('s', 't'), owner: fc.constantFrom('a', 'b'), later: fc.boolean() })
    .map(({ scope, owner, later }) => ({
      title: `acquire ${scope} for ${owner}`,
      run: (journal, story) => journal.leases.acquire({ scope, owner, ttlMs: 5, now: story.now + (later ? 10 : 0) }),
    })),
  fc
    .record({
      lease: small,
      partition,
      count: fc.integer({ min: 0, max: 3 }),
      events: fc.array(
        fc.record({
          event: small,
          destination,
          action: fc.option(fc.constantFrom('act_1', 'act_2')),
          test: fc.boolean(),
          due: fc.option(fc.nat(20)),
          key,
        }),
        { maxLength: 4 },
      ),
      beside: fc.boolean(),
      wrong: fc.nat(9),
    })
    .map(({ lease, partition, count, events, beside, wrong }) => ({
      title: `plan ${events.length}`,
      run: async (journal, story) => {
        const held = pick(story.leases, lease);
        if (held === undefined) return 'no lease';
        const position = await journal.matching.position(partition);
        const { to } = await journal.matching.read({ partition, from: position, limit: count });
        const from = wrong === 0 ? position + 1 : position;
        const deliveries = events.map((one) =>
          planned({
            eventId: pick(story.events, one.event) ?? null,
            destinationId: one.destination,
            connectionId: one.destination === 'dst_1' ? 'con_1' : 'con_2',
            actionId: one.action,
            test: one.test,
            dueAt: one.due === null ? null : story.now + one.due,
            ...(one.test ? {} : keyed(one.destination, one.key)),
          }),
        );
        return journal.matching.plan(held, {
          advance: beside ? null : { partition, from, to },
          deliveries,
          now: story.now,
        });
      },
    })),
  fc
    .record({
      lease: small,
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
          leaves: fc.nat(8),
          shares: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
    })
    .map(({ lease, steps }) => ({
      title: `settle ${steps.map((one) => one.status).join()}`,
      run: async (journal, story) => {
        const held = pick(story.leases, lease);
        if (held === undefined) return 'no lease';
        const exchanges = new Map(story.exchanges);
        // Never the same twice for one delivery, as in life.
        const batch = {
          id: `bat_${story.exchanges.values().reduce((sum, one) => sum + one, 0)}`,
          records: steps.length,
        };
        const settlements = steps.map((one): Settlement => {
          const id = pick(story.deliveries, one.delivery) ?? '';
          const done = Math.max(0, (exchanges.get(id) ?? 0) - (one.again === 0 ? 1 : 0));
          const log = Array.from({ length: one.log }, (_, i) =>
            attempt(done + 1 + i, {
              body: i === 0 ? 'x' : 'z'.repeat(3_000),
              ...(i === 0 && one.shares && { batch }),
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
        const settled = await journal.deliveries.settle(held, settlements, story.now);
        return [settled, exchanges];
      },
    })),
  fc
    .record({ lease: small, ids: fc.array(small, { maxLength: 3 }), trial: fc.nat(3) })
    .map(({ lease, ids, trial }) => ({
      title: 'mark',
      run: async (journal, story) => {
        const held = pick(story.leases, lease);
        const marked = [...new Set(ids.map((id) => pick(story.deliveries, id)).filter((id) => id !== undefined))];
        return held && journal.deliveries.mark(held, marked, marked[trial] ?? null);
      },
    })),
  small.map((lease) => ({
    title: 'recover',
    run: async (journal, story) => {
      const held = pick(story.leases, lease);
      return held && journal.deliveries.recover(held, story.now);
    },
  })),
  fc.record({ delivery: small, anew: fc.boolean() }).map(({ delivery, anew }) => ({
    title: 'retry',
    run: (journal, story) =>
      journal.log.retry({
        id: pick(story.deliveries, delivery) ?? 'dlv_x',
        now: story.now,
        render: anew ? { actionVersion: 3, destinationVersion: 4 } : null,
      }),
  })),
  small.map((delivery) => ({
    title: 'cancel',
    run: (journal, story) => journal.log.cancel(pick(story.deliveries, delivery) ?? 'dlv_x', story.now),
  })),
  destination.map((id) => ({ title: 'release', run: (journal, story) => journal.log.release(id, story.now) })),
  fc.record({ destination, ago: fc.nat(20), sent: small }).map(({ destination: destinationId, ago, sent }) => ({
    title: 'expire',
    run: (journal, story) =>
      journal.log.expire({
        destinationId,
        createdBefore: story.now - ago,
        now: story.now,
        except: [pick(story.deliveries, sent) ?? 'dlv_x'],
      }),
  })),
  fc.nat(10).map((ago) => ({
    title: 'retain',
    run: (journal, story) => journal.upkeep.retain({ before: story.now - ago, bytesMax: null }),
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
      event: optional(small),
      replayId: optional(fc.constantFrom('rpl_1', 'rpl_2')),
      repeated: optional(small),
      before: optional(small),
      after: optional(small),
    })
    .map(({ ago, until, event, repeated, before, after, ...query }) => ({
      title: `list ${JSON.stringify(query)}`,
      run: (journal, story) => {
        const cursor = (name: string, list: string[], number: number | undefined) =>
          number === undefined ? {} : { [name]: pick(list, number) };
        const times = {
          ...(ago !== undefined && { createdAfter: story.now - ago }),
          ...(until !== undefined && { createdBefore: story.now - until }),
        };
        const given = Object.fromEntries(
          Object.entries({
            ...query,
            ...times,
            ...cursor('eventId', story.events, event),
            ...cursor('replayOf', story.deliveries, repeated),
            ...cursor('before', story.deliveries, before),
            ...cursor('after', story.deliveries, after),
          }).filter(([, value]) => value !== undefined),
        );
        return journal.log.deliveries({ limit: query.limit, closed: query.closed, now: story.now, ...given });
      },
    })),
  fc
    .record({
      limit: fc.integer({ min: 1, max: 4 }),
      name: optional(fc.constantFrom('n0', 'n9')),
      visitorId: optional(fc.constantFrom('a', 'b')),
      collectorId: optional(fc.constantFrom('col_1', 'col_3')),
      lookedMost: fc.integer({ min: 1, max: 9 }),
      ago: optional(fc.integer({ min: 0, max: 60 })),
      until: optional(fc.integer({ min: 0, max: 60 })),
      before: optional(small),
      after: optional(small),
    })
    .map(({ ago, until, before, after, ...query }) => ({
      title: `events ${JSON.stringify(query)}`,
      run: async (journal, story) => {
        const cursors = {
          before: before === undefined ? undefined : pick(story.events, before),
          after: after === undefined ? undefined : pick(story.events, after),
          receivedAfter: ago === undefined ? undefined : story.now - ago,
          receivedBefore: until === undefined ? undefined : story.now - until,
        };
        const given = Object.fromEntries(
          Object.entries({ ...query, ...cursors }).filter(([, value]) => value !== undefined),
        );
        const page = await journal.log.search({ limit: query.limit, lookedMost: query.lookedMost, ...given });
        const { lookedBytes: _, ...same } = page; // what is unpacked is for each journal to know
        return same;
      },
    })),
  fc
    .record({ destination, after: optional(small), limit: fc.integer({ min: 1, max: 4 }), inOrder: fc.boolean() })
    .map(({ destination, after, limit, inOrder }) => ({
      title: 'due',
      run: async (journal, story) => {
        const { due: all } = await journal.deliveries.due({
          destinationId: destination,
          now: story.now + 10,
          limit: 100,
          inOrder,
        });
        const cursor = after === undefined ? undefined : pick(all, after);
        const page = await journal.deliveries.due({
          destinationId: destination,
          now: story.now + 10,
          limit,
          inOrder,
          ...(cursor && { after: { dueAt: cursor.dueAt ?? 0, id: cursor.id } }),
        });
        return [all, page.due, page.nextDueAt];
      },
    })),
  fc.constant({
    title: 'backlog',
    run: async (journal) => [await journal.deliveries.backlog(), (await journal.upkeep.usage()).unfinished],
  }),
  fc.record({ destination, except: fc.array(small, { maxLength: 2 }) }).map(({ destination, except }) => ({
    title: 'waiting',
    run: async (journal, story) => {
      const ids = except.map((delivery) => pick(story.deliveries, delivery) ?? 'dlv_x');
      return [await journal.statistics.waiting(destination, ids), await journal.statistics.oldestWaiting()];
    },
  })),
  fc
    .array(
      fc.record({
        minutes: fc.integer({ min: -20, max: 20 }),
        kind: fc.constantFrom('action', 'destination'),
        id: fc.constantFrom('a', 'b'),
        name: fc.constantFrom('delivered', 'failed', 'lastAnswer'),
        amount: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((entries) => ({
      title: `count ${entries.map(({ minutes, kind, id }) => `${kind} ${id} ${minutes}`).join()}`,
      run: (journal, story) =>
        journal.statistics.add(
          entries.map(({ minutes, kind, id, name, amount }) => ({
            at: story.now + minutes * minute,
            kind,
            id,
            figures: { [name]: amount },
          })),
        ),
    })),
  fc.integer({ min: -20, max: 200 }).map((minutes) => ({
    title: `roll up ${minutes}`,
    async run(journal, story) {
      while (await journal.statistics.rollUp(story.now + minutes * minute));
    },
  })),
  fc
    .record({
      kind: fc.constantFrom('action', 'destination'),
      id: fc.option(fc.constantFrom('a', 'c')),
      stepMs: fc.constantFrom(...statisticsSteps.map(({ ms }) => ms)),
      steps: fc.integer({ min: 1, max: 30 }),
    })
    .map(({ steps, ...query }) => ({
      title: 'look',
      run: (journal, story) => {
        const to = story.now - (story.now % query.stepMs);
        const from = to - (steps - 1) * query.stepMs;
        return journal.statistics.read({ ...query, from, to, follow: 'delivered' });
      },
    })),
];

/** Adds what a command brought forth to the story, by its title and its answer. */
export function remember(story: Story, title: string, answer: unknown) {
  const word = title.split(' ')[0];
  if (word === 'accept')
    for (const { ids, planned: made } of answer as Accepted[]) {
      // as accept answers
      story.events.push(...ids);
      story.deliveries.push(...(made ?? []));
    }
  if (word === 'acquire' && answer !== null) story.leases.unshift(answer as Lease); // likewise
  if ((word === 'plan' || word === 'replay') && Array.isArray(answer)) story.deliveries.push(...answer);
  if (word === 'settle' && Array.isArray(answer) && answer[0] === true) story.exchanges = answer[1];
}
