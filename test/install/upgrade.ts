import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { call, fetchBy, Missing, type Part } from '../../scripts/parts.ts';
import { digestOf } from '../../scripts/release/provenance.ts';
import type { Client } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { adminClient, adminToken } from '../support/process.ts';
import { firstDelivery, ready } from './first-delivery.ts';
import { packedProgram } from './npm-package.ts';
import { needsRegistry } from './registry.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The last commit of 0.1.0, which was never packaged. */
const former = 'ace8e4407de032cb368dad515b101a68f234adcf';
const user = { email: 'ada@example.com', password: 'correct horse battery staple' };
const secret = 'token-from-before-the-upgrade';

/** An installed program and its data folder. */
export type Installed = {
  /** The folder on this machine. */
  readonly data: string;
  readonly url: string;
  /** Starts it on its data, with pipes for its output. */
  start(): ChildProcess;
  /** Gives files of this machine in the data folder to the user of the program. */
  give?(): Promise<unknown>;
};

/** What a program needs to know of the test, as its environment. */
export const upgradeEnvironment = (port: number) => ({
  MILLRACE_PORT: String(port),
  MILLRACE_ADMIN_TOKEN: adminToken,
  MILLRACE_EGRESS_ALLOW: '127.0.0.0/8',
});

/** From this checkout. */
export const upgradedCheckout: Record<string, Part> = {
  'a checkout upgrades the data of 0.1.0 and loses nothing, and an older version leaves newer data as it is': async (
    folder,
  ) => {
    await formerData();
    // Built, as `npm start` does it.
    await packedProgram();
    const port = await freePort();
    const data = join(folder, 'data');
    mkdirSync(data);
    const env = { ...process.env, ...upgradeEnvironment(port), MILLRACE_DATA_DIR: data };
    await upgradeAndBack({
      data,
      url: `http://127.0.0.1:${port}`,
      start: () => spawn(process.execPath, [`${root}bin/millrace.cjs`, 'start'], { env, stdio: 'pipe' }),
    });
  },
};

/**
 * Starts a program on data of 0.1.0 and looks for everything that was there; then starts 0.1.0 on the upgraded data, and the program
 * on data of a version to come. Both end with one sentence and change no byte. Its data folder is empty before.
 */
