import { type Child, startChild } from '../child.ts';
import { pause } from '../clock.ts';
import { costOf } from '../process-usage.ts';
import type { BareIntakeCalls } from '../processes/bare-intake.ts';
import type { LoadCalls } from '../processes/load.ts';
import { type Product, startProduct, temporaryFolder } from '../product.ts';
import { checkProduct, createCollector, newRun } from '../rig.ts';
import { atLeast, costFigures, costMeasures, rounds, type Scenario } from '../scenario.ts';

const batched = { events: 100_000, batch: 50, connections: 8 };
const single = { events: 30_000, batch: 1, connections: 64 };
type Size = typeof batched;

/** Events stored durably, without a matching action, compared with a server that only parses. */
export const intake: Scenario = {
  name: 'intake',
  title: 'Durable intake against bare parsing',
  async run(options) {
    await using folder = await temporaryFolder();
    await using product = await startProduct(folder.path);
    await using load = startChild<LoadCalls>('load.ts');
    await using bare = startChild<BareIntakeCalls>('bare-intake.ts');
    const kept = { port: product.port, path: await createCollector(product) };
    const parsed = { port: await bare.call('listen', undefined), path: '/v3/bare' };

    const keep = async (size: Size) => {
      const before = await product.client.call('metrics');
      const perSecond = await flood(load, kept, size);
      await allMatched(product, before, size.events);
      return perSecond;
    };
    const parse = (size: Size) => flood(load, parsed, size);
    for (const run of [parse, keep]) {
      await run({ ...batched, events: batched.events / 4 });
      await run({ ...single, events: single.events / 4 });
    }
    const found = await rounds(options, async () => {
      const costOfParsing = (size: Size) => costOf(bare.pid, size.events, () => parse(size));
      const costOfKeeping = (size: Size) => costOf(product.pid, size.events, () => keep(size));
      const bareBatches = await costOfParsing(batched);
      const batches = await costOfKeeping(batched);
      const bareSingle = await costOfParsing(single);
      const oneByOne = await costOfKeeping(single);
      return {
        bareBatches: bareBatches.result,
        bareBatchesCost: bareBatches.cost.total,
        batches: batches.result,
        batchesRatio: batches.result / bareBatches.result,
        ...costFigures('batches', batches.cost),
        bareSingle: bareSingle.result,
        bareSingleCost: bareSingle.cost.total,
        single: oneByOne.result,
        singleRatio: oneByOne.result / bareSingle.result,
        ...costFigures('single', oneByOne.cost),
      };
    });
    return [
      { name: 'bare parsing, batches of 50', unit: 'events/s', values: found.bareBatches },
      { name: 'bare parsing, batches of 50, processor time', unit: 'µs/event', values: found.bareBatchesCost },
      { name: 'batches of 50', unit: 'events/s', values: found.batches },
      {
        name: 'batches of 50, against bare',
        unit: 'ratio',
        values: found.batchesRatio,
        landing: atLeast(0.3),
        goal: atLeast(0.5),
      },
      ...costMeasures('batches', 'batches of 50', found),
      { name: 'bare parsing, one by one', unit: 'events/s', values: found.bareSingle },
      { name: 'bare parsing, one by one, processor time', unit: 'µs/event', values: found.bareSingleCost },
      { name: 'one by one', unit: 'events/s', values: found.single },
      { name: 'one by one, against bare', unit: 'ratio', values: found.singleRatio },
      ...costMeasures('single', 'one by one', found),
    ];
  },
};

async function flood(load: Child<LoadCalls>, at: { port: number; path: string }, size: Size): Promise<number> {
  const sent = await load.call('flood', { ...at, ...size, run: newRun(), window: null });
  return (sent.events * 1e6) / (sent.lastUs - sent.firstUs);
}

const lookEveryMs = 100;
const matchingMs = 60_000;

/** Waits until the program has matched all events; throws when its counts differ from the events sent. */
async function allMatched(product: Product, before: string, events: number): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const now = await product.client.call('metrics');
    const accepted = counter(now, 'millrace_events_accepted') - counter(before, 'millrace_events_accepted');
    const matched = counter(now, 'millrace_events_evaluated') - counter(before, 'millrace_events_evaluated');
    checkProduct(product);
    if (accepted !== events) throw new Error(`LOST: ${accepted} of ${events} events were accepted`);
    if (matched > events) throw new Error(`REPEATED: ${matched} events were matched, ${events} sent`);
    if (matched === events) return;
    if (waitedMs > matchingMs) throw new Error(`LOST: ${events - matched} of ${events} events were not matched`);
    await pause(lookEveryMs);
  }
}

function counter(metrics: string, name: string): number {
  return Number(new RegExp(`^${name}_total (\\S+)`, 'm').exec(metrics)?.[1] ?? 0);
}
