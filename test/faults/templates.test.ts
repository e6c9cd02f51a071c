import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const hostile: [does: string, body: string, says: RegExp][] = [
  ['loops', 'for (;;);', /longer than 50 ms/],
  ['loops in its catch', 'for (;;) { try { for (;;); } catch {} }', /longer than 50 ms/],
  ['joins 2**31 holes', 'return new Array(2 ** 31).join("x");', /./],
  [
    'searches an endless array',
    'return String(Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1));',
    /longer than 50 ms/,
  ],
  ['doubles a string', 'let s = "x"; for (;;) s += s;', /./],
  ['grows an array', 'const a = []; for (;;) a.push(a.slice());', /./],
  ['writes 100 MB', 'return "x".repeat(1e8);', /./],
  ['recurses', 'return (function f() { return f() + 1; })();', /./],
  ['returns a function', 'return () => 1;', /./],
  ['throws', 'throw new Error("on purpose");', /on purpose/],
  ['throws a getter that loops', 'throw { get message() { for (;;); } };', /./],
];

const rounds = 2;
const healthyPerRound = 50;

test('hostile templates affect only themselves: all healthy deliveries arrive, and intake responds', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const healthy = await wire(app, receiver, {
    destination: { template: '{{! return JSON.stringify({ n: it.data[0].n, twice: it.data[0].n * 2 }); }}' },
  });
  const wired = await Promise.all(
    hostile.map(([does, body]) =>
      wire(app, receiver, {
        destination: { path: `/hostile/${encodeURIComponent(does)}`, template: `{{! ${body} }}` },
      }),
    ),
  );
  const hostileIds: string[][] = hostile.map(() => []);
  const healthyIds: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [index, one] of wired.entries()) hostileIds[index]?.push(...(await one.send({ n: round })));
    const events = Array.from({ length: healthyPerRound }, (_, i) => ({ n: round * healthyPerRound + i }));
    healthyIds.push(...(await healthy.send(...events)));
  }
  await eventually('the healthy ones to arrive', () => receiver.at('/in').length >= healthyIds.length, {
    state: () => receiver.requests.length,
  });
  for (const [index, ids] of hostileIds.entries()) {
    const [does, , says] = hostile[index] ?? ['', '', /./];
    for (const eventId of ids) {
      const delivery = await eventually(`the template that ${does} to fail`, async () =>
        (await app.client.call('listDeliveries', { query: { eventId } })).data.find((one) => one.finishedAt),
      );
      assert.deepEqual([delivery.status, delivery.reason, delivery.attempts], ['failed', 'template_error', 0], does);
      assert.match(delivery.detail ?? '', says, does);
    }
  }
  assert.deepEqual(
    receiver
      .at('/in')
      .map((one) => Number(JSON.parse(one.body).n))
      .sort((a, b) => a - b),
    healthyIds.map((_, n) => n),
  );
  assert.equal(receiver.requests.length, healthyIds.length, 'no hostile template was sent');
});