export async function upgradeAndBack(program: Installed): Promise<void> {
  const earlier = await formerData();
  const { facts, port } = earlier;
  cpSync(earlier.data, program.data, { recursive: true });
  await program.give?.();
  await using system = await startSystem(port);
  await during(program.start(), program.url, async () => {
    const client = adminClient(program.url);
    assert.deepEqual(await factsOf(client), facts);
    // Its secret, password, key and held delivery still work.
    const destination = facts.destinations.find(({ name }) => name === 'Later');
    await client.call('changeDestination', { params: { id: destination?.id ?? '' }, body: { status: 'enabled' } });
    await eventually('the held delivery', () => system.requests.length === 1);
    assert.equal(system.requests[0]?.authorization, `Bearer ${secret}`);
    const { status } = await fetch(`${program.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: program.url },
      body: JSON.stringify(user),
    });
    assert.equal(status, 201);
    await sendPurchase(program.url, facts.collectors[0]?.key ?? '', 'after');
    await eventually('a delivery after the upgrade', () => system.requests.length === 2);
  });
  assert.ok(
    readdirSync(program.data).some((name) => name.startsWith('millrace-v10-')),
    'the copy from before the upgrade',
  );

  await refusesNewer(program.data, () => startFormer(earlier.program, program.data, port));
  {
    using newer = new DatabaseSync(join(program.data, 'millrace.db'));
    newer.exec('PRAGMA user_version = 9999; PRAGMA wal_checkpoint(TRUNCATE)');
  }
  await program.give?.();
  await refusesNewer(program.data, program.start);
}

/** A start that ends with one sentence about a newer version, and changes nothing. */
async function refusesNewer(data: string, start: () => ChildProcess): Promise<void> {
  const before = digests(data);
  const child = start();
  const said = outputOf(child);
  const [code] = await once(child, 'close');
  assert.ok(code === 1 || code === 2, `exit code ${code}: ${said()}`);
  assert.match(said(), /^[^\n]*was written by a newer Millrace[^\n]*\n$/);
  assert.deepEqual(digests(data), before);
}

type Facts = Awaited<ReturnType<typeof factsOf>>;
type Former = { program: string; data: string; facts: Facts; port: number };

let made: Promise<Former> | null = null;

/** The data folder of a stopped 0.1.0 with documents, a user, a delivered and a held delivery; made once. */
function formerData(): Promise<Former> {
  made ??= makeFormerData();
  return made;
}

async function makeFormerData(): Promise<Former> {
  const place = temporaryFolder();
  process.once('exit', () => place[Symbol.dispose]());
  const program = join(place.path, 'program');
  const archive = join(place.path, 'former.tar');
  await call('git', ['archive', '-o', archive, former], { cwd: root }).catch((error: Error) => {
    throw new Missing(`the commit of 0.1.0 is not here: ${error.message}`);
  });
  await needsRegistry();
  mkdirSync(program);
  await call('tar', ['-xf', archive, '-C', program]);
  await fetchBy('npm', ['ci', '--silent', '--prefer-offline', '--omit=dev', '--no-audit', '--no-fund'], {
    cwd: program,
  });
  const data = join(place.path, 'data');
  mkdirSync(data);
  const port = await freePort();
  const url = `http://127.0.0.1:${await freePort()}`;
  const facts = await during(startFormer(program, data, Number(new URL(url).port)), url, async () => {
    await firstDelivery(url);
    return prepared(url, port);
  });
  return { program, data, facts, port };
}

async function prepared(url: string, port: number): Promise<Facts> {
  const client = adminClient(url);
  await client.call('applyConnection', {
    params: { name: 'Shop' },
    body: { name: 'Shop', baseUrl: `http://127.0.0.1:${port}`, auth: { type: 'bearer', token: secret } },
  });
  const { id } = await client.call('applyDestination', {
    params: { name: 'Shop/Later' },
    body: { connection: 'Shop', name: 'Later', path: '/later', status: 'enabled', template: '{{! return "{}"; }}' },
  });
  await client.call('applyAction', {
    params: { name: 'Later' },
    body: {
      name: 'Later',
      description: 'Send orders when the shop is open',
      status: 'enabled',
      rules: { all: [{ behavior: 'Purchase' }] },
      destinations: [{ destination: 'Shop/Later' }],
    },
  });
  await client.call('changeDestination', { params: { id }, body: { status: 'paused' } });
  const roles = await client.call('listRoles', {});
  await client.call('createUser', { body: { ...user, roleIds: [roles.data[0]?.id ?? ''] } });
  const [collector] = (await client.call('listCollectors', {})).data;
  await sendPurchase(url, collector?.key ?? '', 'before');
  const isHeld = async () => (await client.call('listDeliveries', { query: { status: 'held' } })).data.length === 1;
  await eventually('a held delivery', isHeld);
  const isSettled = async () =>
    (await client.call('listDeliveries', {})).data.every(({ status }) => ['held', 'delivered'].includes(status));
  await eventually('the other deliveries', isSettled);
  return factsOf(client);
}

async function sendPurchase(url: string, key: string, order: string): Promise<void> {
  const event = { 'wt.ev': '$Purchase', 'wt.dcsvid': 'visitor-8', 'wt.tx_i': order };
  const { status } = await fetch(`${url}/v3/${key}`, { method: 'POST', body: JSON.stringify({ events: [event] }) });
  assert.equal(status, 200);
}

/** What must be the same after an upgrade. */
async function factsOf(client: Client) {
  const [collectors, connections, destinations, actions, users, events, deliveries] = await Promise.all([
    client.call('listCollectors', {}),
    client.call('listConnections', {}),
    client.call('listAllDestinations', {}),
    client.call('listActions', {}),
    client.call('listUsers', {}),
    client.call('listEvents', {}),
    client.call('listDeliveries', {}),
  ]);
  return {
    collectors: collectors.data.map(({ id, name, key }) => ({ id, name, key })),
    connections: connections.data.map(({ id, name, baseUrl }) => ({ id, name, baseUrl })),
    destinations: destinations.data.map(({ id, name, status }) => ({ id, name, status })),
    actions: actions.data.map(({ id, name, status }) => ({ id, name, status })),
    users: users.data.map(({ id, email }) => ({ id, email })),
    events: events.data.map(({ id }) => id).sort(),
    deliveries: deliveries.data.map(({ id, status }) => `${id} ${status}`).sort(),
  };
}

/** 0.1.0 from its sources, as its own `npm start` ran it. */
function startFormer(program: string, data: string, port: number): ChildProcess {
  const env = { ...process.env, ...upgradeEnvironment(port), MILLRACE_DATA_DIR: data, MILLRACE_INBOX: 'on' };
  return spawn(process.execPath, ['scripts/node.cjs', 'src/main.ts', 'start'], {
    cwd: program,
    env,
    stdio: 'pipe',
  });
}

/** Does something while a program runs, and stops it. */
async function during<T>(child: ChildProcess, url: string, work: () => Promise<T>): Promise<T> {
  const said = outputOf(child);
  const ended = once(child, 'close');
  try {
    await ready(url, said);
    return await work();
  } finally {
    child.kill('SIGTERM');
    const [code] = await ended;
    assert.equal(code, 0, said());
  }
}

function outputOf(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  return () => output;
}

/** The digests of the files of a data folder, by name. SQLite's index of the log and an empty log, which reading makes, have no data. */
function digests(data: string): Record<string, string> {
  const names = readdirSync(data).filter(
    (name) => !name.endsWith('-shm') && !(name.endsWith('-wal') && statSync(join(data, name)).size === 0),
  );
  return Object.fromEntries(names.map((name) => [name, digestOf(join(data, name))]));
}

/** The other system, at the port that the connection names; it takes everything. */
async function startSystem(port: number) {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
