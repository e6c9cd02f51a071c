import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Client } from '../../src/client/client.ts';
import { startChild } from '../child.ts';
import { cpuUsOf, memoryOf } from '../process-usage.ts';
import type { HoldArrivals, HoldSinkCalls } from '../processes/gate-sink.ts';
import { type Product, startProduct, temporaryFolder } from '../product.ts';

export type HoldFigures = {
  held: number;
  isOrdered: boolean;
  /** Deliveries per second without a hold, and of held deliveries after the recovery. */
  plainPerSecond: number;
  drainPerSecond: number;
  drainShare: number;
  /** Processor time of the server per delivery, which other load on the machine does not change. */
  plainCpuUs: number;
  drainCpuUs: number;
  /** Probes while the system was dead and the circuit breaker open. */
  probes: number;
  leastBetweenProbesMs: number;
  /** Time from the successful probe to the next request. */
  firstAfterProbeMs: number;
  /**
   * Pausing and resuming with the whole backlog and no traffic: time to the response, and bytes written by the process. `usual`:
   * the most of some changes of a destination without deliveries just before, which other load on the machine delays as well.
   */
  closing: Turn;
  opening: Turn;
  /** The same during delivery; `firstAfterMs`: time from the resume request to the next delivery. */
  closingFlow: Turn;
  openingFlow: Turn;
  firstAfterMs: number;
  /** The longest response time of the server while it paused and resumed. */
  slowestPingMs: number;
  mostMemoryMiB: number;
  /** The most requests that certainly arrived within one second under a rate limit. */
  rate: { limit: number; mostInASecond: number; used: number };
  faults: string[];
};

type Cost = { ms: number; bytesWritten: number };
type Turn = Cost & { usual: Cost };

const batch = 500;
const rateLimit = 500;

/**
 * A dead system with many held deliveries: how often it is probed, the cost of starting and ending the hold, and how
 * soon, how fast and (if requested) in which order the held deliveries are sent, within the rate limit of their
 * connection.
 */
