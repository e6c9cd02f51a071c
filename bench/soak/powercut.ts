import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '../../src/cli/demo/random.ts';
import type { Client } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { allDeliveries, untilFinished, wire } from '../../test/faults/wiring.ts';
import { eventually } from '../../test/support/eventually.ts';
import { adminClient, environment, type Process, spawnProcess } from '../../test/support/process.ts';
import { type Receiver, startReceiver } from '../../test/support/receiver.ts';
import { type DiskStep, recordingTo, stepsOf, whyNoRecording } from './powercut/disk-calls.ts';
import { type DiskModel, diskModel, type Fate } from './powercut/disk-model.ts';

export type PowerCutFigures = {
  cuts: number;
  /** Calls that wrote, synced, created, renamed or removed something, or sent a response, per process. */
  steps: Record<string, number>;
  eventsAcknowledged: number;
  readyMs: { median: number; max: number };
  faults: string[];
};

/** One process of the recorded life. */
type Part = {
  name: string;
  /** Its data folder. */
  dir: string;
  steps: DiskStep[];
  /** The files below the root when it ended. */
  files: Map<string, Buffer>;
};

/** Ids that a start must find, and ids (`absent`) that it must not find. */
type Known = { events: Set<string>; documents: Set<string>; absent: Set<string> };

const token = 'sealed-before-the-cut';
const fates: readonly Fate[] = ['lost', 'chance', 'kept', 'chance'];
const readyWithinMs = 60_000;

/**
 * Records all changes of a server to its files from the first start to a restore, and cuts the power at many points of
 * the recording. Each cut loses all or part of what was not synced, and a server starts on the rest. It must become
 * ready, have and deliver everything acknowledged before the cut, and decrypt its secrets. Needs strace.
 */
export async function cutThePower({ cuts, seed }: { cuts: number; seed: number }): Promise<PowerCutFigures> {
  const reason = whyNoRecording();
  if (reason !== null) throw new Error(reason);
  using root = temporaryFolder();
  await using receiver = await startReceiver();
  const life = await recordLife(root.path, receiver);
  const random = seededRandom(seed);
  const model = diskModel(root.path);
  const faults: string[] = [];
  const readyMs: number[] = [];
  let known = nothing();
  let ofBackup = nothing();
  let acknowledged = 0;

  for (const { name, dir, steps, files } of life.parts) {
    const first = model.count;
    const isRestore = name === 'restore' || name === 'forced restore';
    if (name === 'restore') {
      known = nothing();
      model.put(join(dir, 'secret.key'), life.key);
    }
    for (const [index, count] of chosen(steps, Math.ceil(cuts / life.parts.length), random).entries()) {
      for (let left = count; left > 0; left--) {
        const place = `${name}, step ${index} of ${steps.length}`;
        const fate = fates[Math.floor(random() * fates.length)] ?? 'lost';
        const cut = { model, dir, fate, seed: seed + readyMs.length };
        const restored = { ...ofBackup, absent: without(known.events, ofBackup.events) };
        const untouched = isRestore ? { ...known, absent: without(ofBackup.events, known.events) } : known;
        const result = await startAfter(cut, isRestore ? [untouched, restored] : [known], receiver);
        readyMs.push(result.readyMs);
        for (const fault of result.faults) faults.push(`${place}, what was not synced: ${fate}: ${fault}`);
        if (result.faults.length > 0) faults.push(`its folder: ${keep(cut)}`);
      }
      const step = steps[index];
      if (step === undefined) break;
      model.take(step, first);
      if (step.kind === 'answer') acknowledged += learn(known, step.text);
    }
    if (name === 'backup') {
      ofBackup = { ...nothing(), events: new Set(known.events), documents: new Set(known.documents) };
      faults.push(...faultsOfBackup(model, root.path));
    }
    if (isRestore) known = { ...ofBackup, events: new Set(ofBackup.events), documents: new Set(ofBackup.documents) };
    const seen = model.seen(root.path);
    for (const path of new Set([...seen.keys(), ...files.keys()]))
      if (files.get(path)?.equals(seen.get(path) ?? Buffer.from('none')) !== true)
        faults.push(`${name}: the recording and the file ${path.slice(root.path.length)} differ: the soak is wrong`);
  }
  const sorted = readyMs.toSorted((a, b) => a - b);
  return {
    cuts: readyMs.length,
    steps: Object.fromEntries(life.parts.map(({ name, steps }) => [name, steps.length])),
    eventsAcknowledged: acknowledged,
    readyMs: { median: Math.round(sorted[sorted.length >> 1] ?? 0), max: Math.round(sorted.at(-1) ?? 0) },
    faults,
  };
}

const nothing = (): Known => ({ events: new Set(), documents: new Set(), absent: new Set() });

