import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { marks } from '../marks.ts';
import { memoryOf } from '../process-usage.ts';
import type { VillainCalls } from '../processes/villains.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { allArrived, checkProduct, createCollector, createRoute, newRun, startEnds } from '../rig.ts';
import { median, percentile } from '../statistics.ts';

type Round = { aloneP99Ms: number; besideP99Ms: number; ratio: number; grownMiB: number };

export type IsolationFigures = { destinations: number; bad: number; ratio: number; rounds: Round[]; faults: string[] };

const healthy = 20;
const bad = 10;
const all = healthy + bad;
const perDestination = 500 / all;
const warmSeconds = 6;
const ratioMost = 1.2;
/** What a process may grow by from the warm-up to the end of a round: garbage that is not collected yet. */
const grownMostMiB = 48;

/**
 * Twenty healthy destinations, alone and beside ten that hang, drip, reset or answer with bombs, in turn; each has 17
 * events a second, all together 500. Breaks when the healthy ones notice, or memory is not flat.
 */
export async function keepApart(given: { rounds: number; secondsEach: number }): Promise<IsolationFigures> {
  await using ends = await startEnds();
  await using villains = startChild<VillainCalls>('villains.ts');
  await using folder = await temporaryFolder();
  const prepared = join(folder.path, 'prepared');
  const ports = await villains.call('listen', undefined);
  const path = await prepare();

  async function prepare(): Promise<string> {
    await using product = await startProduct(prepared);
    for (let n = 0; n < all; n++) {
      const port = n < healthy ? ends.sinkPort : (ports[n % ports.length] ?? 0);
      const value = String(n).padStart(marks.destination.digits, '0');
      const rules = { parameter: marks.destination.key, operator: 'equals', value } as const;
      await createRoute(product, { name: `Destination ${n}`, port, rules });
    }
    return await createCollector(product);
  }

  async function measure(destinations: number) {
    await using copy = await temporaryFolder();
    await cp(prepared, copy.path, { recursive: true });
    await using product = await startProduct(copy.path);
    const perSecond = destinations * perDestination;
    const send = async (seconds: number) => {
      const run = newRun();
      await ends.sink.call('expect', { run, events: Math.ceil(perSecond * seconds) });
      const at = { run, port: product.port, path };
      const { events } = await ends.load.call('drip', { ...at, perSecond, seconds, connections: 32, destinations });
      // Destinations are taken in turn, so that each has the same share.
      await allArrived(ends.sink, Math.floor((events * healthy) / destinations));
      checkProduct(product);
      return percentile(await ends.sink.call('latencies', undefined), 0.99);
    };
    await send(warmSeconds);
    const before = memoryOf(product.pid).now;
    const p99Ms = await send(given.secondsEach);
    return { p99Ms, grownMiB: (memoryOf(product.pid).now - before) / 2 ** 20 };
  }

  const rounds: Round[] = [];
  for (let round = 1; round <= given.rounds; round++) {
    const alone = await measure(healthy);
    const beside = await measure(all);
    const one = {
      aloneP99Ms: short(alone.p99Ms),
      besideP99Ms: short(beside.p99Ms),
      ratio: short(beside.p99Ms / alone.p99Ms),
      grownMiB: short(beside.grownMiB),
    };
    rounds.push(one);
    console.error(`round ${round}: ${JSON.stringify(one)}`);
  }
  const ratio = short(median(rounds.map((one) => one.ratio)));
  const grownMiB = median(rounds.map((one) => one.grownMiB));
  const faults: string[] = [];
  if (ratio > ratioMost) faults.push(`beside bad ones the 99th percentile was ${ratio} times that without`);
  if (grownMiB > grownMostMiB) faults.push(`the process grew by ${grownMiB} MiB`);
  return { destinations: all, bad, ratio, rounds, faults };
}

const short = (value: number) => Number(value.toFixed(2));
