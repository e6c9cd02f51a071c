import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '../../src/cli/demo/random.ts';
import type { Client } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { type Recorder, startRecorder } from '../../test/faults/recorder.ts';
import { allDeliveries, untilFinished, wire } from '../../test/faults/wiring.ts';
import { eventually } from '../../test/support/eventually.ts';
import { adminClient, environment, type Process, spawnProcess } from '../../test/support/process.ts';
import { type Load, startLoad, visitors } from './load.ts';

export type KillFigures = {
  kills: number;
  /** Kills before the server listened again. */
  killedWhileStarting: number;
  eventsAcknowledged: number;
  eventsSent: number;
  requestsReceived: number;
  /** Deliveries received more than once. */
  repeated: number;
  /** Acknowledged events that ended as `poison` without a cause. */
  poison: number;
  readyMs: { median: number; max: number };
  drainMs: number;
  /** Broken guarantees as sentences; must be empty. */
  faults: string[];
};

const startingShare = 0.15;
const startingMsMax = 250;

/**
 * Kills the server with SIGKILL at random moments under load, restarts it each time, and then compares acknowledged
 * events with deliveries. The destination refuses some requests and delays some responses, so that kills also hit
 * retries and waits.
 */
export async function killUnderLoad({
  kills,
  seed,
  upMsMax,
  isOrdered = false,
}: {
  kills: number;
  seed: number;
  /** Longest uptime of a server. */
  upMsMax: number;
  /** Whether the events of a visitor must arrive in order. */
  isOrdered?: boolean;
}): Promise<KillFigures> {
  const random = seededRandom(seed);
  using folder = temporaryFolder();
  await using recorder = await startRecorder((response, body) => {
    const jitter = random();
    response.statusCode = jitter < 0.03 ? 503 : 200;
    if (jitter > 0.9) void setTimeout(jitter > 0.99 ? 60 : 8, undefined, { ref: false }).then(() => response.end(body));
    else response.end(body);
  });
  const load = startLoad({ senders: 4, batchMax: 20, random });
  const env = environment(folder.path);
  const readyMs: number[] = [];
  let killedWhileStarting = 0;

  async function start(): Promise<{ server: Process; url: string }> {
    const startedAt = performance.now();
    const server = spawnProcess(env);
    const url = await server.listening;
    readyMs.push(performance.now() - startedAt);
    return { server, url };
  }

  let { server, url } = await start();
  // Also when it is not drained in time.
  await using ending = new AsyncDisposableStack();
  ending.defer(async () => void (await server.end('SIGKILL')));
  const retry = { scheduleMs: [0, ...Array.from({ length: 20 }, () => 50)], jitter: 0 };
  const { key } = await wire(adminClient(url), recorder.url, {
    connection: { settings: { retry } },
    ...(isOrdered && { destination: { settings: { order: {} } } }),
  });
  for (let kill = 0; kill < kills; ) {
    load.aim(`${url}/v3/${key}`);
    // On a slow machine a short run might acknowledge nothing.
    if (kill === 0) await eventually('an acknowledged event', () => load.sent.some(({ ids }) => ids !== null));
    await setTimeout(random() * upMsMax);
    load.aim(null);
    await server.end('SIGKILL');
    kill += 1;
    if (kill < kills && random() < startingShare) {
      await using hasty = spawnProcess(env);
      await setTimeout(random() * startingMsMax);
      await hasty.end('SIGKILL');
      kill += 1;
      killedWhileStarting += 1;
    }
    ({ server, url } = await start());
  }
  const drainedFrom = performance.now();
  await load.stop();
  const client = adminClient(url);
  await untilDrained(client, recorder);
  const drainMs = performance.now() - drainedFrom;
  const deliveries = await allDeliveries(client);
  await server.end();

  const [first = 0, ...restarts] = readyMs;
  const sorted = restarts.toSorted((a, b) => a - b);
  return {
    kills,
    killedWhileStarting,
    eventsAcknowledged: load.sent.reduce((sum, { ids }) => sum + (ids?.length ?? 0), 0),
    eventsSent: load.sent.reduce((sum, { numbers }) => sum + numbers.length, 0),
    requestsReceived: [...recorder.byKey.values()].reduce((sum, { count }) => sum + count, 0),
    repeated: [...recorder.byKey.values()].filter(({ accepted }) => accepted > 1).length,
    poison: deliveries.filter(({ reason }) => reason === 'poison').length,
    readyMs: { median: Math.round(sorted[sorted.length >> 1] ?? first), max: Math.round(sorted.at(-1) ?? first) },
    drainMs: Math.round(drainMs),
    faults: [...faultsOf({ load, recorder, deliveries }), ...(isOrdered ? outOfOrder(recorder) : [])],
  };
}