export async function turnHolds(given: {
  held: number;
  isOrdered: boolean;
  visitors: number;
  /** The longest wait of the circuit breaker between two probes. */
  openMs: number;
}): Promise<HoldFigures> {
  const { held, isOrdered, visitors, openMs } = given;
  const faults: string[] = [];
  await using folder = await temporaryFolder();
  await using sink = startChild<HoldSinkCalls>('gate-sink.ts');
  const port = await sink.call('listen', undefined);
  await using product = await startProduct(folder.path);
  const { client } = product;
  const { connectionId, destinationId, otherId, path } = await wire(client, port, openMs);
  let sent = 0;

  async function send(events: number) {
    for (const end = sent + events; sent < end; ) {
      const numbers = Array.from({ length: Math.min(batch, end - sent) }, () => sent++);
      const body = JSON.stringify({
        events: numbers.map((n) => ({
          'wt.ev': 'tick',
          n,
          visitor: `v${n % visitors}`,
          'wt.dcsvid': `v${n % visitors}`,
        })),
      });
      const answer = await request(`http://127.0.0.1:${product.port}${path}`, { method: 'POST', body });
      await answer.body.dump();
      if (answer.statusCode !== 200) faults.push(`the intake answered ${answer.statusCode}`);
    }
  }

  async function until(done: (arrived: HoldArrivals) => boolean, stallMs = 60_000): Promise<HoldArrivals> {
    let arrived = await sink.call('arrivals', undefined);
    for (let last = arrived.requests, stalledMs = 0; !done(arrived); stalledMs += lookMs) {
      if (stalledMs > stallMs) throw new Error(`nothing comes any more: ${JSON.stringify(arrived)}`);
      if (arrived.requests !== last) stalledMs = 0;
      last = arrived.requests;
      await sleep(lookMs);
      arrived = await sink.call('arrivals', undefined);
    }
    return arrived;
  }

  const set = async (id: string, status: 'enabled' | 'paused'): Promise<Cost> => {
    const before = writtenBy(product.pid);
    const startedAt = performance.now();
    await client.call('changeDestination', { params: { id }, body: { status } });
    return { ms: Math.round(performance.now() - startedAt), bytesWritten: writtenBy(product.pid) - before };
  };
  const turn = async (status: 'enabled' | 'paused'): Promise<Turn> => {
    const usual: Cost = { ms: 0, bytesWritten: 0 };
    for (let n = 0; n < usualTimes; n++) {
      const { ms, bytesWritten } = await set(otherId, n % 2 === 0 ? 'enabled' : 'paused');
      usual.ms = Math.max(usual.ms, ms);
      usual.bytesWritten = Math.max(usual.bytesWritten, bytesWritten);
    }
    return { ...(await set(destinationId, status)), usual };
  };

  // The maximum throughput, warmed up.
  await send(5_000);
  await until(({ distinct }) => distinct === sent);
  const plain = Math.min(held, 40_000);
  await sink.call('forget', undefined);
  const plainFrom = Date.now();
  const plainFromUs = cpuUsOf(product.pid);
  await send(plain);
  const flowed = await until(({ distinct }) => distinct === plain);
  const plainPerSecond = (plain * 1_000) / (flowed.lastAt - plainFrom);
  const plainCpuUs = (cpuUsOf(product.pid) - plainFromUs) / plain;

  // The system is dead.
  if (isOrdered)
    await client.call('changeDestination', { params: { id: destinationId }, body: { settings: { order: {} } } });
  await sink.call('setDead', true);
  await send(500);
  while ((await client.call('getConnection', { params: { id: connectionId } })).health.state !== 'tripped')
    await sleep(lookMs);
  // Requests in flight when the circuit breaker opened.
  await sleep(500);
  const { lastAt: trippedAt } = await sink.call('arrivals', undefined);
  await sink.call('forget', undefined);
  await send(held - 500);
  // Until the accepted events and the write-ahead log have settled.
  await sleep(restMs);
  const pings = startPings(product);
  const closing = await turn('paused');
  await sleep(restMs);
  const opening = await turn('enabled');
  const { requests: deadProbes } = await until(({ requests }) => requests >= 1, 2 * openMs);
  await sink.call('setDead', false);
  const { firstAt } = await until(({ requests }) => requests >= deadProbes + 10, 300_000);
  const probes = firstAt.slice(0, deadProbes + 1);
  const gaps = probes.map((at, index) => at - (probes[index - 1] ?? trippedAt));
  const firstAfterProbeMs = (firstAt[deadProbes + 1] ?? 0) - (firstAt[deadProbes] ?? 0);

  // A person pauses and resumes during delivery.
  await until(({ distinct }) => distinct >= held / 20);
  const closingFlow = await turn('paused');
  await sleep(1_500);
  const closedWith = (await sink.call('arrivals', undefined)).requests;
  await sleep(500);
  const stillClosedWith = (await sink.call('arrivals', undefined)).requests;
  if (stillClosedWith !== closedWith) faults.push(`${stillClosedWith - closedWith} left through a closed gate`);
  await sink.call('note', undefined);
  const openingFlow = await turn('enabled');
  const openedAt = Date.now() - openingFlow.ms;
  const { notedAt } = await until(({ requests }) => requests > closedWith);
  const firstAfterMs = notedAt - openedAt;
  await sleep(500);
  const slowestPingMs = await pings.stop();

  // All held deliveries are sent.
  const from = await sink.call('arrivals', undefined);
  const drainFromUs = cpuUsOf(product.pid);
  const drained = await until(({ distinct }) => distinct >= held - 500);
  const drainPerSecond = ((drained.distinct - from.distinct) * 1_000) / (drained.lastAt - from.lastAt);
  const drainCpuUs = (cpuUsOf(product.pid) - drainFromUs) / (drained.distinct - from.distinct);
  await untilNothingWaits(client, destinationId);
  const ended = await sink.call('arrivals', undefined);

  // With a rate limit.
  await turn('paused');
  const paced = rateLimit * 8;
  await sink.call('forget', undefined);
  await send(paced);
  await client.call('changeConnection', {
    params: { id: connectionId },
    body: { settings: { rate: { limit: rateLimit, perMs: 1_000 } } },
  });
  await turn('enabled');
  const { firstAt: pacedFirst, lastAt, mostInASecond } = await until(({ distinct }) => distinct === paced);
  const used = (paced * 1_000) / (rateLimit * (lastAt - (pacedFirst[0] ?? 0) + 1_000));

  const figures = {
    held,
    isOrdered,
    plainPerSecond: Math.round(plainPerSecond),
    drainPerSecond: Math.round(drainPerSecond),
    drainShare: Number((drainPerSecond / plainPerSecond).toFixed(2)),
    plainCpuUs: Math.round(plainCpuUs),
    drainCpuUs: Math.round(drainCpuUs),
    probes: probes.length,
    leastBetweenProbesMs: Math.round(Math.min(...gaps)),
    firstAfterProbeMs: Math.round(firstAfterProbeMs),
    closing,
    opening,
    closingFlow,
    openingFlow,
    firstAfterMs: Math.round(firstAfterMs),
    slowestPingMs: Math.round(slowestPingMs),
    mostMemoryMiB: Math.round(memoryOf(product.pid).most / 2 ** 20),
    rate: { limit: rateLimit, mostInASecond, used: Number(used.toFixed(2)) },
  };
  if (Math.min(...gaps) < Math.min(openMs, leastWaitMs) - 50) faults.push('a probe came too soon');
  if (isOrdered && ended.outOfOrder > 0) faults.push(`${ended.outOfOrder} were out of order`);
  if ([closing, opening, closingFlow, openingFlow].some(({ ms, usual }) => ms > usual.ms + 100))
    faults.push('turning the gate took 100 ms longer than other changes');
  if ([closing, opening].some(({ bytesWritten, usual }) => bytesWritten > usual.bytesWritten + 100_000))
    faults.push('turning the gate wrote rows');
  if (figures.drainShare < 0.8) faults.push('what was held drained at less than 80 % of plain throughput');
  if (mostInASecond > rateLimit) faults.push(`${mostInASecond} requests in a second under a rate of ${rateLimit}`);
  for (const line of product.errors) faults.push(line);
  return { ...figures, faults };
}

