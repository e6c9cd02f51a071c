import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { costOf } from '../process-usage.ts';
import { ownRoot } from '../product.ts';
import { type Rig, sendThrough, startRig } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

const floods = {
  batches: { events: 10_000, batch: 50, connections: 8, window: 2_000 },
  single: { events: 4_000, batch: 1, connections: 64, window: 2_000 },
};
const warmUps = 3;

/**
 * Processor time of an event in this checkout and in another one. Both programs run at once and are loaded in turns, each
 * first in every other round, so that other work on the machine changes both alike. Only the ratios can be compared.
 */
export function beside(folder: string): Scenario {
  const root = resolve(folder);
  return {
    name: 'beside',
    title: `This checkout against ${root}`,
    roundsUsual: 12,
    async run(options) {
      for (const cwd of [ownRoot, root])
        execFileSync(process.execPath, ['scripts/node.cjs', 'scripts/fresh-build.ts'], { cwd, stdio: 'ignore' });
      await using here = await startRig();
      await using there = await startRig({ root });
      for (let i = 0; i < warmUps; i++)
        for (const rig of [here, there]) for (const flood of Object.values(floods)) await sendThrough(rig, flood);
      const found = await rounds(options, async (round) => {
        const batches = await both(here, there, floods.batches, round);
        const single = await both(here, there, floods.single, round);
        return {
          batches: batches.here.total,
          batchesRatio: batches.here.total / batches.there.total,
          batchesMain: batches.here.main / batches.there.main,
          batchesRate: batches.here.perSecond / batches.there.perSecond,
          single: single.here.total,
          singleRatio: single.here.total / single.there.total,
          singleMain: single.here.main / single.there.main,
          singleRate: single.here.perSecond / single.there.perSecond,
        };
      });
      const goal = atMost(1.03);
      return [
        { name: 'batches of 50, processor time', unit: 'µs/event', values: found.batches },
        { name: 'batches of 50, processor time over the other', unit: 'ratio', values: found.batchesRatio, goal },
        { name: 'batches of 50, main thread over the other', unit: 'ratio', values: found.batchesMain },
        { name: 'batches of 50, events/s over the other', unit: 'ratio', values: found.batchesRate },
        { name: 'one by one, processor time', unit: 'µs/event', values: found.single },
        { name: 'one by one, processor time over the other', unit: 'ratio', values: found.singleRatio, goal },
        { name: 'one by one, main thread over the other', unit: 'ratio', values: found.singleMain },
        { name: 'one by one, events/s over the other', unit: 'ratio', values: found.singleRate },
      ];
    },
  };
}

type Flood = (typeof floods)[keyof typeof floods];

async function both(here: Rig, there: Rig, flood: Flood, round: number) {
  const measure = async (rig: Rig) => {
    const { result, cost } = await costOf(rig.product.pid, flood.events, () => sendThrough(rig, flood));
    return { ...cost, perSecond: result.perSecond };
  };
  if (round % 2 === 1) return { here: await measure(here), there: await measure(there) };
  const second = await measure(there);
  return { here: await measure(here), there: second };
}
