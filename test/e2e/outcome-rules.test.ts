import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CallInput } from '../../src/client/client.ts';
import type { DeliveryStatus } from '../../src/contract/records/delivery.ts';
import { standing, startTestApp, wire } from '../support/app.ts';
import { type Script, startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

type Rules = NonNullable<NonNullable<CallInput<'createDestination'>['body']['settings']>['outcomes']>;

let cases = 0;

/** Delivers one event to a destination with these rules that answers so; gives how the delivery stands then. */
async function judged(outcomes: Rules, script: Script[], status: DeliveryStatus) {
  const path = `/rule-${++cases}`;
  receiver.answer(path, ...script);
  const { deliver, destination } = await wire(app, receiver, {
    connection: { settings: { retry: { scheduleMs: [0, 0], jitter: 0 } } },
    destination: { path, settings: { outcomes } },
  });
  const delivery = await deliver({ v: 1 }, status);
  return { ...standing(delivery), detail: delivery.detail, requests: receiver.at(path), destination };
}

test('a rule makes a refusal a success, with a warning when that is wanted', async () => {
  const success = await judged([{ when: { status: 409 }, outcome: 'success' }], [{ status: 409 }], 'delivered');
  assert.deepEqual([success.attempts, success.detail], [1, null]);
  const warning = await judged([{ when: { status: '4xx' }, outcome: 'warning' }], [{ status: 404 }], 'delivered');
  assert.match(warning.detail ?? '', /404/);
});

test('a rule reads the body of a success and makes it a failure', async () => {
  const rules: Rules = [{ when: { status: '2xx', json: { path: 'ok', equals: false } }, outcome: 'fail' }];
  const failed = await judged(rules, [{ body: '{"ok":false}' }], 'failed');
  assert.deepEqual([failed.reason, failed.outcomes, failed.requests.length], ['protocol', ['failed'], 1]);
  await judged(rules, [{ body: '{"ok":true}' }], 'delivered');
  await judged(rules, [{ body: 'no JSON' }], 'delivered');
});

test('a rule retries what would have failed, after its own wait; throttling costs no attempt', async () => {
  for (const [outcome, attempts] of [
    ['retry', 2],
    ['throttle', 1],
  ] as const) {
    const rules: Rules = [{ when: { status: '400-499' }, outcome, afterMs: 300 }];
    const { requests, ...delivered } = await judged(rules, [{ status: 418 }, {}], 'delivered');
    assert.deepEqual([delivered.attempts, delivered.outcomes], [attempts, ['retry', 'delivered']]);
    assert.ok((requests[1]?.at ?? 0) - (requests[0]?.at ?? 0) >= 300);
  }
});

test('a rule pauses the destination and keeps the delivery; the first rule that fits decides', async () => {
  const rules: Rules = [
    { when: { header: { name: 'X-Stop', contains: 'yes' } }, outcome: 'pause' },
    { when: { status: '2xx' }, outcome: 'fail' },
  ];
  const script = [{ headers: { 'x-stop': 'yes, please' } }];
  const { destination, ...held } = await judged(rules, script, 'held');
  assert.equal(held.reason, 'destination_paused');
  const { status } = await app.client.call('getDestination', { params: { id: destination.id } });
  assert.equal(status, 'paused');
});

test('rules are tried on the answers that came before they are saved, and say which of them decides', async () => {
  const { client } = app;
  receiver.answer('/past', { body: '{"ok":false,"code":"limit"}' }, { status: 409 }, { status: 418 });
  const { deliver, destination } = await wire(app, receiver, {
    destination: { path: '/past', settings: { outcomes: [{ when: { status: 409 }, outcome: 'success' }] } },
  });
  const ids = [(await deliver({ v: 1 })).id, (await deliver({ v: 2 })).id, (await deliver({ v: 3 }, 'failed')).id];
  const check = async (body: CallInput<'checkOutcomes'>['body']) => {
    const { rows, ...counts } = await client.call('checkOutcomes', { params: { id: destination.id }, body });
    const said = rows.map(({ deliveryId, status, before, after, changed }) => [
      ids.indexOf(deliveryId) + 1,
      status,
      before.outcome,
      before.rule,
      after.outcome,
      after.rule,
      after.afterMs,
      changed,
    ]);
    return { ...counts, said };
  };
  assert.deepEqual((await check({})).said, [
    [3, 418, 'fail', null, 'fail', null, null, false],
    [2, 409, 'success', 0, 'success', 0, null, false],
    [1, 200, 'success', null, 'success', null, null, false],
  ]);
  const outcomes: Rules = [
    { when: { json: { path: 'code', equals: 'limit' } }, outcome: 'throttle', afterMs: 5_000 },
    { when: { status: '4xx' }, outcome: 'warning' },
  ];
  const { said, ...counts } = await check({ draft: { settings: { outcomes } }, last: 3 });
  assert.deepEqual(counts, { checked: 3, changed: 3 });
  assert.deepEqual(said, [
    [3, 418, 'fail', null, 'warning', 1, null, true],
    [2, 409, 'success', 0, 'warning', 1, null, true],
    [1, 200, 'success', null, 'throttle', 0, 5_000, true],
  ]);
  assert.equal((await check({ last: 1 })).checked, 1);
  // Nothing was saved, sent or settled anew.
  assert.equal(receiver.at('/past').length, 3);
  const { version } = await client.call('getDestination', { params: { id: destination.id } });
  assert.equal(version, destination.version);
});

test('rules about items are tried on responses to single records', async () => {
  const { client } = app;
  const items: Rules = [{ when: {}, outcome: 'fail', items: { path: 'errors' } }];
  receiver.answer('/items', { body: '{"errors":[{"message":"taken"}]}' }, { body: '{"errors":[]}' });
  const { deliver, destination } = await wire(app, receiver, {
    destination: { path: '/items', settings: { outcomes: items } },
  });
  await deliver({ v: 1 }, 'failed');
  await deliver({ v: 2 });
  const { rows } = await client.call('checkOutcomes', {
    params: { id: destination.id },
    body: { draft: { settings: { outcomes: [{ when: { status: 409 }, outcome: 'success' }, ...items] } } },
  });
  assert.deepEqual(
    rows.map(({ before, after }) => [before.outcome, before.rule, after.outcome, after.rule]),
    [
      ['success', null, 'success', null],
      ['fail', 0, 'fail', 1],
    ],
  );
});
