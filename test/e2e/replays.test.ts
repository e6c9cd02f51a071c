import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createClient, type RouteResponse } from '../../src/client/client.ts';
import type { Replay, ReplayPlan } from '../../src/contract/records/replay.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { deliveryOf, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { adminToken, environment, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

type Client = typeof app.client;

const made = (answer: RouteResponse<'createReplay'>) => answer as Replay; // without `plan`
const planned = (answer: RouteResponse<'createReplay'>) => answer as ReplayPlan; // with it

/** Of thousands of deliveries, which takes long on a busy machine. */
async function ended(client: Client, id: string): Promise<Replay> {
  const state = () => client.call('getReplay', { params: { id } });
  const isDone = async () => {
    const one = await state();
    return one.state === 'done' && one;
  };
  return eventually(`the replay ${id} to be done`, isDone, { state, forMs: 180_000 });
}

test('only what failed is sent once more when the receiver is mended, and the link leads both ways', async () => {
  const { client } = app;
  const wired = await wire(app, receiver, { destination: { path: '/mended' } });
  receiver.answer('/mended', { status: 200 }, { status: 422 }, { status: 200 });
  await wired.deliver({ n: 1 });
  const failed = await wired.deliver({ n: 2 }, 'failed');
  await wired.deliver({ n: 3 });
  const filter = { destinationId: wired.destination.id };
  const plan = planned(await client.call('createReplay', { body: { of: 'deliveries', filter, plan: true } }));
  assert.deepEqual([plan.looked, plan.deliveries, plan.duplicates, plan.durationMs], [3, 1, 0, null]);
  assert.deepEqual(plan.leftOut, [{ reason: 'already_delivered', count: 2 }]);
  const [sample] = plan.samples ?? [];
  assert.deepEqual([sample?.deliveryId, sample?.request?.body], [failed.id, failed.attemptLog?.[0]?.request?.body]);
  const keyOf = sample?.request?.headers.find(([name]) => name === 'Idempotency-Key');
  assert.equal(keyOf?.[1], failed.id, 'the key that will be sent');
  const rated = { of: 'deliveries' as const, filter, only: 'all' as const, ratePerSecond: 0.5, plan: true };
  const all = planned(await client.call('createReplay', { body: rated }));
  assert.deepEqual([all.deliveries, all.duplicates, all.durationMs], [3, 2, 6_000]);

  const { id } = made(await client.call('createReplay', { body: { of: 'deliveries', filter, name: 'Mended' } }));
  const done = await ended(client, id);
  assert.deepEqual([done.name, done.progress.done, done.progress.skipped, done.progress.total], ['Mended', 1, 2, 3]);
  const requests = receiver.at('/mended');
  const [before, again] = [requests[1], requests[3]];
  assert.deepEqual([again?.body, again?.headers['idempotency-key']], [before?.body, failed.id]);
  const { data } = await client.call('listDeliveries', { query: { replayOf: failed.id } });
  assert.deepEqual(
    data.map((one) => [one.replayId, one.replayOf, one.status]),
    [[id, failed.id, 'delivered']],
  );
  const ofReplay = await client.call('listDeliveries', { query: { replayId: id, status: 'delivered' } });
  assert.deepEqual(ofReplay.data, data);
  const explained = await client.call('explainEvent', { params: { id: failed.eventId ?? '' } });
  const told = explained.actions.find(({ actionId }) => actionId === wired.action.id)?.deliveries ?? [];
  assert.deepEqual(told.map((one) => one.replayOf).sort(), [failed.id, null].sort());
});

test('events that matched nothing are sent through an action that was made later', async () => {
  const { client } = app;
  const wired = await wire(app, receiver, {
    action: { rules: { parameter: 'n', operator: 'equals', value: 'never' } },
    destination: { path: '/later' },
  });
  const ids = await wired.send({ n: 1 }, { n: 2 }, { n: 3 });
  const later = await client.call('createAction', {
    body: {
      name: 'Later',
      description: 'Made when the events were over',
      rules: { parameter: 'wire', operator: 'equals', value: wired.action.name },
      destinations: [
        {
          destinationId: wired.destination.id,
          mapping: [{ field: 'number', parameter: 'n' }],
        },
      ],
    },
  });
  const body = { of: 'events' as const, ids, to: { actionId: later.id }, order: 'newest' as const };
  const { id } = made(await client.call('createReplay', { body }));
  const { progress } = await ended(client, id);
  assert.deepEqual([progress.done, progress.total], [3, 3]);
  assert.deepEqual(
    receiver
      .at('/later')
      .map((one) => JSON.parse(String(one.body)).number)
      .sort(),
    ['1', '2', '3'],
  );
  await deliveryOf(app, ids[0] ?? '');
  const again = planned(await client.call('createReplay', { body: { ...body, plan: true } }));
  assert.deepEqual([again.deliveries, again.leftOut], [0, [{ reason: 'already_delivered', count: 3 }]]);
});

test('replays of the same events that start at once send each event once', async () => {
  const { client } = app;
  const wired = await wire(app, receiver, {
    action: { rules: { parameter: 'n', operator: 'equals', value: 'never' } },
    destination: { path: '/at-once' },
  });
  const ids = await wired.send(...Array.from({ length: 700 }, (_, n) => ({ n })));
  const body = { of: 'events', ids, to: { actionId: wired.action.id, ignoreRules: true } } as const;
  const replays = await Promise.all([1, 2, 3].map(async () => made(await client.call('createReplay', { body }))));
  const done = await Promise.all(replays.map(({ id }) => ended(client, id)));
  const sum = (key: 'total' | 'done' | 'skipped') => done.reduce((all, { progress }) => all + progress[key], 0);
  assert.deepEqual([sum('total'), sum('done'), sum('skipped')], [2_100, 700, 1_400]);
  assert.equal(receiver.at('/at-once').length, 700);
});

test('kill -9 in the middle of a replay: it goes on where it stood, nothing is left out, nothing made twice', async () => {
  using folder = temporaryFolder();
  const env = environment(folder.path);
  let running = spawnProcess(env);
  const connect = async () => {
    const url = await running.listening;
    return { url, client: createClient({ url, token: adminToken }) };
  };
  try {
    const begun = await connect();
    const wired = await wire(begun, receiver, { destination: { path: '/killed' } });
    const many = 400;
    for (let n = 0; n < many; n += 100) await wired.send(...Array.from({ length: 100 }, (_, i) => ({ n: n + i })));
    await eventually('all to be delivered', () => Promise.resolve(receiver.at('/killed').length >= many || null));
    const body = { of: 'deliveries' as const, filter: {}, only: 'all' as const, ratePerSecond: 400 };
    const { id } = made(await begun.client.call('createReplay', { body }));
    await eventually('some to be sent again', () =>
      Promise.resolve(receiver.at('/killed').length >= many + 60 || null),
    );
    await running.end('SIGKILL');
    running = spawnProcess(env);
    const { client } = await connect();
    const { progress } = await ended(client, id);
    assert.deepEqual([progress.total, progress.done], [many, many]);
    const repeated: (string | null)[] = [];
    for await (const one of client.list('listDeliveries', { query: { replayId: id } })) repeated.push(one.replayOf);
    assert.deepEqual([repeated.length, new Set(repeated).size], [many, many]);
  } finally {
    await running[Symbol.asyncDispose]();
  }
});