/** A large backlog takes longer than one wait: it waits again while requests arrive. */
async function untilDrained(client: Client, recorder: Recorder): Promise<void> {
  for (let before = -1; ; ) {
    const arrived = recorder.arrivals.length;
    if (arrived === before) return untilFinished(client);
    before = arrived;
    if (
      await untilFinished(client).then(
        () => true,
        () => false,
      )
    )
      return;
  }
}

/** Reports events of a visitor that arrive after newer ones; ids of deliveries sort by time. */
function outOfOrder({ byKey, arrivals }: Recorder): string[] {
  const newest = new Map<number, string>();
  return arrivals.flatMap((key) => {
    const visitor = Number(JSON.parse(byKey.get(key)?.body ?? '{}').n) % visitors;
    const before = newest.get(visitor) ?? '';
    if (key < before) return `${key} arrived after ${before} of its visitor`;
    newest.set(visitor, key);
    return [];
  });
}

type Seen = Awaited<ReturnType<typeof allDeliveries>>;

/** Every broken guarantee as a sentence. */
function faultsOf({ load, recorder, deliveries }: { load: Load; recorder: Recorder; deliveries: Seen }): string[] {
  const faults = [...load.odd];
  const ofEvent = Map.groupBy(deliveries, (one) => one.eventId);
  const numberOfKey = new Map<string, number>();
  for (const [key, { bodies, body }] of recorder.byKey) {
    if (bodies.size > 1) faults.push(`${key} arrived with ${bodies.size} different bodies`);
    numberOfKey.set(key, Number(JSON.parse(body).n));
  }
  const keysOfNumber = Map.groupBy(numberOfKey.keys(), (key) => numberOfKey.get(key));
  if (recorder.unkeyed > 0) faults.push(`${recorder.unkeyed} requests without a key`);
  for (const { numbers, ids } of load.sent) {
    const arrived = numbers.filter((n) => keysOfNumber.has(n)).length;
    if (ids === null && arrived !== 0 && arrived !== numbers.length)
      faults.push(`of an unacknowledged batch of ${numbers.length} only ${arrived} arrived`);
    for (const [index, n] of numbers.entries()) {
      const keys = keysOfNumber.get(n) ?? [];
      if (keys.length > 1) faults.push(`event ${n} arrived under ${keys.length} keys`);
      const id = ids?.[index];
      if (id === undefined) continue;
      const own = ofEvent.get(id) ?? [];
      if (own.length !== 1) faults.push(`acknowledged event ${n} has ${own.length} deliveries`);
      for (const { status, reason, id: delivery } of own) {
        if (status !== 'delivered' && reason !== 'poison') faults.push(`event ${n} ended as ${status} (${reason})`);
        if (!recorder.byKey.has(delivery)) faults.push(`acknowledged event ${n} never arrived (${status}, ${reason})`);
        else if (keys[0] !== delivery) faults.push(`event ${n} arrived under ${keys[0]}, not under ${delivery}`);
      }
    }
  }
  for (const { status, id } of deliveries)
    if (!['delivered', 'failed'].includes(status)) faults.push(`${id} is stuck as ${status}`);
  return faults;
}
