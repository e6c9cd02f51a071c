import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Right } from '../../src/contract/accounts/rights.ts';
import { startTestApp, type TestApp, type Wired, wire } from '../support/app.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

// Data of stored events can leave the server by more than the routes of events: as the input of tests, previews and
// checks, and by replays. Each needs the rights that reading the events needs, or that sending them needs.

let app: TestApp;
let receiver: Receiver;
let wired: Wired;
let eventId: string;
before(async () => {
  receiver = await startReceiver();
  app = await startTestApp();
  wired = await wire(app, receiver, { action: { rules: { parameter: 'consent', operator: 'equals', value: 'yes' } } });
  [eventId = ''] = await wired.send({ mail: 'ann@example.com', consent: 'no' });
});
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

type Reply = { status: number; text: string };

/** Sends requests with a token of these rights. */
async function holder(...rights: Right[]): Promise<(method: string, path: string, body?: unknown) => Promise<Reply>> {
  const { token } = await app.client.call('createToken', { body: { name: rights.join(' '), rights } });
  return async (method, path, body) => {
    const response = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
}

const draft = { template: '{{! return JSON.stringify(it.events[0].data); }}' };

test('a test of a stored event needs View Events and View Payloads, also by an own template', async () => {
  const path = `/destinations/${wired.destination.id}/test`;
  for (const rights of [[], ['events:view'], ['payloads:view']] as Right[][]) {
    const ask = await holder('connections:manage', ...rights);
    for (const id of [eventId, 'evt_00000000000000000000000000']) {
      const answer = await ask('POST', path, { eventId: id, draft });
      assert.equal(answer.status, 403, `${rights}: ${answer.text}`);
    }
    assert.equal((await ask('POST', path, { data: [{ own: 'data' }] })).status, 200);
  }
  assert.ok(receiver.requests.every(({ body }) => !body.includes('ann@')));
  const allowed = await holder('connections:manage', 'events:view', 'payloads:view');
  assert.equal((await allowed('POST', path, { eventId })).status, 200);
});

test('previews of a stored event, and checks on the latest ones, need View Events beside View Payloads', async () => {
  const { destination, connection } = wired;
  const paths: [path: string, body: unknown][] = [
    [`/destinations/${destination.id}/preview`, { eventId, draft }],
    [`/connections/${connection.id}/destinations/preview`, { eventId, draft: { ...draft, name: 'New' } }],
    [`/destinations/${destination.id}/check`, { draft }],
    [`/connections/${connection.id}/destinations/check`, { draft: { ...draft, name: 'New' } }],
  ];
  const without = await holder('connections:view', 'payloads:view');
  const allowed = await holder('connections:view', 'payloads:view', 'events:view');
  for (const [path, body] of paths) {
    const refused = await without('POST', path, body);
    assert.deepEqual([refused.status, refused.text.includes('ann@')], [403, false], path);
    assert.equal((await allowed('POST', path, body)).status, 200, path);
  }
  const own = await without('POST', `/destinations/${destination.id}/preview`, { data: [{ own: 'data' }] });
  assert.equal(own.status, 200);
});

test('the check of an action shows bodies only with View Events and View Payloads', async () => {
  await wired.send({ mail: 'ann@example.com', consent: 'yes' });
  const mapping = [{ field: 'changed', parameter: 'mail' }];
  const body = { draft: { destinations: [{ destinationId: wired.destination.id, mapping }] } };
  const path = `/actions/${wired.action.id}/check`;
  for (const rights of [['events:view'], ['payloads:view']] as Right[][]) {
    const answer = await (await holder('actions:view', ...rights))('POST', path, body);
    assert.deepEqual([answer.status, answer.text.includes('ann@')], [200, false], String(rights));
  }
  const all = await holder('actions:view', 'events:view', 'payloads:view');
  assert.match((await all('POST', path, body)).text, /ann@/);
});

test('a replay that ignores rules, or uses a disabled action, needs Manage Actions, and a plan of it too', async () => {
  const { action } = wired;
  const operator = await holder('deliveries:manage', 'events:view');
  const integrator = await holder('deliveries:manage', 'events:view', 'actions:manage');
  const disabled = await app.client.call('createAction', {
    body: { name: 'Off', description: 'Off', rules: action.rules, destinations: action.destinations },
  });
  const body = (to: object, plan: boolean) => ({ of: 'events', ids: [eventId], to, plan });
  for (const to of [{ actionId: action.id, ignoreRules: true }, { actionId: disabled.id }]) {
    for (const plan of [true, false]) {
      const refused = await operator('POST', '/replays', body(to, plan));
      assert.deepEqual([refused.status, /actions:manage/.test(refused.text)], [403, true], JSON.stringify(to));
    }
    assert.equal((await integrator('POST', '/replays', body(to, true))).status, 200);
  }
  assert.equal((await operator('POST', '/replays', body({ actionId: action.id }, false))).status, 201);
});

test('examples of parameters, which are values of events, need View Payloads', async () => {
  await wired.send({ city: 'Ann Arbor', consent: 'yes' });
  const examplesFor = async (...rights: Right[]) => {
    const ask = await holder(...rights);
    const { data } = JSON.parse((await ask('GET', '/parameters?name=city')).text);
    const changed = JSON.parse((await ask('PATCH', '/parameters/city', { description: 'Where' })).text);
    return [data[0].name, data[0].examples, changed.examples];
  };
  assert.deepEqual(await examplesFor('parameters:manage', 'events:view'), ['city', [], []]);
  assert.deepEqual(await examplesFor('parameters:manage', 'payloads:view'), ['city', ['Ann Arbor'], ['Ann Arbor']]);
});
