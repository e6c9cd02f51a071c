import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { marks } from '../marks.ts';
import { memoryOf } from '../process-usage.ts';
import type { VillainCalls } from '../processes/villains.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { allArrived, checkProduct, createCollector, createRoute, newRun, startEnds } from '../rig.ts';
import { median, percentile } from '../statistics.ts';

type Round = { aloneP99Ms: number; besideP99Ms: number; ratio: number };

export type IsolationFigures = {
  destinations: number;
  bad: number;
  ratio: number;
  grownMiB: number;
  rounds: Round[];
  faults: string[];
};

const healthy = 20;
const bad = 10;
const all = healthy + bad;
const perSecond = 500;
const warmSeconds = 6;
const ratioMax = 1.2;
/** Limit of memory growth from the second third of a long run with failing destinations to the last, by averages. */
const grownMostMiB = 16;
const longSeconds = 90;

/**
 * Twenty healthy destinations together with ten that hang, drip, reset or respond with decompression bombs, and the
 * same stream of events without the failing ones. Each gets 17 events a second, 500 in total. The two take turns at
 * being first, since the speed of a machine drifts. Fails when the healthy destinations are affected, or memory grows.
 */
export async function keepApart(given: { rounds: number; secondsEach: number }): Promise<IsolationFigures> {
  await using ends = await startEnds();
  await using villains = startChild<VillainCalls>('villains.ts');
  await using folder = await temporaryFolder();
  const ports = await villains.call('listen', undefined);
  const without = await prepare('without', healthy);
  const among = await prepare('among', all);

  async function prepare(name: string, count: number) {
    const prepared = join(folder.path, name);
    await using product = await startProduct(prepared);
    for (let n = 0; n < count; n++) {
      const port = n < healthy ? ends.sinkPort : (ports[n % ports.length] ?? 0);
      const value = String(n).padStart(marks.destination.digits, '0');
      const rules = { parameter: marks.destination.key, operator: 'equals', value } as const;
      await createRoute(product, { name: `Destination ${n}`, port, rules });
    }
    return { prepared, path: await createCollector(product) };
  }

  /** Measures a stream of events for all destinations, whether or not the failing ones exist. */
  async function measure({ prepared, path }: Awaited<ReturnType<typeof prepare>>, time: number) {
    await using copy = await temporaryFolder();
    await cp(prepared, copy.path, { recursive: true });
    await using product = await startProduct(copy.path);
    const send = async (seconds: number) => {
      const run = newRun();
      await ends.sink.call('expect', { run, events: Math.ceil(perSecond * seconds) });
      const at = { run, port: product.port, path };
      const pace = { perSecond, seconds, connections: 32, destinations: all };
      const { events } = await ends.load.call('drip', { ...at, ...pace });
      // Destinations take turns, so that each has the same share.
      await allArrived(ends.sink, Math.floor((events * healthy) / all));
      checkProduct(product);
      return percentile(await ends.sink.call('latencies', undefined), 0.99);
    };
    await send(warmSeconds);
    const memory: number[] = [];
    const look = setInterval(() => memory.push(memoryOf(product.pid).now / 2 ** 20), 500);
    const p99Ms = await send(time).finally(() => clearInterval(look));
    const third = Math.floor(memory.length / 3);
    return { p99Ms, grownMiB: mean(memory.slice(-third)) - mean(memory.slice(third, -third)) };
  }

  const rounds: Round[] = [];
  for (let round = 1; round <= given.rounds; round++) {
    const isAloneFirst = round % 2 === 1;
    const first = await measure(isAloneFirst ? without : among, given.secondsEach);
    const second = await measure(isAloneFirst ? among : without, given.secondsEach);
    const [alone, beside] = isAloneFirst ? [first, second] : [second, first];
    const one = {
      aloneP99Ms: short(alone.p99Ms),
      besideP99Ms: short(beside.p99Ms),
      ratio: short(beside.p99Ms / alone.p99Ms),
    };
    rounds.push(one);
    console.error(`round ${round}: ${JSON.stringify(one)}`);
  }
  const ratio = short(median(rounds.map((one) => one.ratio)));
  const grownMiB = short((await measure(among, longSeconds)).grownMiB);
  const faults: string[] = [];
  if (ratio > ratioMax) faults.push(`beside bad ones the 99th percentile was ${ratio} times that without`);
  if (grownMiB > grownMostMiB) faults.push(`the process grew by ${grownMiB} MiB`);
  return { destinations: all, bad, ratio, grownMiB, rounds, faults };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const short = (value: number) => Number(value.toFixed(2));
