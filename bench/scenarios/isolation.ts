import { cp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { marks } from '../marks.ts';
import type { SinkCalls } from '../processes/sink.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { allArrived, checkProduct, createCollector, createRoute, type Ends, newRun, startEnds } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

const healthy = 700;
const silent = 150;
const refusing = 150;
const all = healthy + silent + refusing;
const perDestination = 0.5;
const warmSeconds = 6;
const seconds = 20;

/** Many destinations, each on a connection of its own, three in ten of them dead: what the others notice of it. */
export const isolation: Scenario = {
  name: 'isolation',
  title: 'Healthy destinations beside dead ones',
  async run(options) {
    await using ends = await startEnds();
    await using grave = startChild<SinkCalls>('sink.ts');
    await using folder = await temporaryFolder();
    const prepared = join(folder.path, 'prepared');
    const path = await prepare(prepared, ends, await grave.call('listenSilently', undefined), options.say);

    async function measure(destinations: number): Promise<Float64Array> {
      await using copy = await temporaryFolder();
      await cp(prepared, copy.path, { recursive: true });
      await using product = await startProduct(copy.path);
      const send = async (time: number) => {
        const run = newRun();
        const perSecond = destinations * perDestination;
        await ends.sink.call('expect', { run, events: perSecond * time });
        const at = { run, port: product.port, path };
        await ends.load.call('drip', { ...at, perSecond, seconds: time, connections: 32, destinations });
        // Destinations are taken in turn, so that each has the same share.
        await allArrived(ends.sink, healthy * perDestination * time);
        checkProduct(product);
        return ends.sink.call('latencies', undefined);
      };
      await send(warmSeconds);
      return await send(seconds);
    }

    const found = await rounds(options, async () => {
      const alone = await measure(healthy);
      const beside = await measure(all);
      const [aloneP99, besideP99] = [percentile(alone, 0.99), percentile(beside, 0.99)];
      return {
        aloneP50: percentile(alone, 0.5),
        aloneP99,
        besideP50: percentile(beside, 0.5),
        besideP99,
        ratio: besideP99 / aloneP99,
      };
    });
    return [
      { name: '700 healthy ones alone, p50', unit: 'ms', values: found.aloneP50 },
      { name: '700 healthy ones alone, p99', unit: 'ms', values: found.aloneP99 },
      { name: 'beside 300 dead ones, p50', unit: 'ms', values: found.besideP50 },
      { name: 'beside 300 dead ones, p99', unit: 'ms', values: found.besideP99 },
      {
        name: 'p99 beside dead ones over alone',
        unit: 'ratio',
        values: found.ratio,
        landing: atMost(1.2),
        goal: atMost(1.05),
      },
    ];
  },
};

/** A data folder with all destinations; answers the path of its intake. */
async function prepare(folder: string, { sinkPort }: Ends, silentPort: number, say: (line: string) => void) {
  await using product = await startProduct(folder);
  const refusingPort = await closedPort();
  const path = await createCollector(product);
  let next = 0;
  const make = async () => {
    for (let i = next++; i < all; i = next++) {
      const port = i < healthy ? sinkPort : i < healthy + silent ? silentPort : refusingPort;
      const value = String(i).padStart(marks.destination.digits, '0');
      const rules = { parameter: marks.destination.key, operator: 'equals', value } as const;
      await createRoute(product, { name: `Destination ${i}`, port, rules });
    }
  };
  await Promise.all(Array.from({ length: 8 }, make));
  say(`${all} destinations made`);
  return path;
}

/** A port on which nobody listens. */
function closedPort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
