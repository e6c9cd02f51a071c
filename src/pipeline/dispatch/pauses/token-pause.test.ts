import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../../test/support/rig.ts';
import type { FakeAnswer } from '../../../egress/fake/fake-egress.testing.ts';

const tokenUrl = 'https://login.example/token';
const auth = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'c',
  clientSecret: 's',
  accessTokenUrl: tokenUrl,
};
const good: FakeAnswer = { status: 200, body: JSON.stringify({ access_token: 't', token_type: 'bearer' }) };

/**
 * A connection whose token endpoint responds as the test sets; `asked` has the times of token requests from the start.
 */
async function setUp(first: FakeAnswer, scheduleMs = [0, 600_000]) {
  const endpoint = { answer: first };
  const asked: number[] = [];
  let now = () => 0;
  const rig = await startRig({
    handler({ url }) {
      if (url !== tokenUrl) return { status: 200 };
      asked.push(now() - start);
      return endpoint.answer;
    },
  });
  now = rig.clock.now;
  const start = now();
  const { connectionId } = await wire(rig, {
    connection: { auth, settings: { retry: { scheduleMs, jitter: 0 } } },
  });
  const send = async () => {
    await rig.send({});
    await settled();
  };
  return { rig, endpoint, asked, connectionId, send };
}

for (const status of [429, 503])
  test(`a token endpoint that answers ${status} with Retry-After gets the next request after that time, whatever new deliveries come`, async () => {
    const { rig, endpoint, asked, send } = await setUp({ status, headers: [['retry-after', '120']] });
    await using _ = rig;
    for (let second = 0; second < 119; second++) {
      await send();
      await rig.clock.advance(1_000);
    }
    assert.deepEqual(asked, [0]);
    const waiting = await rig.deliveries();
    assert.deepEqual(
      waiting.map(({ attempts }) => attempts),
      [1, ...Array.from({ length: 118 }, () => 0)],
      'waiting is not an attempt',
    );
    const { reason, detail, nextAttemptAt, attemptLog } = waiting[1] ?? assert.fail();
    assert.equal(reason, 'budget');
    assert.match(String(detail), new RegExp(`token endpoint.*${status}.*next token request is in about 1 s`));
    assert.equal(Date.parse(String(nextAttemptAt)) - rig.clock.now(), 1_000);
    assert.deepEqual(attemptLog, []);

    endpoint.answer = good;
    await rig.clock.advance(1_000);
    assert.deepEqual(asked, [0, 120_000]);
    assert.deepEqual(new Set((await rig.statuses()).slice(1)), new Set(['delivered']));
    assert.ok((await rig.deliveries()).slice(1).every(({ attempts }) => attempts === 1));
  });

test('a token endpoint that fails without Retry-After gets the next request after 1 s, doubling to 60 s', async () => {
  for (const failure of [
    { error: { kind: 'connect', message: 'refused' } },
    { status: 500 },
    { status: 408 },
  ] as const) {
    const { rig, endpoint, asked, send } = await setUp(failure);
    await using _ = rig;
    for (let halfSecond = 0; halfSecond < 400; halfSecond++) {
      await send();
      await rig.clock.advance(500);
    }
    assert.deepEqual(
      asked.slice(0, 9),
      [0, 1, 3, 7, 15, 31, 63, 123, 183].map((second) => second * 1_000),
    );
    endpoint.answer = good;
    await rig.clock.advance(60_000);
    assert.equal(asked.length, 10);
    const open = (await rig.deliveries()).filter(({ status }) => status !== 'delivered');
    assert.ok(
      open.every(({ attempts }) => attempts === 1),
      'each attempt that failed waits for its schedule',
    );
  }
});

test('changed credentials are used at once, despite the pause', async () => {
  const { rig, endpoint, asked, connectionId, send } = await setUp({ status: 503, headers: [['retry-after', '3600']] });
  await using _ = rig;
  await send();
  await rig.clock.advance(1_000);
  await send();
  endpoint.answer = good;
  const base = { name: 'CRM', baseUrl: 'https://crm.example' };
  await rig.put('connection', { ...base, auth: { ...auth, clientId: 'other' } }, connectionId);
  await rig.clock.advance(0);
  assert.deepEqual(asked, [0, 1_000]);
  assert.equal((await rig.statuses()).at(-1), 'delivered');
});

test('the pause that a token endpoint asks for survives a restart, and ends with changed credentials or by a person', async () => {
  for (const end of ['time', 'credentials', 'person'] as const) {
    const { rig, endpoint, asked, connectionId, send } = await setUp({
      status: 429,
      headers: [['retry-after', '3600']],
    });
    await using _ = rig;
    await send();
    await rig.restart();
    endpoint.answer = good;
    await send();
    await rig.clock.advance(1_800_000);
    assert.deepEqual(asked, [0]);
    const waiting = await rig.deliveries();
    assert.deepEqual(
      waiting.map(({ status, nextAttemptAt }) => [status, Date.parse(String(nextAttemptAt)) - rig.clock.now()]),
      [
        ['retrying', 1_800_000],
        ['pending', 1_800_000],
      ],
    );
    assert.match(String(waiting[1]?.detail), /The token endpoint asked for a pause. The next token request is in/);
    const base = { name: 'CRM', baseUrl: 'https://crm.example' };
    if (end === 'time') await rig.clock.advance(1_800_000);
    else if (end === 'person') rig.pipeline.queueStatus.endPauses(connectionId);
    else await rig.put('connection', { ...base, auth: { ...auth, clientSecret: 'other' } }, connectionId);
    await rig.clock.advance(0);
    assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']), end);
    const requests = asked.length;
    await rig.restart();
    await send();
    assert.equal(asked.length, requests);
    assert.deepEqual(await rig.notes.list('token_pauses/'), [], 'nothing is left of the pause');
    assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']), end);
  }
});

test('a late answer to former credentials pauses nothing, also after a restart', async () => {
  const late = Promise.withResolvers<FakeAnswer>();
  const asked: number[] = [];
  await using rig = await startRig({
    handler({ url }) {
      if (url !== tokenUrl) return { status: 200 };
      asked.push(asked.length);
      return asked.length === 1 ? late.promise : good;
    },
  });
  const { connectionId } = await wire(rig, { connection: { auth } });
  await rig.send({});
  await settled();
  const changed = { name: 'CRM', baseUrl: 'https://crm.example', auth: { ...auth, clientSecret: 'other' } };
  await rig.put('connection', changed, connectionId);
  await rig.send({});
  await settled();
  assert.equal((await rig.statuses()).at(-1), 'delivered');
  late.resolve({ status: 429, headers: [['retry-after', '3600']] });
  await settled();
  await rig.restart();
  await rig.send({});
  await settled();
  assert.equal((await rig.statuses()).at(-1), 'delivered');
});

test('a test send during the pause requests no token and says when the next request is', async () => {
  const { rig, asked, send } = await setUp({ status: 503, headers: [['retry-after', '30']] });
  await using _ = rig;
  await send();
  const [destinationId = ''] = rig.pipeline.configuration.snapshot.documents.destination.keys();
  const tested = await rig.pipeline.preview.testSend(destinationId, { data: [{}] }, null);
  assert.deepEqual(asked, [0]);
  assert.deepEqual([tested.status, tested.errorKind, tested.attemptLog?.length], ['failed', 'auth', 1]);
  assert.match(String(tested.detail), /503.*next token request is in about 30 s/);
});
