import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../../src/client/client.ts';
import type { Delivery } from '../../../src/contract/records/delivery.ts';
import type { Replay } from '../../../src/contract/records/replay.ts';
import { settingsOfFolder } from '../../../test/support/database.ts';
import { adminClient, spawnProcess } from '../../../test/support/process.ts';
import { performer } from './acts.ts';
import type { Fault } from './fault.ts';
import type { History } from './history.ts';
import { isUnfinished, moving, unfinished } from './look.ts';
import type { Mix } from './mix.ts';
import { environmentOf, type Program, programFileOf } from './program.ts';
import type { Wiring } from './setup.ts';
import { storedOf } from './stored.ts';
import type { Systems } from './systems.ts';

/** As long as nothing moves, and in all: until then everything that nothing holds must be finished. */
const quietMsMax = 60_000;
const movingMsMax = 300_000;
/** Between two looks that must be the same. */
const stillMs = 250;
/** Until then a saved change is applied, on a busy machine and after a start. */
export const releaseMs = 10_000;

/**
 * Waits until no delivery moves any more; a delivery that does not come to rest is a fault. Thousands behind one another in an
 * order take minutes on a busy machine, and some of them end all the time.
 */
export async function untilStill(program: Program, wiring: Wiring, history: History): Promise<Fault[]> {
  const startedAt = performance.now();
  let movedAt = startedAt;
  let before = '';
  for (;;) {
    const client = await program.client();
    const deliveries: Delivery[] = [];
    for (const status of unfinished)
      deliveries.push(...(await Array.fromAsync(client.list('listDeliveries', { query: { status, limit: 200 } }))));
    const replays = await Array.fromAsync(client.list('listReplays'));
    const open = moving(deliveries, replays, wiring, history);
    const going = replays.filter((one) => isGoing(one, deliveries));
    const now = deliveries.map(({ id, status }) => `${id} ${status}`).join();
    if (open.length === 0 && going.length === 0 && now === before) return [];
    if (now !== before) movedAt = performance.now();
    before = now;
    const pacedMs = replays.map(({ state, ratePerSecond, progress }) =>
      (state !== 'running' && state !== 'planned') || ratePerSecond === null
        ? 0
        : (progress.waiting * 1_000) / ratePerSecond,
    );
    const until = Math.min(movedAt + quietMsMax, startedAt + movingMsMax);
    if (performance.now() > until + pacedMs.reduce((sum, one) => sum + one, 0))
      return [
        {
          guarantee: 'no delivery is stuck',
          sentence: `${Math.round(performance.now() - startedAt)} ms after all systems became good, ${open.length} deliveries still wait: ${open.slice(0, 3).map(textOf).join('; ')}. ${await healthOf(client, open[0])} Replays: ${JSON.stringify(going)}`,
          about: open.slice(0, 3).map(({ id }) => id),
        },
      ];
    await sleep(stillMs);
  }
}

/** A replay that is not planned yet, or waits for none of its deliveries: it will make or send others. */
function isGoing({ id, state, progress }: Replay, open: readonly Delivery[]): boolean {
  if (state !== 'running') return state === 'planned';
  return progress.waiting > 0 && open.every(({ replayId }) => replayId !== id);
}

/** What the program says of the connection and the destination of a delivery. */
async function healthOf(client: Client, delivery: Delivery | undefined): Promise<string> {
  if (delivery === undefined) return '';
  const { connectionId, destinationId } = delivery;
  const connection = await client.call('getConnection', { params: { id: connectionId } });
  const destination = await client.call('getDestination', { params: { id: destinationId } }).catch(() => null);
  return `Health: ${JSON.stringify([connection.health, destination?.health])}`;
}

const textOf = ({ id, status, reason, detail, nextAttemptAt }: Delivery) =>
  `${id} ${status} (${reason}, ${detail}, next ${nextAttemptAt})`;

