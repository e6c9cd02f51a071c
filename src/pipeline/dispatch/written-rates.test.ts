import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { byItself } from '../../contract/by-itself.ts';
import { replayInput } from '../../contract/records/replay.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const rate = { limit: 40, perMs: 1_000 };
const tokenUrl = 'https://login.example/token';

type Course = {
  /** How long it takes until a request is written. */
  connectMs?: (index: number) => number;
  /** How long nothing else runs before a request is written. */
  stallMs?: (index: number) => number;
  answer?: (index: number, token: string) => FakeAnswer;
  connection?: Record<string, unknown>;
  destination?: Record<string, unknown>;
};

/** A receiver that gets many requests at once before it has a rate, and the times at which requests are written to it. */
async function receiver({ connectMs, stallMs, answer, connection = {}, destination = {} }: Course) {
  const fake = fakeClock();
  const written: number[] = [];
  let isBegun = false;
  let stalledMs = 0;
  let begun = 0;
  let tokens = 0;
  const clock = { ...fake, now: () => fake.now() + stalledMs };
  const rig = await startRig({
    clock,
    connect({ url }) {
      if (!isBegun || url === tokenUrl) return;
      const index = begun++;
      stalledMs += stallMs?.(index) ?? 0;
      const ms = connectMs?.(index) ?? 0;
      return ms === 0 ? undefined : new Promise((resolve) => fake.after(ms, resolve));
    },
    handler({ url, headers }) {
      if (url === tokenUrl)
        return { status: 200, body: JSON.stringify({ access_token: `t${tokens++}`, token_type: 'bearer' }) };
      const index = written.push(clock.now()) - 1;
      const token = String(headers.find(([name]) => name === 'Authorization')?.[1]);
      if (isBegun) return answer?.(index, token) ?? { status: 200 };
      return new Promise((resolve) => fake.after(50, () => resolve({ status: 200 })));
    },
  });
  const { connectionId, destinationId } = await wire(rig, { connection, destination });
  await send(rig, 400);
  await rig.clock.advance(1_000);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
  const crm = { name: 'CRM', baseUrl: 'https://crm.example/v2', ...connection };
  const settings = { ...Object(connection['settings']), rate };
  await rig.put('connection', { ...crm, settings }, connectionId);
  isBegun = true;
  written.length = 0;
  return { rig, written, connectionId, destinationId };
}

async function send(rig: Rig, count: number) {
  for (let left = count; left > 0; left -= 100)
    await rig.send(...Array.from({ length: Math.min(100, left) }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
}

/** The most times in any interval of the period. */
function mostOf(times: readonly number[], perMs: number): number {
  let from = 0;
  let most = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[from] ?? time) >= perMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

function assertWithin(written: readonly number[], count: number) {
  assert.equal(written.length, count);
  const most = mostOf(written, rate.perMs);
  assert.ok(most <= rate.limit, `${most} requests were written within ${rate.perMs} ms`);
}

/** Those of every other period wait for a connection, and are written together with later ones. */
const bunched = (index: number) => (Math.floor(index / rate.limit) % 2 === 0 ? 700 : 0);

test('requests that wait for a connection and are then written together are within the rate', async () => {
  const { rig, written } = await receiver({ connectMs: bunched });
  await using _ = rig;
  await send(rig, 400);
  await rig.clock.advance(20_000);
  assertWithin(written, 400);
});

test('requests that are written after the event loop stood still are within the rate', async () => {
  const { rig, written } = await receiver({ stallMs: (index) => (index % 100 === 20 ? 800 : 0) });
  await using _ = rig;
  await send(rig, 400);
  await rig.clock.advance(20_000);
  assertWithin(written, 400);
});

test('requests that are written after a pause are within the rate', async () => {
  const { rig, written, connectionId, destinationId } = await receiver({ connectMs: bunched });
  await using _ = rig;
  await send(rig, 400);
  for (const status of ['paused', 'enabled', 'paused', 'enabled'] as const) {
    await rig.clock.advance(300);
    await rig.put('destination', { connectionId, name: 'Orders', path: '/orders', status }, destinationId);
  }
  await rig.clock.advance(20_000);
  assertWithin(written, 400);
});

test('batches count once each when they are written', async () => {
  const { rig, written } = await receiver({
    connectMs: bunched,
    destination: {
      template: '{{! return JSON.stringify(it.data); }}',
      settings: { batch: { records: 2, waitMs: 100 } },
    },
  });
  await using _ = rig;
  await send(rig, 400);
  await rig.clock.advance(20_000);
  assertWithin(written, 200);
});

test('destinations that share a rate are within it together when their requests are written', async () => {
  const { rig, written, connectionId } = await receiver({ connectMs: bunched });
  await using _ = rig;
  for (const n of [1, 2]) {
    const destinationId = await rig.put('destination', {
      connectionId,
      name: `D${n}`,
      path: `/${n}`,
      status: 'enabled',
    });
    const action = { name: `A${n}`, description: 'Every event', status: 'enabled', destinations: [{ destinationId }] };
    await rig.put('action', action);
  }
  await send(rig, 200);
  await rig.clock.advance(30_000);
  assertWithin(written, 600);
});

test('a replay is within the rate together with live deliveries when their requests are written', async () => {
  const { rig, written } = await receiver({ connectMs: bunched });
  await using _ = rig;
  const input = replayInput.parse({ of: 'deliveries', filter: {}, only: 'all' });
  const entry = { ...byItself, createdAt: '', act: 'create', kind: 'replay', id: null, name: null } as const;
  const id = 'rpl_00000000000000000000000001';
  await rig.pipeline.replays.run(
    input,
    { id, startedBy: 'ops' },
    { ...entry, result: 'done', code: null, changes: [] },
  );
  for (let n = 0; n < 10; n++) {
    await send(rig, 20);
    await rig.clock.advance(700);
  }
  await rig.clock.advance(60_000);
  assertWithin(written, 600);
});

test('retries are within the rate when their requests are written', async () => {
  let failed = 0;
  const { rig, written } = await receiver({
    connectMs: bunched,
    answer(index) {
      if (index % 40 > 0) return { status: 200 };
      failed += 1;
      return { status: 500 };
    },
    connection: { settings: { retry: { scheduleMs: Array.from({ length: 20 }, () => 300), jitter: 0 } } },
  });
  await using _ = rig;
  await send(rig, 300);
  await rig.clock.advance(30_000);
  assertWithin(written, 300 + failed);
});

test('requests that are sent again with a new token are within the rate', async () => {
  let refused = 0;
  const { rig, written } = await receiver({
    answer(_, token) {
      if (token !== 'Bearer t0') return { status: 200 };
      refused += 1;
      return { status: 401 };
    },
    connection: {
      auth: { type: 'oauth2', grant: 'client_credentials', clientId: 'c', clientSecret: 's', accessTokenUrl: tokenUrl },
    },
  });
  await using _ = rig;
  await send(rig, 200);
  await rig.clock.advance(20_000);
  assert.ok(refused > 0);
  assertWithin(written, 200 + refused);
  const deliveries = await rig.deliveries();
  assert.ok(deliveries.every(({ status, attempts }) => status === 'delivered' && attempts === 1));
});
