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
/** Warm-up, only for the healthy destinations: V8 compiles after some ten thousand events. */
const compiling = { perSecond: 2_000, seconds: 7 };
const warmSeconds = 6;
const seconds = 20;

/**
 * Many destinations, each on its own connection, three in ten of them dead: the effect on the others. Compared with the
 * same stream of events without the dead ones, where their events fire nothing; and, to show the effect of the number
 * of events, with a stream without these events.
 */
export const isolation: Scenario = {
  name: 'isolation',
  title: 'Healthy destinations beside dead ones',
  async run(options) {
    await using ends = await startEnds();
    await using grave = startChild<SinkCalls>('sink.ts');
    await using folder = await temporaryFolder();
    const silentPort = await grave.call('listenSilently', undefined);
    const make = (name: string, count: number) =>
      prepare({ folder: join(folder.path, name), count, ends, silentPort, say: options.say });
    const without = await make('without', healthy);
    const among = await make('among', all);

    /**
     * Latencies of the healthy destinations during events for this number of destinations, whether or not they exist.
     */
    async function measure({ folder, path }: Prepared, destinations: number): Promise<Float64Array> {
      await using copy = await temporaryFolder();
      await cp(folder, copy.path, { recursive: true });
      await using product = await startProduct(copy.path);
      const send = async (pace: { perSecond: number; seconds: number; destinations: number }) => {
        const run = newRun();
        const events = pace.perSecond * pace.seconds;
        await ends.sink.call('expect', { run, events });
        await ends.load.call('drip', { ...pace, run, port: product.port, path, connections: 32 });
        // Destinations take turns, so that each has the same share.
        await allArrived(ends.sink, (events * healthy) / pace.destinations);
        checkProduct(product);
        return ends.sink.call('latencies', undefined);
      };
      const pace = { perSecond: destinations * perDestination, destinations };
      await send({ ...compiling, destinations: healthy });
      await send({ ...pace, seconds: warmSeconds });
      return await send({ ...pace, seconds });
    }

    const found = await rounds(options, async () => {
      const fewerP99 = percentile(await measure(without, healthy), 0.99);
      const alone = await measure(without, all);
      const neighbours = await measure(among, all);
      const aloneP99 = percentile(alone, 0.99);
      const besideP99 = percentile(neighbours, 0.99);
      return {
        fewerP99,
        aloneP50: percentile(alone, 0.5),
        aloneP99,
        besideP50: percentile(neighbours, 0.5),
        besideP99,
        ratio: besideP99 / aloneP99,
        fewerRatio: besideP99 / fewerP99,
      };
    });
    return [
      { name: '700 healthy ones alone, 350 events/s, p99', unit: 'ms', values: found.fewerP99 },
      { name: '700 healthy ones alone, 500 events/s, p50', unit: 'ms', values: found.aloneP50 },
      { name: '700 healthy ones alone, 500 events/s, p99', unit: 'ms', values: found.aloneP99 },
      { name: 'beside 300 dead ones, 500 events/s, p50', unit: 'ms', values: found.besideP50 },
      { name: 'beside 300 dead ones, 500 events/s, p99', unit: 'ms', values: found.besideP99 },
      {
        name: 'p99 beside dead ones over alone, both 500 events/s',
        unit: 'ratio',
        values: found.ratio,
        landing: atMost(1.2),
        goal: atMost(1.05),
      },
      { name: 'p99 beside dead ones over alone with 350 events/s', unit: 'ratio', values: found.fewerRatio },
    ];
  },
};

/** A data folder with destinations, and the path of its intake. */
type Prepared = { folder: string; path: string };

/** Creates a data folder with destinations, the healthy ones first. */
async function prepare(given: {
  folder: string;
  count: number;
  ends: Ends;
  silentPort: number;
  say(line: string): void;
}): Promise<Prepared> {
  const { folder, count, silentPort } = given;
  const { sinkPort } = given.ends;
  await using product = await startProduct(folder);
  const refusingPort = await closedPort();
  const path = await createCollector(product);
  let next = 0;
  const make = async () => {
    for (let i = next++; i < count; i = next++) {
      const port = i < healthy ? sinkPort : i < healthy + silent ? silentPort : refusingPort;
      const value = String(i).padStart(marks.destination.digits, '0');
      const rules = { parameter: marks.destination.key, operator: 'equals', value } as const;
      await createRoute(product, { name: `Destination ${i}`, port, rules });
    }
  };
  await Promise.all(Array.from({ length: 8 }, make));
  given.say(`${count} destinations made`);
  return { folder, path };
}

/** A port without a listener. */
function closedPort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
