import { startChild } from '../child.ts';
import { cpuUsOf } from '../process-usage.ts';
import type { LoopCalls } from '../processes/undici-loop.ts';
import { allArrived, newRun, type Rig, sendThrough, startRig } from '../rig.ts';
import { atLeast, rounds, type Scenario } from '../scenario.ts';

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

    async function sendAlone(requests: number): Promise<number> {
      const run = newRun();
      await rig.sink.call('expect', { run, events: requests });
      const { us } = await loop.call('run', { ...floor, requests, run, port: rig.sinkPort });
      await allArrived(rig.sink, requests);
      return (requests * 1e6) / us;
    }

    await sendAlone(20_000);
    await sendThrough(rig, { ...batched, events: 20_000 });
    await sendThrough(rig, { ...single, events: 10_000 });
    const found = await rounds(options, async () => {
      const bare = await sendAlone(floor.requests);
      const inBatches = await withCpu(rig, batched);
      const oneByOne = await withCpu(rig, single);
      return {
        bare,
        batches: inBatches.perSecond,
        batchesRatio: inBatches.perSecond / bare,
        batchesCpu: inBatches.cpuUs,
        single: oneByOne.perSecond,
        singleRatio: oneByOne.perSecond / bare,
        singleCpu: oneByOne.cpuUs,
      };
    });
    return [
      { name: 'bare undici loop, 64 in flight', unit: '/s', values: found.bare },
      { name: 'batches of 50', unit: 'events/s', values: found.batches },
      {
        name: 'batches of 50, against bare',
        unit: 'ratio',
        values: found.batchesRatio,
        landing: atLeast(0.25),
        goal: atLeast(0.65),
      },
      { name: 'batches of 50, processor time', unit: 'µs/event', values: found.batchesCpu },
      { name: 'one by one', unit: 'events/s', values: found.single },
      {
        name: 'one by one, against bare',
        unit: 'ratio',
        values: found.singleRatio,
        landing: atLeast(0.12),
        goal: atLeast(0.3),
      },
      { name: 'one by one, processor time', unit: 'µs/event', values: found.singleCpu },
    ];
  },
};

async function withCpu(rig: Rig, flood: typeof batched): Promise<{ perSecond: number; cpuUs: number }> {
  const before = cpuUsOf(rig.product.pid);
  const { perSecond } = await sendThrough(rig, flood);
  return { perSecond, cpuUs: (cpuUsOf(rig.product.pid) - before) / flood.events };
}