/**
 * The number of cuts before each step, and after the last. Half of the cuts are spread over all steps, half over those
 * near a change of names or sizes.
 */
function chosen(steps: readonly DiskStep[], cuts: number, random: () => number): number[] {
  const counts = Array.from({ length: steps.length + 1 }, () => 0);
  const any = [...counts.keys()];
  const near = steps.flatMap(({ kind }, index) =>
    ['open', 'folder', 'rename', 'unlink', 'truncate'].includes(kind) ? [index, index + 1, index + 2] : [],
  );
  for (const [from, share] of near.length > 0
    ? ([
        [any, 0.5],
        [near, 0.5],
      ] as const)
    : ([[any, 1]] as const))
    for (let cut = 0; cut < cuts * share; cut++) {
      const at = from[Math.floor(((cut + random()) / (cuts * share)) * from.length)] ?? steps.length;
      counts[Math.min(at, steps.length)] = (counts[Math.min(at, steps.length)] ?? 0) + 1;
    }
  return counts;
}

/** Adds what a response acknowledged; returns the number of its events. */
function learn(known: Known, response: string): number {
  if (!/^HTTP\/1\.1 20[01] /.test(response)) return 0;
  const ids = /"ids":\[([^\]]*)\]/.exec(response)?.[1]?.match(/\w+/g) ?? [];
  for (const id of ids) known.events.add(id);
  const made = response.startsWith('HTTP/1.1 201 ')
    ? /"id":"((?:col|con|dst|act)_\w+)"/.exec(response)?.[1]
    : undefined;
  if (made !== undefined) known.documents.add(made);
  return ids.length;
}

/** Runs and records one process after the other: starts, a backup, a key rotation, kills and restores. */
async function recordLife(root: string, receiver: Receiver) {
  using logs = temporaryFolder();
  const parts: Part[] = [];
  const data = join(root, 'data');
  const fresh = join(root, 'fresh');
  const backup = join(root, 'backup.db');
  let key = '';

  async function record(
    name: string,
    dir: string,
    args: string[],
    use: (url: string, server: Process) => Promise<unknown>,
  ) {
    const log = join(logs.path, String(parts.length));
    await using server = spawnProcess(environment(dir), args, { under: recordingTo(log) });
    if (args[0] === 'start') await use(await server.listening, server);
    const { code } = await server.exited;
    if (code !== 0 && args[0] !== 'start') throw new Error(`${name} ended with ${code}: ${server.stderr()}`);
    parts.push({ name, dir, steps: stepsOf(log, root), files: filesBelow(root) });
  }

  await record('first start', data, ['start'], async (url, server) => {
    const body = { auth: { type: 'bearer' as const, token } };
    ({ key } = await wire(adminClient(url), receiver.url, { connection: body }));
    await send(url, key, 20);
    await untilFinished(adminClient(url));
    await server.end();
  });
  await record('backup', data, ['backup', backup], async () => {});
  await record('key rotation', data, ['start'], async (url, server) => {
    const client = adminClient(url);
    await send(url, key, 5);
    await client.call('rotateSecrets', { body: { newKey: true } });
    await eventually('the rotation', async () => (await client.call('getSealing')).rotation?.state === 'done');
    await client.call('createConnection', {
      body: { name: 'Sealed with the new key', baseUrl: receiver.url, auth: { type: 'bearer', token } },
    });
    await send(url, key, 5);
    await server.end('SIGKILL');
  });
  await record('restart after a kill', data, ['start'], async (url, server) => {
    await send(url, key, 10);
    await server.end('SIGKILL');
  });
  await record('forced restore', data, ['restore', backup, '--force'], async () => {});
  await record('start after a forced restore', data, ['start'], async (url, server) => {
    await send(url, key, 5);
    await server.end();
  });
  mkdirSync(fresh);
  copyFileSync(join(data, 'secret.key'), join(fresh, 'secret.key'));
  await record('restore', fresh, ['restore', backup], async () => {});
  await record('first start after restore', fresh, ['start'], async (url, server) => {
    await send(url, key, 5);
    await server.end('SIGKILL');
  });
  return { parts, key: readFileSync(join(fresh, 'secret.key')) };
}

let sent = 0;

