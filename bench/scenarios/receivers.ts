import { pause } from '../clock.ts';
import { createRoutes, digitsOf } from '../many-routes.ts';
import { marks } from '../marks.ts';
import { costOf, memoryOf } from '../process-usage.ts';
import type { Receiver } from '../processes/sink.ts';
import { type Product, startProduct, temporaryFolder } from '../product.ts';
import { createReceiver, receiverCa } from '../receiver-routes.ts';
import { allArrived, checkProduct, createCollector, createRoute, newRun, sendThrough, startEnds } from '../rig.ts';
import { atLeast, atMost, type Bound, type Measure, rounds, type Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';
import { costsInTurns } from './receiver-costs.ts';

/** A receiver and how many events it gets. */
type Case = { name: string; receiver: Receiver; events: number };

const cases = {
  atOnce: { name: 'at once', receiver: { ms: 0 }, events: 40_000 },
  ms20: { name: '20 ms', receiver: { ms: 20 }, events: 40_000 },
  ms100: { name: '100 ms', receiver: { ms: 100 }, events: 40_000 },
  ms300: { name: '300 ms', receiver: { ms: 300 }, events: 30_000 },
  ms1000: { name: '1,000 ms', receiver: { ms: 1_000 }, events: 20_000 },
  tls: { name: 'at once, TLS 1.3', receiver: { ms: 0, isTls: true }, events: 30_000 },
  tls100: { name: '100 ms, TLS 1.3', receiver: { ms: 100, isTls: true }, events: 30_000 },
  workers: { name: '20 workers of 50 ms', receiver: { ms: 50, workers: 20 }, events: 6_000 },
  refusing: { name: '100 ms, 503 above 60 at once', receiver: { ms: 100, most: 60 }, events: 9_000 },
} as const satisfies Record<string, Case>;
type CaseName = keyof typeof cases;
const names = Object.keys(cases) as CaseName[]; // the keys of the literal above
type Figure = 'Rate' | 'Ratio' | 'Reach' | 'Cost' | 'There' | 'Most' | 'Connections' | 'Refused' | 'Loop' | 'Memory';
type Figures = Record<`${CaseName}${Figure}`, number>;

const flood = { batch: 50, connections: 8, window: 8_000 };
const warm = { ...flood, events: 20_000 };
const together = { destinations: 100, perSecond: 2_000, seconds: 8, connections: 32 };
const beside = { perSecond: 200, seconds: 10, connections: 16 };
const origins = { count: 1_000, seconds: 10 };
const inFlight = { destinations: 6, ms: 2_000, events: 40_000, batch: 50, connections: 8, window: 9_000 };

/** Rates, times and costs with receivers that take their time, have TLS, few workers, or refuse. */
export const receivers: Scenario = {
  name: 'receivers',
  title: 'Receivers as they are: slow, with TLS, overloaded, refusing',
  roundsUsual: 1,
  async run(options) {
    const found = await rounds(options, async () => {
      const single = await eachAlone(options.say);
      return {
        ...single,
        ...(await costsInTurns()),
        ...(await manyOfOneOrigin()),
        ...(await besideSlow()),
        ...(await manyOrigins()),
        ...(await manyInFlight()),
      };
    });
    const measure = (name: string, unit: string, values: number[], goal?: Bound): Measure => ({
      name,
      unit,
      values,
      ...(goal && { goal }),
    });
    const measures: Measure[] = names.flatMap((key) => {
      const { name } = cases[key];
      return [
        measure(`${name}: rate`, '/s', found[`${key}Rate`], rateGoals[key]),
        measure(`${name}: rate over that of the receiver that answers at once`, 'ratio', found[`${key}Ratio`]),
        measure(`${name}: time to four fifths of the rate from a cold start`, 'ms', found[`${key}Reach`]),
        measure(`${name}: processor time`, 'µs/event', found[`${key}Cost`]),
        measure(`${name}: median time there`, 'ms', found[`${key}There`]),
        measure(`${name}: most at once`, 'requests', found[`${key}Most`]),
        measure(`${name}: connections opened`, '', found[`${key}Connections`]),
        measure(`${name}: refused`, '%', found[`${key}Refused`], atMost(1)),
        measure(`${name}: /livez during it, p99`, 'ms', found[`${key}Loop`]),
        measure(`${name}: memory`, 'MiB', found[`${key}Memory`]),
      ];
    });
    return [
      ...measures,
      measure('in turns, TLS over plain: processor time', 'ratio', found.tlsCostRatio, atMost(1.25)),
      measure('in turns, TLS over plain: processor time more', 'µs/event', found.tlsCostMore),
      measure('in turns at 2,500/s, 300 ms over at once: processor time', 'ratio', found.slowCostRatio, atMost(1.15)),
      measure('in turns at 2,500/s, 300 ms over at once: processor time more', 'µs/event', found.slowCostMore),
      measure('TLS, 64 at once: connections for 10,000 requests', '', found.tls64Connections, atMost(70)),
      measure(
        '100 destinations of one origin, 200 ms: in time, of 16,000',
        'deliveries',
        found.inTime,
        atLeast(16_000),
      ),
      measure('destination alone, p99', 'ms', found.aloneP99),
      measure('beside one that takes 2 s, p99 more', 'ms', found.besideMore, atMost(50)),
      measure('1,000 origins over TLS, an event each in 10 s: /livez p99', 'ms', found.originsLoop),
      measure('1,000 origins over TLS, an event each in 10 s: slowest /livez', 'ms', found.originsSlowest, atMost(50)),
      measure('6 destinations of 2 s: most at once', 'requests', found.plainInFlight, atLeast(3_600)),
      measure('6 destinations of 2 s: memory more than before', 'MiB', found.plainMemory),
      measure('6 destinations of 2 s: /livez during it, p99', 'ms', found.plainLoop, atMost(20)),
      measure('6 destinations of 2 s over TLS: most at once', 'requests', found.tlsInFlight, atLeast(3_600)),
      measure('6 destinations of 2 s over TLS: memory more than before', 'MiB', found.tlsInFlightMemory),
      measure('6 destinations of 2 s over TLS: memory more than plain', 'MiB', found.tlsMemoryMore, atMost(160)),
      measure('6 destinations of 2 s over TLS: /livez during it, p99', 'ms', found.tlsInFlightLoop, atMost(20)),
    ];
  },
};

const rateGoals: Partial<Record<CaseName, Bound>> = {
  ms1000: atLeast(900),
  workers: atLeast(0.9 * 388),
  refusing: atLeast(0.9 * 556),
};

/** One destination per receiver, one after the other, each from a cold start of its limit. */
async function eachAlone(say: (line: string) => void) {
  await using ends = await startEnds();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  const warmUp = names.length;
  for (const [n, key] of names.entries()) await createReceiver(product, ends, cases[key], n);
  await createReceiver(product, ends, { receiver: { ms: 0 } }, warmUp);
  const rig = { ...ends, product, folder: folder.path, path, destinationId: '' };
  for (let i = 0; i < 2; i++) await sendThrough(rig, { ...warm, destination: warmUp });
  const found: Partial<Figures> = {};
  for (const [n, key] of names.entries()) {
    const { events, receiver } = cases[key];
    await using watch = watchLoop(product);
    const { cost } = await costOf(product.pid, events, () => sendThrough(rig, { ...flood, events, destination: n }));
    const times = await ends.sink.call('times', undefined);
    const served = await ends.sink.call('served', undefined);
    const rate = rateOf(times);
    Object.assign(found, {
      [`${key}Rate`]: rate,
      [`${key}Ratio`]: rate / (found.atOnceRate ?? rate),
      [`${key}Reach`]: reachMs(times, rate, receiver.ms),
      [`${key}Cost`]: cost.total,
      [`${key}There`]: served.medianMs,
      [`${key}Most`]: served.most,
      [`${key}Connections`]: served.connections,
      [`${key}Refused`]: (100 * served.refused) / (events + served.refused),
      [`${key}Loop`]: percentile(watch.ms, 0.99),
      [`${key}Memory`]: memoryOf(product.pid).now / 2 ** 20,
    });
    say(`${cases[key].name}: ${Math.round(rate)}/s`);
  }
  return found as Figures; // the loop has set each of them
}

/** Events per second in the second half. */
function rateOf(times: Float64Array): number {
  const from = times.length >> 1;
  // The last ones have no others behind them.
  const to = Math.floor(times.length * 0.95);
  return ((to - from) * 1e6) / ((times[to] ?? 0) - (times[from] ?? 0));
}

/** The time from the first request until four fifths of the rate arrive, for as long as a response takes. */
function reachMs(times: Float64Array, rate: number, ms: number): number {
  const windowUs = Math.max(50, ms) * 1_000;
  const enough = (0.8 * rate * windowUs) / 1e6;
  const began = (times[0] ?? 0) - ms * 1_000;
  for (let first = 0, last = 0; first < times.length; first++) {
    while (last < times.length && (times[last] ?? 0) <= (times[first] ?? 0) + windowUs) last += 1;
    if (last - first >= enough) return ((times[first] ?? 0) - began) / 1_000;
  }
  return Number.NaN;
}

const lookEveryMs = 10;

/** Calls /livez again and again until it is disposed; `ms`: how long each call took. */
function watchLoop({ port }: Product): AsyncDisposable & { ms: number[] } {
  const ms: number[] = [];
  let isEnding = false;
  const looking = (async () => {
    while (!isEnding) {
      const before = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/livez`)).text();
      ms.push(performance.now() - before);
      await pause(lookEveryMs);
    }
  })();
  looking.catch(() => {}); // disposing it rejects
  return {
    ms,
    async [Symbol.asyncDispose]() {
      isEnding = true;
      await looking;
    },
  };
}

/** 100 destinations of one origin that takes 200 ms: what arrives within a second of the last event. */
async function manyOfOneOrigin() {
  const { destinations } = together;
  await using ends = await startEnds();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  const port = await ends.sink.call('listenAs', { ms: 200 });
  await createRoutes(product, [port], { connections: destinations, destinations, actions: destinations });
  const events = together.perSecond * together.seconds;
  const run = newRun();
  await ends.sink.call('expect', { run, events });
  await ends.load.call('drip', { ...together, run, port: product.port, path });
  await pause(1_000);
  const { distinct } = await ends.sink.call('arrived', undefined);
  await allArrived(ends.sink, events);
  checkProduct(product);
  return { inTime: distinct };
}

/** The p99 of a destination that answers at once, alone and beside one of the same origin that takes 2 s. */
async function besideSlow() {
  await using ends = await startEnds();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  const port = await ends.sink.call('listenAs', { ms: 0, slowMs: 2_000 });
  for (const [n, at] of ['/hook', '/slow'].entries()) {
    const rules = { parameter: marks.destination.key, operator: 'equals', value: digitsOf(n) } as const;
    await createRoute(product, { name: at, port, path: at, rules });
  }
  const p99 = async (destinations: number) => {
    const run = newRun();
    const events = beside.perSecond * beside.seconds;
    await ends.sink.call('expect', { run, events: events * destinations });
    const pace = { ...beside, perSecond: beside.perSecond * destinations, destinations };
    await ends.load.call('drip', { ...pace, run, port: product.port, path });
    await allArrived(ends.sink, events);
    return percentile(await ends.sink.call('latencies', undefined), 0.99);
  };
  await p99(1);
  const aloneP99 = await p99(1);
  const besideP99 = await p99(2);
  checkProduct(product);
  return { aloneP99, besideMore: besideP99 - aloneP99 };
}

/** One event to each of 1,000 origins over TLS. */
async function manyOrigins() {
  const { count, seconds } = origins;
  await using ends = await startEnds();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  const ports: number[] = [];
  for (let i = 0; i < count; i++) ports.push(await ends.sink.call('listenAs', { ms: 0, isTls: true }));
  await createRoutes(product, ports, { connections: count, destinations: count, actions: count, ca: receiverCa() });
  const run = newRun();
  await ends.sink.call('expect', { run, events: count });
  await using watch = watchLoop(product);
  await ends.load.call('drip', {
    run,
    port: product.port,
    path,
    perSecond: count / seconds,
    seconds,
    connections: 8,
    destinations: count,
  });
  await allArrived(ends.sink, count);
  checkProduct(product);
  return { originsLoop: percentile(watch.ms, 0.99), originsSlowest: Math.max(...watch.ms) };
}

/** Memory and responsiveness with as many requests in flight as there may be, without TLS and with it. */
async function manyInFlight() {
  const plain = await fullOf(false);
  const tls = await fullOf(true);
  return {
    plainInFlight: plain.most,
    plainMemory: plain.memory,
    plainLoop: plain.loop,
    tlsInFlight: tls.most,
    tlsInFlightMemory: tls.memory,
    tlsMemoryMore: tls.memory - plain.memory,
    tlsInFlightLoop: tls.loop,
  };
}

async function fullOf(isTls: boolean) {
  const { destinations, ms, ...flood } = inFlight;
  await using ends = await startEnds();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  for (let n = 0; n < destinations; n++) await createReceiver(product, ends, { receiver: { ms, isTls } }, n);
  await createReceiver(product, ends, { receiver: { ms: 0 } }, destinations);
  const rig = { ...ends, product, folder: folder.path, path, destinationId: '' };
  await sendThrough(rig, { ...warm, destination: destinations });
  const before = memoryOf(product.pid).now;
  let mostMemory = before;
  using looking = new DisposableStack();
  looking.adopt(
    setInterval(() => {
      mostMemory = Math.max(mostMemory, memoryOf(product.pid).now);
    }, 250),
    clearInterval,
  );
  await using watch = watchLoop(product);
  await sendThrough(rig, { ...flood, destinations });
  const { most } = await ends.sink.call('served', undefined);
  return { most, memory: (mostMemory - before) / 2 ** 20, loop: percentile(watch.ms, 0.99) };
}
