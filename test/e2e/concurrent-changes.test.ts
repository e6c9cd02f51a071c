import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestApp, wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('what is made by many at once is there for each at once, and all of it works', async () => {
  await Promise.all(
    Array.from({ length: 20 }, async (_, v) => {
      const { deliver } = await wire(app, receiver);
      await deliver({ v });
    }),
  );
  assert.equal(receiver.at('/in').length, 20);
});

test('of changes to one thing that come together each is made, or refused by its version', async () => {
  const { connection } = await wire(app, receiver);
  const params = { id: connection.id };
  const change = (n: number, more = {}) =>
    app.client.call('changeConnection', { params, body: { description: `change ${n}` }, ...more });
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => change(n)));
  assert.equal(new Set(made.map((one) => one.version)).size, 20);
  const { version } = await app.client.call('getConnection', { params });
  assert.equal(version, connection.version + 20);
  const racing = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => change(n, { ifMatch: version })));
  const won = racing.filter((one) => one.status === 'fulfilled');
  const lost = racing.filter((one) => one.status === 'rejected');
  assert.equal(won.length, 1);
  assert.ok(lost.every((one) => one.reason.status === 412));
});