/** A person ends every hold, and retries what waits for a person. */
export async function endHolds(stage: {
  program: Program;
  wiring: Wiring;
  mix: Mix;
  systems: Systems;
  history: History;
}): Promise<void> {
  const { program, wiring, mix, systems, history } = stage;
  const client = await program.client();
  const act = performer(history);
  for (const [n, id] of wiring.connectionIds.entries()) {
    const body = {
      status: 'enabled',
      ...(mix.systems[n]?.auth !== 'none' && { auth: systems.authOf(n) }),
    };
    await act('turn a connection', [id], 'enabled, with its credential', () =>
      client.call('changeConnection', { params: { id }, body }),
    );
  }
  for (const { destinationId: id, deletedAt } of wiring.places)
    if (deletedAt === null)
      await act('turn a destination', [id], 'enabled', () =>
        client.call('changeDestination', { params: { id }, body: { status: 'enabled' } }),
      );
  for (const { id, state } of await Array.fromAsync(client.list('listReplays')))
    if (state === 'paused') await act('resumeReplay', [id], '', () => client.call('resumeReplay', { params: { id } }));
  for (const id of wiring.connectionIds)
    await act('release', [id], '', () => client.call('releaseConnection', { params: { id } }));
}

/** What waits for a person is retried by one. */
export async function retryHeld(program: Program, wiring: Wiring, history: History): Promise<void> {
  const act = performer(history);
  const gone = new Set(
    wiring.places.filter(({ deletedAt }) => deletedAt !== null).map(({ destinationId }) => destinationId),
  );
  const held = await Array.fromAsync((await program.client()).list('listDeliveries', { query: { status: 'held' } }));
  for (const { id, destinationId } of held) {
    if (gone.has(destinationId)) continue;
    const client = await program.client();
    await act('retry', [id], 'it was held, at the end', () => client.call('retryDelivery', { params: { id } })).catch(
      () => {},
    ); // released since the list was read
  }
}

/** Nothing is unfinished at the end. */
export function allFinished(deliveries: readonly Delivery[]): Fault[] {
  const open = deliveries.filter(({ status }) => isUnfinished(status));
  if (open.length === 0) return [];
  const sentence = `At the end, without any hold, ${open.length} deliveries are unfinished: ${open.slice(0, 3).map(textOf).join('; ')}.`;
  return [{ guarantee: 'no delivery is stuck', sentence, about: open.slice(0, 3).map(({ id }) => id) }];
}

/** A cancelled or expired delivery whose attempt was delivered is recorded as delivered, unless a person retried it since. */
export async function outcomesAgree(
  program: Program,
  deliveries: readonly Delivery[],
  history: History,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { id } of deliveries.filter(
    ({ status, attempts }) => ['cancelled', 'failed'].includes(status) && attempts > 0,
  )) {
    const { status, attemptLog } = await (await program.client()).call('getDelivery', { params: { id } });
    const last = attemptLog?.at(-1);
    if (last?.outcome !== 'delivered' || wasRetriedSince(id, last.startedAt, history)) continue;
    faults.push({
      guarantee: 'what was delivered is recorded so',
      sentence: `${id} is ${status}, and its last attempt was delivered.`,
      about: [id],
    });
  }
  return faults;
}

/** With steps of the clock, the time of an attempt says nothing. */
const wasRetriedSince = (id: string, startedAt: string, { acts, clockShifts, timeOf }: History) =>
  acts.some(
    ({ about, isAgain, until }) =>
      about.includes(id) && isAgain === true && (clockShifts.length > 0 || until > timeOf(startedAt)),
  );

/** Without those that are none after all: see Fault. */
export async function confirmed(program: Program, faults: readonly Fault[]): Promise<Fault[]> {
  const until = performance.now() + releaseMs;
  const kept: Fault[] = [];
  for (const fault of faults) if (await isConfirmed(program, fault, until)) kept.push(fault);
  return kept;
}

