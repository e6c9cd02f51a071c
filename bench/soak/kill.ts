import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { startRecorder } from '../../test/faults/recorder.ts';
import { wire } from '../../test/faults/wiring.ts';
import { eventually } from '../../test/support/eventually.ts';
import { adminClient, environment, type Process, spawnProcess } from '../../test/support/process.ts';
import { startLoad } from './load.ts';
import { faultsOf, outOfOrder, untilDrained } from './verdicts.ts';

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
  const deliveries = await untilDrained(client, recorder);
  const drainMs = performance.now() - drainedFrom;
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
