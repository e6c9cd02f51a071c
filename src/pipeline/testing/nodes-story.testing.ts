import { seededRandom } from '../../cli/demo/random.ts';
import { manners } from './nodes-receivers.testing.ts';
import { type NodesWorld, openNodes } from './nodes-world.testing.ts';

type Dice = {
  /** A whole number below `count`. */
  below(count: number): number;
  one<T>(of: readonly [T, ...T[]]): T;
};
type Step = (world: NodesWorld, dice: Dice) => unknown;

const visitors = ['a', 'b', 'a', null] as const;
const waits = [0, 20, 300, 1_500, 4_000, 9_000] as const;

/** What happens, with its weight. */
const steps: readonly (readonly [weight: number, step: Step])[] = [
  [
    16,
    (world, { below, one }) =>
      world.send(
        below(3),
        Array.from({ length: 1 + below(5) }, () => ({ visitor: one(visitors), to: 1 + below(31) })),
      ),
  ],
  [8, (world, { one }) => world.clock.advance(one(waits))],
  [3, (world, { below, one }) => world.behave(below(4), one(manners))],
  [
    1,
    (world, { below, one }) => world.write(below(3), 'destination', below(5), { status: one(['enabled', 'paused']) }),
  ],
  [
    1,
    (world, { below, one }) => world.write(below(3), 'connection', below(4), { status: one(['enabled', 'disabled']) }),
  ],
  [1, (world, { below }) => world.kill(below(3))],
  [2, (world, { below }) => world.stop(below(3))],
  [4, (world, { below }) => world.go(below(3))],
  [1, (world, { below }) => world.leave(below(3))],
  [5, (world, { below }) => world.start(below(3))],
  [1, (world, { below }) => world.jump(below(3), below(60_000) - 30_000)],
  [1, (world, { below, one }) => world.cut(below(3), one(['before', 'after']))],
  [2, (world, { below }) => world.cut(below(3), 'no')],
  [1, (world) => world.haunt()],
];
const weights = steps.reduce((sum, [weight]) => sum + weight, 0);

export type NodesFigures = {
  faults: string[];
  accepted: number;
  /** Writes of former owners that were tried and changed nothing, by kind. */
  former: Record<string, number>;
} & NodesWorld['counts'] &
  NodesWorld['receivers']['counts'];

/** One random story of three nodes on one database, determined by its seed. */
export async function liveNodes(seed: number, length = 80): Promise<NodesFigures> {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const dice: Dice = { below, one: (of) => of[below(of.length)] ?? of[0] };
  await using world = await openNodes(random);
  for (const at of [0, 1, 2]) await world.start(at);
  await world.clock.advance(3_000);
  for (let n = 0; n < length; n++) {
    let at = below(weights);
    const step = steps.find(([weight]) => {
      at -= weight;
      return at < 0;
    });
    await step?.[1](world, dice);
    await world.turn(below(8));
  }
  await world.comeToRest();
  await world.check();
  const accepted = [...world.sent.values()].filter(({ acknowledged }) => acknowledged !== null).length;
  return {
    faults: [...new Set(world.problems)],
    accepted,
    former: world.former,
    ...world.counts,
    ...world.receivers.counts,
  };
}
