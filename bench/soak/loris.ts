import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminClient, adminToken, environment, spawnProcess } from '../../test/support/process.ts';
import { startChild } from '../child.ts';
import type { LorisCalls, SlowEnd } from '../processes/loris.ts';
import { percentile } from '../statistics.ts';

export type LorisFigures = {
  clients: number;
  /** The response times of normal clients: events, API and new connections in turn, at a steady pace. */
  quiet: Pace;
  neighbours: Pace;
  slow: SlowEnd;
  faults: string[];
};

type Pace = { requests: number; p50Ms: number; p99Ms: number; maxMs: number };

const perSecond = 60;
const p99MsMax = 500;
const lifeMsMax = 15_000;

/** Thousands of slow senders and stalled readers, disconnected repeatedly, and their effect on normal clients. */
export async function holdAgainstLoris(given: { clients: number; secondsEach: number }): Promise<LorisFigures> {
  const { clients, secondsEach } = given;
  using folder = temporaryFolder();
  await using server = spawnProcess(environment(folder.path));
  const url = await server.listening;
  const { key } = await adminClient(url).call('createCollector', { body: { name: 'C' } });
  const faults: string[] = [];

  await ask(url, key, 2, []);
  const quiet = await ask(url, key, secondsEach, faults);
  await using loris = startChild<LorisCalls>('loris.ts');
  await loris.call('start', { port: Number(new URL(url).port), key, token: adminToken, clients });
  const neighbours = await ask(url, key, secondsEach, faults);
  const slow = await loris.call('stop', undefined);

  if (neighbours.p99Ms > p99MsMax) faults.push(`beside them the 99th percentile was ${neighbours.p99Ms} ms`);
  if (slow.lifeMs.max > lifeMsMax) faults.push(`one lived for ${slow.lifeMs.max} ms`);
  if (slow.cut < clients) faults.push(`${slow.cut} of ${clients} were cut`);
  return { clients, quiet, neighbours, slow, faults };
}

/** Requests at a steady pace, independent of earlier responses; times count from when each was due. */
async function ask(url: string, key: string, seconds: number, faults: string[]): Promise<Pace> {
  const agent = new Agent({ connections: 32 });
  const event = JSON.stringify({ events: [{ 'wt.ev': 'tick' }] });
  const authorization = { authorization: `Bearer ${adminToken}` };
  const kinds = [
    () => request(`${url}/v3/${key}`, { dispatcher: agent, method: 'POST', body: event }),
    () => request(`${url}/api/v1/collectors`, { dispatcher: agent, headers: authorization }),
    () => request(`${url}/livez`, { dispatcher: agent, reset: true }),
  ];
  const times: number[] = [];
  const under: Promise<void>[] = [];
  const startedAt = performance.now();

  async function one(n: number, dueAt: number) {
    try {
      const answer = await kinds[n % kinds.length]?.();
      await answer?.body.dump();
      times.push(performance.now() - dueAt);
      if (answer?.statusCode !== 200) faults.push(`an honest request was answered ${answer?.statusCode}`);
    } catch (error) {
      faults.push(`an honest request failed: ${error}`);
    }
  }

  for (let n = 0; n < seconds * perSecond; n++) {
    const dueAt = startedAt + (n * 1_000) / perSecond;
    if (dueAt > performance.now()) await sleep(dueAt - performance.now());
    under.push(one(n, dueAt));
  }
  await Promise.all(under);
  await agent.close();
  const at = (share: number) => Number(percentile(times, share).toFixed(1));
  return { requests: times.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
