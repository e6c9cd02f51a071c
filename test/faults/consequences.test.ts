import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../../src/client/client.ts';
import type { DeliveryStatus } from '../../src/contract/records/delivery.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, spawnProcess } from '../support/process.ts';
import { startRecorder } from './recorder.ts';
import { wire } from './wiring.ts';

/** More than a few steps of a release. One of each `apart` is delivered, so that the circuit breaker stays closed. */
const many = 1_500;
const apart = 150;
const held = many - many / apart;
const failing = {
  settings: {
    retry: { scheduleMs: [0], jitter: 0 },
    breaker: { failureRatio: 1, minimum: 1_000, windowMs: 300_000, openMs: 30_000 },
  },
};

async function count(client: Client, status: DeliveryStatus, destinationId: string): Promise<number> {
  let sum = 0;
  for await (const _ of client.list('listDeliveries', { query: { status, destinationId, limit: 200 } })) sum += 1;
  return sum;
}

type Ids = { connectionId: string; destinationId: string; actionId: string };

/**
 * A server with exhausted deliveries is killed or stopped as soon as it has responded to `act`; `after` looks at the next
 * process.
 */
function actThenEnd(
  title: string,
  signal: 'SIGKILL' | 'SIGTERM',
  act: (client: Client, ids: Ids) => Promise<unknown>,
  after: (client: Client, ids: Ids) => Promise<void>,
) {
  test(`${title} and ${signal === 'SIGKILL' ? 'kill -9' : signal} right after the response`, async () => {
    using folder = temporaryFolder();
    let isDown = true;
    await using recorder = await startRecorder((response, body) => {
      response.statusCode = isDown && JSON.parse(body).n % apart !== 0 ? 500 : 200;
      response.end();
    });
    const env = environment(folder.path);
    let ids: Ids;
    {
      await using server = spawnProcess(env);
      const url = await server.listening;
      const client = adminClient(url);
      const wired = await wire(client, recorder.url, { connection: failing });
      ids = wired;
      for (let sent = 0; sent < many; sent += 500)
        await fetch(`${url}/v3/${wired.key}`, {
          method: 'POST',
          body: JSON.stringify({ events: Array.from({ length: 500 }, (_, n) => ({ n: sent + n })) }),
        });
      await eventually('all to be exhausted', async () => (await count(client, 'held', ids.destinationId)) === held);
      isDown = false;
      await act(client, ids);
      await server.end(signal);
    }
    await using server = spawnProcess(env);
    await after(adminClient(await server.listening), ids);
  });
}

async function allDelivered(client: Client, { destinationId }: Ids) {
  await eventually('none to be held', async () => (await count(client, 'held', destinationId)) === 0);
  await eventually('all to be delivered', async () => (await count(client, 'delivered', destinationId)) === many);
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  actThenEnd(
    'a saved change of a destination retries its exhausted deliveries, also after it',
    signal,
    (client, { destinationId: id }) =>
      client.call('changeDestination', { params: { id }, body: { description: 'corrected' } }),
    allDelivered,
  );
}

actThenEnd(
  'a saved change of a connection retries its exhausted deliveries, also after it',
  'SIGKILL',
  (client, { connectionId: id }) =>
    client.call('changeConnection', { params: { id }, body: { description: 'corrected' } }),
  allDelivered,
);

actThenEnd(
  'the exhausted deliveries of a deleted destination are cancelled, also after it',
  'SIGKILL',
  async (client, { actionId, destinationId }) => {
    await client.call('deleteAction', { params: { id: actionId } });
    await client.call('deleteDestination', { params: { id: destinationId } });
  },
  async (client, { destinationId }) => {
    await eventually('all to be cancelled', async () => (await count(client, 'cancelled', destinationId)) === held);
    assert.equal(await count(client, 'held', destinationId), 0);
  },
);
