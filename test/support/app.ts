import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Overrides } from '../../src/app.ts';
import { type CallInput, type Client, createClient, type RouteResponse } from '../../src/client/client.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Delivery, DeliveryStatus } from '../../src/contract/records/delivery.ts';
import { isOnPostgres, newDatabase, settingsOf } from './database.ts';
import { eventually } from './eventually.ts';
import { startNodes } from './nodes.ts';

export const adminToken = 'an-admin-token-for-tests-only';

/** The whole program on its own data folder, used through its HTTP interface. Disposing removes the folder. */
export interface TestApp extends AsyncDisposable {
  readonly url: string;
  readonly dir: string;
  readonly client: Client;
  /** Any request to the program, with the administrator's token. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The metrics of all its nodes, each of which counts its own work. */
  metrics(): Promise<string>;
  /** Stops the program and starts it again on the same folder (at another address). */
  restart(): Promise<void>;
}

/** The environment of a program for tests: deliveries to this machine are allowed, logging is off. */
export function testEnv(dir: string, env: Record<string, string> = {}): Record<string, string> {
  return {
    MILLRACE_PORT: '0',
    MILLRACE_DATA_DIR: dir,
    MILLRACE_ADMIN_TOKEN: adminToken,
    MILLRACE_EGRESS_ALLOW: '127.0.0.1,[::1]',
    MILLRACE_LOG_LEVEL: 'silent',
    MILLRACE_SHUTDOWN_MS: '5000',
    MILLRACE_DRAIN_MS: '0',
    ...env,
  };
}

export async function startTestApp(env: Record<string, string> = {}, overrides: Overrides = {}): Promise<TestApp> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  const database = isOnPostgres() && env['MILLRACE_DATABASE_URL'] === undefined ? await newDatabase() : null;
  const settings = database === null ? {} : settingsOf(database.url);
  const start = () =>
    startNodes(loadConfig({ flags: {}, env: testEnv(dir, { ...settings, ...env }), now: Date.now() }), {
      ...overrides,
      env,
    });
  let app = await start();
  const headers = { authorization: `Bearer ${adminToken}` };
  let client = createClient({ url: app.url, token: adminToken });
  return {
    dir,
    get url() {
      return app.url;
    },
    get client() {
      return client;
    },
    fetch(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${adminToken}`);
      return fetch(`${app.url}${path}`, { ...init, headers });
    },
    async metrics() {
      const answers = app.urls.map(async (url) => (await fetch(`${url}/metrics`, { headers })).text());
      return (await Promise.all(answers)).join('');
    },
    async restart() {
      await app[Symbol.asyncDispose]();
      app = await start();
      client = createClient({ url: app.url, token: adminToken });
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database?.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The program under test, in this process or elsewhere. */
export type Driven = Pick<TestApp, 'url' | 'client'>;

type Body<Id extends 'createConnection' | 'createDestination' | 'createAction'> = Partial<CallInput<Id>['body']>;

/** A connection with an enabled destination, and the action and collector that send events to it. */
export type Wired = {
  readonly connection: RouteResponse<'getConnection'>;
  readonly destination: RouteResponse<'getDestination'>;
  readonly action: RouteResponse<'getAction'>;
  readonly collector: RouteResponse<'getCollector'>;
  /** Sends events by the collection API; returns their ids. */
  send(...events: Record<string, unknown>[]): Promise<string[]>;
  /** Sends one event and waits until its delivery has this status; returns it with its attempts. */
  deliver(event: Record<string, unknown>, status?: DeliveryStatus): Promise<Delivery>;
};

let wirings = 0;

/**
 * Creates them through the API. By default each event is sent as JSON to `/in` of the receiver, without
 * authentication.
 */
export async function wire(
  app: Driven,
  receiver: { readonly url: string },
  given: {
    connection?: Body<'createConnection'>;
    destination?: Body<'createDestination'>;
    action?: Body<'createAction'>;
  } = {},
): Promise<Wired> {
  const { client } = app;
  const name = `w${++wirings}`;
  const collector = await client.call('createCollector', { body: { name } });
  const connection = await client.call('createConnection', {
    body: { name, baseUrl: receiver.url, ...given.connection },
  });
  const destination = await client.call('createDestination', {
    params: { id: connection.id },
    body: { name, path: '/in', status: 'enabled', ...given.destination },
  });
  const action = await client.call('createAction', {
    body: {
      name,
      description: 'For a test',
      status: 'enabled',
      rules: { parameter: 'wire', operator: 'equals', value: name },
      ...given.action,
      destinations: given.action?.destinations ?? [{ destinationId: destination.id }],
    },
  });

  async function send(...events: Record<string, unknown>[]): Promise<string[]> {
    return sendEvents(app, collector.key, ...events.map((event) => ({ ...event, wire: name })));
  }

  return {
    connection,
    destination,
    action,
    collector,
    send,
    async deliver(event, status = 'delivered') {
      const [eventId = ''] = await send(event);
      return deliveryOf(app, eventId, status);
    },
  };
}

/** Sends events with a collector's key; returns their ids. */
export async function sendEvents(
  { url }: Driven,
  key: string,
  ...events: Record<string, unknown>[]
): Promise<string[]> {
  const response = await fetch(`${url}/v3/${key}`, { method: 'POST', body: JSON.stringify({ events }) });
  if (response.status !== 200) throw new Error(`intake answered ${response.status}: ${await response.text()}`);
  const { ids } = (await response.json()) as { ids: string[] }; // the intake's response
  return ids;
}

/**
 * The only delivery of an event, once it has this status, in the list and alone: a node hears in steps of what another one
 * sends.
 */
export async function deliveryOf(
  { client }: Driven,
  eventId: string,
  status: DeliveryStatus = 'delivered',
): Promise<Delivery> {
  let seen: Delivery | undefined;
  return eventually(
    `the delivery of ${eventId} to be ${status}`,
    async () => {
      const { data } = await client.call('listDeliveries', { query: { eventId } });
      seen = data[0];
      if (seen?.status !== status) return null;
      const whole = await client.call('getDelivery', { params: { id: seen.id } });
      return whole.status === status ? whole : null;
    },
    { state: () => (seen === undefined ? 'no delivery' : client.call('getDelivery', { params: { id: seen.id } })) },
  );
}

/** A delivery, once it has this status. */
export function reaches(app: Driven, id: string, status: DeliveryStatus): Promise<Delivery> {
  return shows(app, id, `be ${status}`, (one) => one.status === status);
}

/**
 * A delivery, once it is shown so: the node that sends it stores what holds it, its attempt, and why it waits, one after the
 * other, for the node that is asked.
 */
export function shows({ client }: Driven, id: string, what: string, is: (one: Delivery) => boolean): Promise<Delivery> {
  let seen: Delivery | undefined;
  return eventually(
    `${id} to ${what}`,
    async () => {
      seen = await client.call('getDelivery', { params: { id } });
      return is(seen) ? seen : null;
    },
    { state: () => seen },
  );
}

/** The fields of a delivery that describe its state. */
export function standing({ status, reason, errorKind, attempts, attemptLog = [] }: Delivery) {
  return { status, reason, errorKind, attempts, outcomes: attemptLog.map((one) => one.outcome) };
}
