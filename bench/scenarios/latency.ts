import { costOf } from '../process-usage.ts';
import type { Drip } from '../processes/load.ts';
import { allArrived, checkProduct, newRun, type Rig, startRig } from '../rig.ts';
import { atMost, costFigures, costMeasures, rounds, type Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

/** A pace that is far below what a node can do. */
export const slow = { perSecond: 500, seconds: 10, connections: 16 };
const fast = { perSecond: 2_000, seconds: 10, connections: 64 };
type Pace = typeof slow;
export const eventsOf = ({ perSecond, seconds }: Pace) => perSecond * seconds;

/** Time from when an event was due to be sent until the receiver has it, one event per request. */
export const latency: Scenario = {
  name: 'latency',
  title: 'From intake to the sink at a steady pace',
  async run(options) {
    await using rig = await startRig();
    await through(rig, { ...slow, seconds: 4 });
    await through(rig, { ...fast, seconds: 4 });
    const found = await rounds(options, async () => {
      const direct = await past(rig, slow);
      const { result: calm, cost: calmCost } = await costOf(rig.product.pid, eventsOf(slow), () => through(rig, slow));
      const { result: busy, cost: busyCost } = await costOf(rig.product.pid, eventsOf(fast), () => through(rig, fast));
      return {
        directP50: percentile(direct, 0.5),
        directP99: percentile(direct, 0.99),
        calmP50: percentile(calm, 0.5),
        calmP99: percentile(calm, 0.99),
        ...costFigures('calm', calmCost),
        busyP50: percentile(busy, 0.5),
        busyP99: percentile(busy, 0.99),
        ...costFigures('busy', busyCost),
      };
    });
    return [
      { name: 'load generator straight to the sink, 500/s, p50', unit: 'ms', values: found.directP50 },
      { name: 'load generator straight to the sink, 500/s, p99', unit: 'ms', values: found.directP99 },
      { name: '500/s, p50', unit: 'ms', values: found.calmP50, landing: atMost(5), goal: atMost(1.5) },
      { name: '500/s, p99', unit: 'ms', values: found.calmP99, landing: atMost(25), goal: atMost(10) },
      ...costMeasures('calm', '500/s', found),
      { name: '2,000/s, p50', unit: 'ms', values: found.busyP50 },
      { name: '2,000/s, p99', unit: 'ms', values: found.busyP99 },
      ...costMeasures('busy', '2,000/s', found),
    ];
  },
};

/** Latencies of events through the program, in ms. */
export const through = (rig: Rig, pace: Pace) => drip(rig, pace, { port: rig.product.port, path: rig.path });
/** The same without the program in between: the share of the load generator and the sink. */
const past = (rig: Rig, pace: Pace) => drip(rig, pace, { port: rig.sinkPort, path: '/hook' });

async function drip(rig: Rig, pace: Pace, at: Pick<Drip, 'port' | 'path'>): Promise<Float64Array> {
  const run = newRun();
  const events = eventsOf(pace);
  await rig.sink.call('expect', { run, events });
  await rig.load.call('drip', { ...pace, ...at, run, destinations: 1 });
  await allArrived(rig.sink, events);
  checkProduct(rig.product);
  return rig.sink.call('latencies', undefined);
}