/** Sends events one after the other; returns the number that the last one carries. */
async function send(url: string, key: string, count: number): Promise<number> {
  for (let left = count; left > 0; left--) {
    const body = JSON.stringify({ events: [{ 'wt.ev': 'tick', n: ++sent, text: 'x'.repeat(500) }] });
    const response = await fetch(`${url}/v3/${key}`, { method: 'POST', body });
    if (response.status !== 200) throw new Error(`The intake answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }
  return sent;
}

type Cut = { model: DiskModel; dir: string; fate: Fate; seed: number };

/** Starts a server on the files left by a cut; one of `expected` has to be found completely. */
async function startAfter({ model, dir, fate, seed }: Cut, expected: readonly Known[], receiver: Receiver) {
  using folder = temporaryFolder();
  model.leave(dir, folder.path, fate, seededRandom(seed));
  const startedAt = performance.now();
  await using server = spawnProcess(environment(folder.path));
  try {
    const url = await Promise.race([server.listening, tooLate()]);
    const readyMs = performance.now() - startedAt;
    return { readyMs, faults: await faultsAt(url, expected, receiver) };
  } catch (error) {
    return { readyMs: performance.now() - startedAt, faults: [error instanceof Error ? error.message : String(error)] };
  }
}

async function tooLate(): Promise<never> {
  await setTimeout(readyWithinMs, undefined, { ref: false });
  throw new Error(`It is not ready after ${readyWithinMs} ms.`);
}

async function faultsAt(url: string, expected: readonly Known[], receiver: Receiver): Promise<string[]> {
  const client = adminClient(url);
  const { status } = await fetch(`${url}/readyz`);
  if (status !== 200) return [`/readyz answers ${status}`];
  const events = new Set((await Array.fromAsync(client.list('listEvents', {}))).map(({ id }) => id));
  const documents = await documentsOf(client);
  const tried = expected.map((known) => ({ known, faults: differences(known, events, documents) }));
  const fitting = tried.find(({ faults }) => faults.length === 0);
  if (fitting === undefined) return tried.map(({ faults }) => faults.join(', '));

  const { data } = await client.call('listCollectors');
  const { data: actions } = await client.call('listActions');
  const [collector] = data;
  if (collector === undefined || actions.length === 0) return [];
  const before = receiver.requests.length;
  const n = await send(url, collector.key, 1);
  await untilFinished(client);
  const deliveries = Map.groupBy(await allDeliveries(client), ({ eventId }) => eventId);
  const faults = [...fitting.known.events].flatMap((id) => {
    const own = deliveries.get(id) ?? [];
    return own.length === 1 && own[0]?.status === 'delivered'
      ? []
      : [`acknowledged event ${id} has deliveries ${own.map((one) => `${one.status} ${one.reason}`)}`];
  });
  const arrived = receiver.requests.slice(before).find(({ body }) => Number(JSON.parse(body).n) === n);
  if (arrived === undefined) faults.push('a new event is not delivered');
  else if (arrived.headers.authorization !== `Bearer ${token}`) faults.push('a secret was not opened');
  return faults;
}

async function documentsOf(client: Client): Promise<Set<string>> {
  const connections = await client.call('listConnections');
  const lists = await Promise.all([
    client.call('listCollectors'),
    client.call('listActions'),
    ...connections.data.map(({ id }) => client.call('listDestinations', { params: { id } })),
  ]);
  return new Set([connections, ...lists].flatMap(({ data }) => data.map(({ id }) => id)));
}

const without = (ids: Set<string>, others: Set<string>) => new Set([...ids].filter((id) => !others.has(id)));

function differences({ events, documents, absent }: Known, found: Set<string>, foundDocuments: Set<string>): string[] {
  const told = (what: string, ids: Set<string>) =>
    ids.size === 0 ? [] : [`${ids.size} ${what}, ${[...ids][0]} first`];
  return [
    ...told('acknowledged events are missing', without(events, found)),
    ...told('acknowledged documents are missing', without(documents, foundDocuments)),
    ...told('events of the other database are there', new Set([...absent].filter((id) => found.has(id)))),
  ];
}

/** A cut right after `millrace backup` has ended must not damage the backup. */
function faultsOfBackup(model: DiskModel, root: string): string[] {
  using folder = temporaryFolder();
  model.leave(root, folder.path, 'lost', seededRandom(1));
  try {
    using database = new DatabaseSync(join(folder.path, 'backup.db'), { readOnly: true });
    const [row] = database.prepare('PRAGMA integrity_check').all();
    return row?.['integrity_check'] === 'ok' ? [] : ['a backup that was made is damaged by a cut'];
  } catch (error) {
    return [`a backup that was made is lost by a cut: ${error}`];
  }
}

/** Writes the files left by a cut to a permanent folder, for inspection. */
function keep({ model, dir, fate, seed }: Cut): string {
  const kept = mkdtempSync(join(tmpdir(), 'millrace-powercut-'));
  model.leave(dir, kept, fate, seededRandom(seed));
  return kept;
}

function filesBelow(root: string): Map<string, Buffer> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.filter((path) => !path.endsWith('-shm')).map((path) => [path, readFileSync(path)]));
}
