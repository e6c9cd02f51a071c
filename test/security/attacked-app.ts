import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Delivery } from '../../src/contract/records/delivery.ts';
import type { Egress } from '../../src/egress/egress.ts';
import { adminToken, sendEvents, testEnv } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

type Json = Record<string, unknown>;
export type Reply = { readonly status: number; readonly body: Json };

/** The program under attack, on a folder that outlives it, so that the next start finds the data of the last one. */
export interface AttackedApp extends AsyncDisposable {
  readonly url: string;
  /** One request of an administrator, whatever its response. */
  call(method: string, path: string, body?: Json): Promise<Reply>;
  /** One request that must succeed; returns the id of the created object. */
  make(path: string, body: Json): Promise<string>;
  /** A connection with one enabled destination; returns the id of the destination. Each delivery has one attempt. */
  store(name: string, connection: Json, destination?: Json): Promise<string>;
  /** An enabled action for all events with this value of `go`. */
  act(go: string, destinationIds: readonly string[]): Promise<void>;
  /**
   * Sends one event and waits until this many of its deliveries are finished or held; returns them without their
   * attempts.
   */
  fire(go: string, count: number, data?: Json): Promise<Delivery[]>;
  /** The same deliveries with their attempts. */
  withAttempts(deliveries: readonly Delivery[]): Promise<Delivery[]>;
}

export async function startAttackedApp({
  env,
  dir,
  egress,
}: {
  env: Record<string, string>;
  dir: string;
  egress?: Egress;
}): Promise<AttackedApp> {
  const config = loadConfig({ flags: {}, env: testEnv(dir, env), now: Date.now() });
  const app: App = await startApp(config, egress === undefined ? {} : { egress });
  let key = '';

  async function call(method: string, path: string, body?: Json): Promise<Reply> {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 500 || /\bat [\w./]+:\d+:\d+/.test(text)) throw new Error(`${path}: ${answer.status} ${text}`);
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Json) }; // the API returns objects
  }
  async function make(path: string, body: Json): Promise<string> {
    const made = await call('POST', path, body);
    if (made.status !== 201) throw new Error(`${JSON.stringify(body)}: ${made.status} ${JSON.stringify(made.body)}`);
    return String(made.body['id']);
  }
  /** An event's deliveries; null while there are fewer, or some are pending. */
  async function settled(eventId: string, count: number): Promise<Delivery[] | null> {
    for (const status of ['pending', 'sending', 'retrying']) {
      const { body } = await call('GET', `/deliveries?eventId=${eventId}&limit=1&status=${status}`);
      if ((body['data'] as Json[]).length > 0) return null; // a list route
    }
    const all: Delivery[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `/deliveries?eventId=${eventId}&limit=200${cursor}`);
      all.push(...(body['data'] as Delivery[])); // a list route
      const next = (body['page'] as Json)['next'] ?? null;
      if (next === null) return all.length === count ? all : null;
      cursor = `&cursor=${next}`;
    }
  }

  return {
    url: app.url,
    call,
    make,
    async store(name, connection, destination = {}) {
      const settings = {
        connectTimeoutMs: 15_000,
        timeoutMs: 30_000,
        retry: { scheduleMs: [0] },
        ...Object(connection['settings']),
      };
      const id = await make('/connections', { name, ...connection, settings });
      return make(`/connections/${id}/destinations`, { name: 'd', status: 'enabled', ...destination });
    },
    async act(go, destinationIds) {
      for (let i = 0; i < destinationIds.length; i += 100) {
        const destinations = destinationIds.slice(i, i + 100).map((destinationId) => ({ destinationId }));
        const rules = { parameter: 'go', operator: 'equals', value: go };
        await make('/actions', { name: `${go} ${i}`, description: 'x', status: 'enabled', rules, destinations });
      }
    },
    async fire(go, count, data = {}) {
      if (key === '') {
        const made = await call('POST', '/collectors', { name: app.url });
        key = String(made.body['key']);
      }
      const [eventId = ''] = await sendEvents({ url: app.url } as Parameters<typeof sendEvents>[0], key, {
        ...data,
        go,
      });
      return eventually(`${count} deliveries of ${go} at rest`, () => settled(eventId, count));
    },
    withAttempts: (deliveries) =>
      atOnce(deliveries, async ({ id }) => {
        const { body } = await call('GET', `/deliveries/${id}`);
        return body as unknown as Delivery; // as the API shows it
      }),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

export async function temporaryDir(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-attack-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs it for all items, a few at a time, in any order; returns the results in order. */
export async function atOnce<T, R>(items: readonly T[], what: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await what(items[i] as T, i); // within bounds
  };
  await Promise.all(Array.from({ length: 12 }, work));
  return results;
}
