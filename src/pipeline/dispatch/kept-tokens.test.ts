import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { nodeOf, type Rig, type RigOptions, startRig, wire } from '../../../test/support/rig.ts';
import type { Clock } from '../../async/clock.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const tokenUrl = 'https://login.example/token';
const auth = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'c',
  clientSecret: 's',
  accessTokenUrl: tokenUrl,
};
const base = { name: 'CRM', baseUrl: 'https://crm.example' };

/** A connection whose token endpoint issues `token-1`, `token-2`, … for an hour, and what the other system was sent. */
async function setUp(options: Pick<RigOptions, 'clock' | 'node'> = {}) {
  const state = { asked: 0, refuses: '', endpoint: null as FakeAnswer | null };
  const sent: string[] = [];
  const rig = await startRig({
    handler({ url, headers }) {
      if (url === tokenUrl) {
        state.asked += 1;
        const body = { access_token: `token-${state.asked}`, token_type: 'bearer', expires_in: 3_600 };
        return state.endpoint ?? { status: 200, body: JSON.stringify(body) };
      }
      const token = String(headers.find(([name]) => name === 'Authorization')?.[1]).replace('Bearer ', '');
      sent.push(token);
      return { status: token === state.refuses ? 401 : 200 };
    },
    ...options,
  });
  const settings = { retry: { scheduleMs: [0, 600_000], jitter: 0 } };
  const { connectionId, destinationId } = await wire(rig, { connection: { auth, settings } });
  const send = async () => {
    await rig.send({});
    await settled();
  };
  return { rig, state, sent, connectionId, destinationId, send };
}

const connectionOf = ({ pipeline }: Rig) => [...pipeline.configuration.snapshot.documents.connection.keys()][0] ?? '';
const kept = async ({ notes }: Rig) => (await notes.list('access_token/')).map(({ text }) => text);

test('a token is not asked for again after a restart, until it expires', async () => {
  const { rig, state, sent, send } = await setUp();
  await using _ = rig;
  await send();
  await rig.restart();
  await send();
  assert.deepEqual([state.asked, sent], [1, ['token-1', 'token-1']]);
  assert.equal((await kept(rig)).length, 1);
  assert.ok(!(await kept(rig)).join().includes('token-1'), 'it is sealed');
  await rig.clock.advance(3_600_000);
  await rig.restart();
  await send();
  assert.deepEqual([state.asked, sent.at(-1)], [2, 'token-2']);
});

test('after a restart a token that is refused is asked for again, and the refused one is used no more', async () => {
  const { rig, state, sent, send } = await setUp();
  await using _ = rig;
  await send();
  await rig.restart();
  state.refuses = 'token-1';
  await send();
  await rig.restart();
  await send();
  assert.deepEqual([state.asked, sent], [2, ['token-1', 'token-1', 'token-2', 'token-2']]);
});

test('a stored token is not used with other credentials, and leaves with its connection', async () => {
  const { rig, state, sent, connectionId, destinationId, send } = await setUp();
  await using _ = rig;
  await send();
  await rig.restart();
  await rig.put('connection', { ...base, auth: { ...auth, clientSecret: 'other' } }, connectionId);
  await send();
  assert.deepEqual([state.asked, sent], [2, ['token-1', 'token-2']]);
  assert.equal((await kept(rig)).length, 1);
  const { configuration } = rig.pipeline;
  const document = (kind: 'connection' | 'destination', id: string) =>
    configuration.snapshot.documents[kind].get(id) ?? assert.fail();
  const by = { principal: 'ops', principalId: null, address: null, requestId: null };
  await configuration.change(by, () => [
    { op: 'delete', document: document('destination', destinationId) },
    { op: 'delete', document: document('connection', connectionId) },
  ]);
  await settled();
  assert.deepEqual(await kept(rig), []);
});

for (const how of ['leaves', 'dies'] as const)
  test(`a token and the pause of a token endpoint are not asked for again by the next owner when a node ${how}`, async () => {
    for (const pause of [false, true]) {
      const clock = fakeClock();
      const { rig, state, sent } = await setUp({ clock, node: nodeOf('a', 2, clock) });
      let isDead = false;
      const own: Clock = { now: clock.now, after: (ms, call) => clock.after(ms, () => isDead || call()) };
      const other = await rig.start(nodeOf('b', 2, clock), own);
      await clock.advance(30_000);
      if (pause) state.endpoint = { status: 429, headers: [['retry-after', '3600']] };
      // The connection is in the partition of the second node.
      assert.equal(other.ownsConnection(connectionOf(rig)), true);
      await rig.send({});
      await clock.advance(10_000);
      assert.equal(state.asked, 1);
      isDead = how === 'dies';
      const ended = isDead ? undefined : other[Symbol.asyncDispose]();
      await clock.advance(60_000);
      await ended;
      assert.equal(rig.pipeline.ownsConnection(connectionOf(rig)), true);
      state.endpoint = null;
      await rig.send({});
      await clock.advance(10_000);
      assert.deepEqual([state.asked, sent], [1, pause ? [] : ['token-1', 'token-1']]);
      await rig[Symbol.asyncDispose]();
    }
  });