async function isConfirmed(program: Program, { about, unlessUnread, unlessSent }: Fault, until: number) {
  const [id = ''] = about;
  const load = async () => (await program.client()).call('getDelivery', { params: { id } });
  if (unlessUnread !== undefined) {
    const { attemptLog = [] } = await load();
    return attemptLog.some(({ response }) => exchangeOf(response?.headers ?? []) === unlessUnread);
  }
  if (unlessSent === undefined) return true;
  for (;;) {
    const { status, attempts } = await load();
    if (status !== 'held' || attempts !== unlessSent) return false;
    if (performance.now() > until) return true;
    await sleep(stillMs);
  }
}

/** The number of a request, which systems repeat in their response. */
const exchangeOf = (headers: readonly (readonly [string, string])[]) =>
  Number(headers.find(([name]) => name.toLowerCase() === 'x-exchange')?.[1] ?? Number.NaN);

/** Nothing of an erased visitor is in the API, nor in what is stored. */
export async function erasedIsGone(client: Client, dataDir: string, history: History): Promise<Fault[]> {
  const faults: Fault[] = [];
  const { placesOf } = storedOf(dataDir);
  for (const [visitorId, id] of history.erased) {
    if (!id.startsWith('era_')) continue;
    const { state } = await client.call('getErasure', { params: { id } });
    if (state !== 'done') {
      faults.push({
        guarantee: 'an erasure ends',
        sentence: `The erasure ${id} of ${visitorId} is ${state}.`,
        about: [visitorId],
      });
      continue;
    }
    const guarantee = 'an erased visitor is gone';
    const found = [
      ...(await client.call('listEvents', { query: { visitorId, limit: 1 } })).data.map((one) => one.id),
      ...(await client.call('listDeliveries', { query: { visitorId, limit: 1 } })).data.map((one) => one.id),
      ...(await client.call('listDeliveries', { query: { q: visitorId, limit: 1 } })).data.map((one) => one.id),
    ];
    if (found.length > 0)
      faults.push({
        guarantee,
        sentence: `${visitorId} was erased, and is found in ${found.join(', ')}.`,
        about: [visitorId, ...found],
      });
    for (const place of await placesOf(visitorId)) {
      const sentence = `${visitorId} was erased, and its id is in ${place}`;
      faults.push({ guarantee, sentence, about: [visitorId] });
    }
  }
  return faults;
}

/** The export of this server gives an empty one the same configuration. */
export async function exportsAgree(client: Client, folder: string, launcher: string | undefined): Promise<Fault[]> {
  const query = { kind: 'connection,destination,action,behavior,collector' };
  const { documents } = await client.call('exportConfiguration', { query });
  await using process = spawnProcess(environmentOf(folder, launcher), ['start'], {
    program: programFileOf(launcher),
  });
  const empty = adminClient(await process.listening);
  const guarantee = 'an export can be imported into an empty server';
  try {
    await empty.call('importConfiguration', { body: { documents } });
  } catch (error) {
    return [{ guarantee, sentence: `The import was refused: ${String(error)}`, about: [] }];
  }
  const again = (await empty.call('exportConfiguration', { query })).documents;
  await process.end();
  if (JSON.stringify(again) === JSON.stringify(documents)) return [];
  return [
    {
      guarantee,
      sentence: `The export of the other server is different: ${JSON.stringify(again)} instead of ${JSON.stringify(documents)}.`,
      about: [],
    },
  ];
}

/** What is stored is whole after the last stop. */
export async function storedIsWhole(dataDir: string, launcher: string | undefined): Promise<Fault[]> {
  const faults: Fault[] = [];
  const problems = await storedOf(dataDir).problems();
  if (problems.length > 0)
    faults.push({ guarantee: 'the database is whole', sentence: problems.slice(0, 5).join('; '), about: [] });
  const env = { ...environmentOf(dataDir, launcher), ...settingsOfFolder(dataDir) };
  await using verify = spawnProcess(env, ['audit', 'verify'], { program: programFileOf(launcher) });
  const { code } = await verify.exited;
  if (code !== 0)
    faults.push({
      guarantee: 'the audit trail verifies',
      sentence: `audit verify: ${verify.stdout()}${verify.stderr()}`,
      about: [],
    });
  return faults;
}
