import fc from 'fast-check';
import type { ReplayInput } from '../../../contract/records/replay.ts';
import { planned } from '../../journal.samples.ts';
import type { Journal, ReplayedDelivery } from '../../journal.ts';
import type { Command, Story } from './journal-commands.testing.ts';

const small = fc.nat(1_000);
const which = fc.constantFrom('rpl_1', 'rpl_2');
const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(1, list.length)];
const input: ReplayInput = {
  of: 'deliveries',
  filter: {},
  only: 'all',
  to: null,
  body: 'original',
  keepIdempotencyKey: true,
  reason: '',
  ratePerSecond: null,
  order: 'oldest',
  plan: false,
};

/** What a journal can be asked about replays. */
export const replayCommands: fc.Arbitrary<{ title: string; run: Command }>[] = [
  fc
    .record({
      lease: small,
      which,
      wrong: fc.nat(9),
      isLast: fc.boolean(),
      sources: fc.array(fc.record({ delivery: small, event: small, first: fc.boolean(), keepsBody: fc.boolean() }), {
        maxLength: 3,
      }),
    })
    .map(({ lease, which: id, wrong, isLast, sources }) => ({
      title: `replay ${sources.length} by ${id}`,
      run: async (journal, story) => {
        const held = pick(story.leases, lease);
        if (held === undefined) return 'no lease';
        if ((await journal.replays.replay(id)) === null) {
          const replay = { id, input, startedBy: 'ops', createdAt: story.now, upTo: null, total: 9 };
          await journal.replays.create(replay);
          await journal.replays.move(id, { from: ['planned'], to: 'running', now: story.now });
        }
        const cursor = (await journal.replays.replay(id))?.cursor ?? null;
        const step = {
          id,
          from: wrong === 0 ? 'elsewhere' : cursor,
          to: `${Number(cursor ?? 0) + 1}`,
          isLast,
          deliveries: sources.map((one) => repeat(story, one)),
          leftOut: { test: 1 },
          now: story.now,
        };
        return journal.replays.advance(held, step);
      },
    })),
  fc.record({ which, except: fc.array(small, { maxLength: 2 }) }).map(({ which: id, except }) => ({
    title: `end the rest of ${id}`,
    run: async (journal, story) => {
      const ids = except.map((delivery) => pick(story.deliveries, delivery) ?? 'dlv_x');
      const counts = await journal.replays.cancelRest(id, story.now, ids);
      const keyOf = (one: (typeof counts)[number]) => `${one.destinationId} ${one.connectionId} ${one.actionId}`;
      const sums = new Map<string, number>();
      for (const one of counts) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.count);
      return [...sums].sort();
    },
  })),
  fc.record({ which, to: fc.constantFrom('running', 'paused', 'done') }).map(({ which: id, to }) => ({
    title: `move ${id} to ${to}`,
    run: (journal, story) => journal.replays.move(id, { from: ['running', 'paused'], to, now: story.now }),
  })),
  which.map((id) => ({
    title: `look at ${id}`,
    run: async (journal, story) => [
      await journal.replays.replays({ limit: 5 }),
      await journal.replays.outcome(id),
      await journal.replays.waiting(id, ['dst_2']),
      await dueOf(journal, story, id),
    ],
  })),
];

function repeat(
  { deliveries, events }: Story,
  given: { delivery: number; event: number; first: boolean; keepsBody: boolean },
): ReplayedDelivery {
  const source = pick(deliveries, given.delivery) ?? null;
  const destinationId = given.first ? 'dst_1' : 'dst_2';
  const connectionId = given.first ? 'con_1' : 'con_2';
  const eventId = pick(events, given.event) ?? null;
  const { dueAt: _, test: _t, ...same } = planned({ eventId, destinationId, connectionId });
  return { ...same, replayOf: source, source, idempotencyKey: source, keepsBody: given.keepsBody };
}

async function dueOf(journal: Journal, { now }: Story, replayId: string) {
  const { due, nextDueAt } = await journal.deliveries.due({ destinationId: 'dst_1', replayId, now, limit: 9 });
  return [due, nextDueAt];
}