const lookMs = 10;
/** The shortest wait of the circuit breaker between two probes. */
const leastWaitMs = 1_000;
const restMs = 3_000;
/** Even, so that the other destination is paused afterwards. */
const usualTimes = 4;

async function wire(client: Client, port: number, openMs: number) {
  const { key } = await client.call('createCollector', { body: { name: 'Soak' } });
  const body = { name: 'Dead', baseUrl: `http://127.0.0.1:${port}`, settings: { breaker: { openMs } } };
  const { id: connectionId } = await client.call('createConnection', { body });
  const { id: destinationId } = await client.call('createDestination', {
    params: { id: connectionId },
    body: { name: 'Dead', path: '/in', status: 'enabled' },
  });
  const { id: otherId } = await client.call('createDestination', {
    params: { id: connectionId },
    body: { name: 'Other', path: '/other', status: 'paused' },
  });
  await client.call('createAction', {
    body: { name: 'All', description: 'All events', status: 'enabled', destinations: [{ destinationId }] },
  });
  return { connectionId, destinationId, otherId, path: `/v3/${key}` };
}

async function untilNothingWaits(client: Client, destinationId: string) {
  for (const status of ['pending', 'sending', 'retrying', 'held'] as const)
    while ((await client.call('listDeliveries', { query: { destinationId, status, limit: 1 } })).data.length > 0)
      await sleep(100);
}

/** Bytes that a process passed to write calls, for files and sockets. Linux only. */
function writtenBy(pid: number): number {
  return Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Checks continuously whether the server responds. */
function startPings({ port }: Product) {
  let slowestMs = 0;
  let isStopping = false;
  const running = (async () => {
    while (!isStopping) {
      const startedAt = performance.now();
      const answer = await request(`http://127.0.0.1:${port}/livez`);
      await answer.body.dump();
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await sleep(5);
    }
  })();
  return {
    async stop() {
      isStopping = true;
      await running;
      return slowestMs;
    },
  };
}
