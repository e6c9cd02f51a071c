import type { Arrived } from './arrivals.ts';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import { pause } from './clock.ts';
import { eventName } from './events.ts';
import type { Flood, LoadCalls, Sent } from './processes/load.ts';
import type { SinkCalls } from './processes/sink.ts';
import { type Product, startProduct, temporaryFolder } from './product.ts';

/** Load generator and sink, each in its own process; the load generator gets the sink's progress. */
export type Ends = AsyncDisposable & { load: Child<LoadCalls>; sink: Child<SinkCalls>; sinkPort: number };

export async function startEnds(): Promise<Ends> {
  await using stack = new AsyncDisposableStack();
  const load = stack.use(startChild<LoadCalls>('load.ts'));
  const sink = stack.use(startChild<SinkCalls>('sink.ts'));
  sink.listen((count) => void load.call('delivered', Number(count)).catch(() => {})); // may come too late
  const sinkPort = await sink.call('listen', undefined);
  const owned = stack.move();
  return { load, sink, sinkPort, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A running program between the two: one collector, connection and destination, and one action that always fires. */
export type Rig = Ends & { product: Product; folder: string; path: string; destinationId: string };

/** Starts the program, on a new folder unless one is given, from this checkout unless another one is given. */
export async function startRig({
  folder: given,
  root,
  settings,
}: {
  folder?: string;
  root?: string;
  settings?: Readonly<Record<string, string>>;
} = {}): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const ends = stack.use(await startEnds());
  const folder = given ?? stack.use(await temporaryFolder()).path;
  const product = stack.use(await startProduct(folder, root, settings));
  const path = await createCollector(product);
  const destinationId = await createRoute(product, {
    name: 'Sink',
    port: ends.sinkPort,
    rules: { parameter: 'wt.ev', operator: 'equals', value: eventName },
  });
  const owned = stack.move();
  return { ...ends, product, folder, path, destinationId, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Creates a collector; returns the path of its intake. */
export async function createCollector({ client }: Product): Promise<string> {
  const { key } = await client.call('createCollector', { body: { name: 'Bench' } });
  return `/v3/${key}`;
}

/** `ca`: of a receiver with TLS. `path`: of its destination. `concurrency`: the setting of its connection. */
type Route = {
  name: string;
  port: number;
  path?: string;
  ca?: string;
  concurrency?: number;
  rules: { parameter: string; operator: 'equals'; value: string };
};

/** Creates a connection, a destination with the documented template, and an action for it; returns the destination. */
export async function createRoute(
  { client }: Product,
  { name, port, path = '/hook', ca, concurrency, rules }: Route,
): Promise<string> {
  const { baseUrl, settings } = originOf(port, ca);
  const rate = concurrency === undefined ? {} : { rate: { concurrency } };
  const body = { name, baseUrl, settings: { ...settings, ...rate } };
  const connection = await client.call('createConnection', { body });
  const destination = await client.call('createDestination', {
    params: { id: connection.id },
    body: { name, path, status: 'enabled' },
  });
  await client.call('createAction', {
    body: { name, description: name, status: 'enabled', rules, destinations: [{ destinationId: destination.id }] },
  });
  return destination.id;
}

/** The address of a receiver in a connection. `ca`: it has TLS. */
export function originOf(port: number, ca?: string) {
  if (ca === undefined) return { baseUrl: `http://127.0.0.1:${port}`, settings: {} };
  return { baseUrl: `https://127.0.0.1:${port}`, settings: { tls: { ca } } };
}

let lastRun = 0;

/** A number unique among the runs of this bench. */
export function newRun(): number {
  lastRun += 1;
  return lastRun;
}

type Size = Omit<Flood, 'run' | 'port' | 'path'>;
type Flow = { perSecond: number; sent: Sent; arrived: Arrived };

/** Sends events through the program, as `flowThrough`. Throws when the program logged an error. */
export async function sendThrough(rig: Rig, size: Size): Promise<Flow> {
  const flow = await flowThrough(rig, { port: rig.product.port, path: rig.path }, size);
  checkProduct(rig.product);
  return flow;
}

/**
 * Sends events to an address and waits until the sink has received all; returns events per second, first sent to last
 * received.
 */
export async function flowThrough(ends: Ends, at: { port: number; path: string }, size: Size): Promise<Flow> {
  const run = newRun();
  await ends.sink.call('expect', { run, events: size.events });
  const sent = await ends.load.call('flood', { ...size, ...at, run });
  const arrived = await allArrived(ends.sink, size.events);
  return { perSecond: (size.events * 1e6) / (arrived.lastUs - sent.firstUs), sent, arrived };
}

const lookEveryMs = 25;
/** Longer than the wait of a delivery that was refused twice, 66 s. */
const stallMs = 90_000;
/** Time to wait for duplicates of the last deliveries. */
const repetitionMs = 100;

/** Waits until this many different events have arrived, without duplicates. Rejects when no more arrive. */
export async function allArrived(sink: Child<SinkCalls>, events: number): Promise<Arrived> {
  let arrived = await sink.call('arrived', undefined);
  let seen = arrived.distinct;
  for (let stalledMs = 0; arrived.distinct < events; stalledMs += lookEveryMs) {
    if (arrived.distinct !== seen) stalledMs = 0;
    if (stalledMs > stallMs) throw new Error(`LOST: ${events - arrived.distinct} of ${events} events never arrived`);
    seen = arrived.distinct;
    await pause(lookEveryMs);
    arrived = await sink.call('arrived', undefined);
  }
  await pause(repetitionMs);
  arrived = await sink.call('arrived', undefined);
  if (arrived.repeated > 0) throw new Error(`REPEATED: ${arrived.repeated} events were delivered twice`);
  if (arrived.strays > 0) throw new Error(`STRAY: ${arrived.strays} requests were not of this run`);
  return arrived;
}

/** Throws when the program logged an error. */
export function checkProduct({ errors }: Product): void {
  if (errors.length > 0) throw new Error(`the program logged ${errors.length} errors, first: ${errors[0]}`);
}
