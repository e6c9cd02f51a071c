import { startChild } from '../child.ts';
import { costOf } from '../process-usage.ts';
import type { BarePathCalls } from '../processes/bare-path.ts';
import type { LoopCalls } from '../processes/undici-loop.ts';
import { temporaryFolder } from '../product.ts';
import { allArrived, flowThrough, newRun, sendThrough, startRig } from '../rig.ts';
import { atLeast, atMost, costFigures, costMeasures, rounds, type Scenario } from '../scenario.ts';

const batched = { events: 60_000, batch: 50, connections: 8, window: 2_000 };
const single = { events: 30_000, batch: 1, connections: 64, window: 2_000 };
const floor = { requests: 60_000, inFlight: 64 };

/** Received by HTTP, stored, matched, rendered, sent and recorded, compared with sending alone. */
export const e2e: Scenario = {
  name: 'e2e',
  title: 'End to end against a bare undici loop',
  async run(options) {
    await using rig = await startRig();
    await using loop = startChild<LoopCalls>('undici-loop.ts');
    await using folder = await temporaryFolder();
    await using bare = startChild<BarePathCalls>('bare-path.ts');
    const barePort = await bare.call('start', { folder: folder.path, sinkPort: rig.sinkPort });

    async function sendAlone(requests: number): Promise<number> {
      const run = newRun();
      await rig.sink.call('expect', { run, events: requests });
      const { us } = await loop.call('run', { ...floor, requests, run, port: rig.sinkPort });
      await allArrived(rig.sink, requests);
      return (requests * 1e6) / us;
    }

    const throughBare = (flood: typeof batched) => flowThrough(rig, { port: barePort, path: '/v3/bare' }, flood);

    await sendAlone(20_000);
    await throughBare({ ...batched, events: 20_000 });
    await throughBare({ ...single, events: 10_000 });
    await sendThrough(rig, { ...batched, events: 20_000 });
    await sendThrough(rig, { ...single, events: 10_000 });
    const found = await rounds(options, async () => {
      const { result: alone, cost: floorCost } = await costOf(loop.pid, floor.requests, () =>
        sendAlone(floor.requests),
      );
      const batches = await costOf(rig.product.pid, batched.events, () => sendThrough(rig, batched));
      const one = await costOf(rig.product.pid, single.events, () => sendThrough(rig, single));
      const bareBatches = await costOf(bare.pid, batched.events, () => throughBare(batched));
      const bareSingle = await costOf(bare.pid, single.events, () => throughBare(single));
      return {
        alone,
        aloneCost: floorCost.total,
        bareBatches: bareBatches.result.perSecond,
        bareBatchesCost: bareBatches.cost.total,
        bareSingle: bareSingle.result.perSecond,
        bareSingleCost: bareSingle.cost.total,
        batches: batches.result.perSecond,
        batchesRatio: batches.result.perSecond / alone,
        ...costFigures('batches', batches.cost),
        batchesCostRatio: batches.cost.total / floorCost.total,
        single: one.result.perSecond,
        singleRatio: one.result.perSecond / alone,
        ...costFigures('single', one.cost),
        singleCostRatio: one.cost.total / floorCost.total,
      };
    });
    return [
      { name: 'bare undici loop, 64 in flight', unit: '/s', values: found.alone },
      { name: 'bare undici loop, processor time', unit: 'µs/request', values: found.aloneCost },
      { name: 'least program of the same durability, batches of 50', unit: 'events/s', values: found.bareBatches },
      {
        name: 'least program of the same durability, batches of 50, processor time',
        unit: 'µs/event',
        values: found.bareBatchesCost,
      },
      { name: 'least program of the same durability, one by one', unit: 'events/s', values: found.bareSingle },
      {
        name: 'least program of the same durability, one by one, processor time',
        unit: 'µs/event',
        values: found.bareSingleCost,
      },
      { name: 'batches of 50', unit: 'events/s', values: found.batches },
      {
        name: 'batches of 50, against bare',
        unit: 'ratio',
        values: found.batchesRatio,
        landing: atLeast(0.25),
        goal: atLeast(0.65),
      },
      ...costMeasures('batches', 'batches of 50', found),
      {
        name: 'batches of 50, processor time over that of the bare loop',
        unit: 'ratio',
        values: found.batchesCostRatio,
        goal: atMost(2.2),
      },
      { name: 'one by one', unit: 'events/s', values: found.single },
      {
        name: 'one by one, against bare',
        unit: 'ratio',
        values: found.singleRatio,
        landing: atLeast(0.12),
        goal: atLeast(0.3),
      },
      ...costMeasures('single', 'one by one', found),
      {
        name: 'one by one, processor time over that of the bare loop',
        unit: 'ratio',
        values: found.singleCostRatio,
        goal: atMost(4),
      },
    ];
  },
};
