import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Client } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { untilFinished } from '../../test/faults/wiring.ts';
import { adminClient, environment, type Process, spawnProcess } from '../../test/support/process.ts';
import { memoryOf } from '../process-usage.ts';

export type FanOut = {
  destinations: number;
  /** The destinations share this many systems. */
  systems: number;
  /** The size of each event, which takes two bytes per character in memory. */
  eventBytes: number;
  /** How long the systems take to respond. */
  responseMs: number;
  /** The heap limit of the main thread. */
  heapMiB: number;
};

type Part = {
  delivered: number;
  /** From the event, or the end of a pause, to the last request. */
  seconds: number;
  /** Deliveries that were sent again, since they were in flight at the kill. */
  repeated: number;
  mostMemoryMiB: number;
};

export type FanOutFigures = FanOut & { oneEvent: Part; ownEvents: Part; faults: string[] };

const destinationsPerAction = 100;
const stallMs = 120_000;

/**
 * Large events with a small heap: one event for many destinations of slow systems, and a backlog of an own event for each
 * of as many destinations. The server is killed after a tenth of the deliveries. Fails when it
 * ends by itself, or a delivery is missing.
 */
export async function fanOut(given: FanOut): Promise<FanOutFigures> {
  const faults: string[] = [];
  const oneEvent = await deliver(given, true, faults);
  const ownEvents = await deliver(given, false, faults);
  return { ...given, oneEvent, ownEvents, faults };
}

async function deliver(given: FanOut, isShared: boolean, faults: string[]): Promise<Part> {
  const { destinations, eventBytes, heapMiB } = given;
  using folder = temporaryFolder();
  await using sink = await startSink(given);
  const env = { ...environment(folder.path), NODE_OPTIONS: `--max-old-space-size=${heapMiB}` };
  let most = 0;

  /** Waits until so many deliveries arrived; returns whether they did. */
  async function arrived(server: Process, enough: number): Promise<boolean> {
    let end: string | null = null;
    void server.exited.then(({ code, signal }) => (end = `${signal ?? code} ${server.stderr().slice(0, 300)}`));
    const of = `after ${sink.keys.size} of ${destinations} deliveries`;
    for (let seen = -1, seenAt = 0; sink.keys.size < enough; await setTimeout(200)) {
      if (end !== null) return faults.push(`the server ended ${of}: ${end}`) === 0;
      most = Math.max(most, memoryOf(server.pid).most);
      if (sink.keys.size !== seen) [seen, seenAt] = [sink.keys.size, performance.now()];
      else if (performance.now() - seenAt > stallMs) return faults.push(`nothing arrived any more ${of}`) === 0;
    }
    return true;
  }

  await using first = spawnProcess(env);
  const url = await first.listening;
  const client = adminClient(url);
  const key = await wire(client, sink.urls, destinations, isShared);
  const turn = async (status: 'enabled' | 'paused') => {
    for (const { id } of (await client.call('listConnections')).data)
      await client.call('changeConnection', { params: { id }, body: { status } });
  };
  if (!isShared) await turn('paused');
  for (const to of isShared ? ['all'] : Array.from({ length: destinations }, (_, n) => String(n))) {
    const body = JSON.stringify({ events: [{ to, text: 'я'.padEnd(eventBytes - 100, 'x') }] });
    const { status } = await fetch(`${url}/v3/${key}`, { method: 'POST', body });
    if (status !== 200) faults.push(`intake responded ${status}`);
  }
  const startedAt = performance.now();
  if (!isShared) await turn('enabled');
  if (await arrived(first, destinations / 10)) {
    await first.end('SIGKILL');
    await using second = spawnProcess(env);
    const next = adminClient(await second.listening);
    if (await arrived(second, destinations)) await untilFinished(next);
  }
  return {
    delivered: sink.keys.size,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    repeated: sink.requests - sink.keys.size,
    mostMemoryMiB: Math.round(most / 2 ** 20),
  };
}

/** Creates a collector, the destinations and their actions; returns the key of the collector. */
async function wire(client: Client, urls: readonly string[], destinations: number, isShared: boolean): Promise<string> {
  const { key } = await client.call('createCollector', { body: { name: 'Shop' } });
  const all = Array.from({ length: destinations }, (_, n) => ({ n, connection: `System ${n % urls.length}` }));
  const ofOne = isShared ? destinationsPerAction : 1;
  const documents = [
    ...urls.map((baseUrl, n) => ({ kind: 'connection', name: `System ${n}`, baseUrl })),
    ...all.map(({ n, connection }) => ({
      kind: 'destination',
      name: `D${n}`,
      connection,
      path: `/${n}`,
      status: 'enabled',
    })),
    ...Array.from({ length: Math.ceil(destinations / ofOne) }, (_, at) => ({
      kind: 'action',
      name: `A${at}`,
      description: 'Large events',
      status: 'enabled',
      rules: { parameter: 'to', operator: 'equals', value: isShared ? 'all' : String(at) },
      destinations: all
        .slice(at * ofOne, (at + 1) * ofOne)
        .map(({ n, connection }) => ({ destination: `${connection}/D${n}` })),
    })),
  ];
  for (let at = 0; at < documents.length; at += 500)
    await client.call('importConfiguration', { body: { documents: documents.slice(at, at + 500) as never } }); // as a file has them
  return key;
}

/** Slow systems that keep the keys of the requests that they have answered. */
async function startSink({ systems, responseMs }: FanOut) {
  const keys = new Set<string>();
  let requests = 0;
  const servers = Array.from({ length: systems }, () =>
    createServer((request, response) => {
      request.resume();
      request.on('error', () => {}); // the server was killed
      request.on('end', async () => {
        await setTimeout(responseMs);
        requests += 1;
        keys.add(String(request.headers['idempotency-key']));
        response.end();
      });
    }),
  );
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    keys,
    get requests() {
      return requests;
    },
    // A listening TCP server has an address with a port.
    urls: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
