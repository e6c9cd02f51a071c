import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminClient, adminToken, environment, spawnProcess } from '../../test/support/process.ts';

export type LoginFigures = {
  /** Sign-in attempts per second, each from an address of its own. */
  attemptsPerSecond: number;
  /** Responses by status. */
  attempts: Record<string, number>;
  /** The response times of the API for its users. */
  quiet: Pace;
  flooded: Pace;
  /** `flooded` relative to `quiet`. */
  ratio: { perSecond: number; p50Ms: number; p99Ms: number };
  /** A correct sign-in during the flood, from the first attempt to success. */
  signInMs: number;
  faults: string[];
};

type Pace = { perSecond: number; p50Ms: number; p99Ms: number };

const users = 4;
const p99MsMax = 500;
const password = 'a password of this soak';

/**
 * Floods the sign-in from thousands of addresses, half of it for an existing e-mail, and measures the effect on users
 * of the API: the same requests without and with the flood.
 */
export async function floodSignIn({
  attemptsPerSecond,
  secondsEach,
}: {
  attemptsPerSecond: number;
  secondsEach: number;
}): Promise<LoginFigures> {
  using folder = temporaryFolder();
  await using server = spawnProcess({ ...environment(folder.path), MILLRACE_TRUSTED_PROXIES: '127.0.0.1' });
  const url = await server.listening;
  const admin = adminClient(url);
  await admin.call('createConnection', { body: { name: 'CRM', baseUrl: 'https://crm.example' } });
  await admin.call('createUser', { body: { email: 'ada@example.com', password } });
  await admin.call('createUser', { body: { email: 'bob@example.com', password } });
  const faults: string[] = [];

  await askApi(url, 2, faults);
  const quiet = await askApi(url, secondsEach, faults);
  const flood = startFlood(url, attemptsPerSecond);
  await sleep(1_000);
  const [flooded, signInMs] = await Promise.all([askApi(url, secondsEach, faults), signIn(url)]);
  const attempts = await flood.stop();

  if (flooded.p99Ms > p99MsMax) faults.push(`with the flood the 99th percentile was ${flooded.p99Ms} ms`);
  for (const [status, count] of Object.entries(attempts))
    if (!['401', '429', '503'].includes(status)) faults.push(`${count} attempts were answered ${status}`);
  const ratioOf = (key: keyof Pace) => Number((flooded[key] / quiet[key]).toFixed(2));
  const ratio = { perSecond: ratioOf('perSecond'), p50Ms: ratioOf('p50Ms'), p99Ms: ratioOf('p99Ms') };
  return { attemptsPerSecond, attempts, quiet, flooded, ratio, signInMs, faults };
}

/** A few users, each with one request after the other. */
async function askApi(url: string, seconds: number, faults: string[]): Promise<Pace> {
  const agent = new Agent({ connections: users });
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  async function ask() {
    while (performance.now() < end) {
      const startedAt = performance.now();
      const { statusCode, body } = await request(`${url}/api/v1/connections`, {
        dispatcher: agent,
        headers: { authorization: `Bearer ${adminToken}` },
      });
      await body.dump();
      times.push(performance.now() - startedAt);
      if (statusCode !== 200 && statusCode !== 429) faults.push(`the API answered ${statusCode}`);
      // Below the rate limit of one token, so that the server is measured and not its limit.
      await sleep(5);
    }
  }
  await Promise.all(Array.from({ length: users }, ask));
  await agent.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(2));
  return { perSecond: Math.round(times.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Attempts at a steady pace, independent of earlier responses. */
function startFlood(url: string, perSecond: number) {
  const agent = new Agent({ connections: 128 });
  const attempts: Record<string, number> = {};
  const under = new Set<Promise<void>>();
  let sent = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedAt) / 1_000) * perSecond; sent < due; sent++) {
      const one = attempt(sent).finally(() => under.delete(one));
      under.add(one);
    }
  }, 10);

  async function attempt(n: number): Promise<void> {
    const email = n % 2 === 0 ? 'ada@example.com' : `guess${n}@example.com`;
    const { statusCode, body } = await post(url, { email, password: `guess ${n}` }, addressOf(n), agent);
    await body.dump();
    attempts[statusCode] = (attempts[statusCode] ?? 0) + 1;
  }

  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(under);
      await agent.close();
      return attempts;
    },
  };
}

/** The time that a person with the correct password needs to sign in, with retries as the server asks. */
async function signIn(url: string): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const { statusCode, headers, body } = await post(url, { email: 'bob@example.com', password }, '192.0.2.1');
    await body.dump();
    if (statusCode === 201) return Math.round(performance.now() - startedAt);
    if (performance.now() - startedAt > 60_000) return Number.POSITIVE_INFINITY;
    await sleep(Number(headers['retry-after'] ?? 1) * 1_000);
  }
}

function post(url: string, body: unknown, address: string, agent?: Agent) {
  return request(`${url}/api/v1/session`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    ...(agent === undefined ? {} : { dispatcher: agent }),
  });
}

const addressOf = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
