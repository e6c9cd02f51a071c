import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryOf, reaches, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTokenServer } from '../support/token-server.ts';

test('everything survives a stop and a start: documents, secrets, deliveries, what is held and what is retried', async () => {
  await using receiver = await startReceiver();
  await using tokens = await startTokenServer();
  await using app = await startTestApp();
  const plain = await wire(app, receiver, {
    connection: {
      auth: { type: 'basic', username: 'u', password: 'kept password' },
      settings: { headers: [{ name: 'X-Key', value: 'kept header', secret: true }] },
    },
    destination: { path: '/plain' },
  });
  const oauth = await wire(app, receiver, {
    connection: {
      auth: {
        type: 'oauth2',
        grant: 'client_credentials',
        clientId: 'c',
        clientSecret: 'kept secret',
        accessTokenUrl: tokens.url,
        clientAuth: 'body',
      },
    },
    destination: { path: '/oauth' },
  });
  const delivered = await plain.deliver({ v: 1 });
  await oauth.deliver({ v: 1 });

  const paused = await wire(app, receiver, { destination: { path: '/paused' } });
  await app.client.call('changeDestination', { params: { id: paused.destination.id }, body: { status: 'paused' } });
  const held = await paused.deliver({ v: 2 }, 'held');

  receiver.answer('/retried', { status: 500 }, {});
  const retried = await wire(app, receiver, {
    connection: { settings: { retry: { scheduleMs: [0, 60_000], jitter: 0 } } },
    destination: { path: '/retried', template: '{"v":"{{it.data[0].v}}","random":{{Math.random()}}}' },
  });
  const retrying = await retried.deliver({ v: 3 }, 'retrying');

  receiver.answer('/refused', { status: 401 });
  const refused = await wire(app, receiver, {
    connection: { auth: { type: 'bearer', token: 'old' } },
    destination: { path: '/refused' },
  });
  const rejected = await refused.deliver({ v: 4 }, 'held');
  assert.equal(rejected.reason, 'auth_rejected');

  const kinds = ['listConnections', 'listActions', 'listCollectors', 'listBehaviors', 'listEvents'] as const;
  const everything = async () => {
    const lists = await Promise.all(kinds.map((kind) => app.client.call(kind, { query: { limit: 200 } })));
    // Tokens, and how many requests a receiver takes at once, are kept in memory alone.
    const inMemory = ['tokenExpiresAt', 'requests'];
    return JSON.parse(JSON.stringify(lists), (key, value) => (inMemory.includes(key) ? null : value));
  };
  await eventually('the count of what is held to be made anew', async () => {
    const { health } = await app.client.call('getConnection', { params: { id: refused.connection.id } });
    return health.held === 1;
  });
  const before = await everything();
  await app.restart();
  assert.deepEqual(await everything(), before);

  assert.deepEqual(await app.client.call('getDelivery', { params: { id: delivered.id } }), delivered);
  assert.equal((await reaches(app, held.id, 'held')).reason, 'destination_paused');
  assert.equal((await reaches(app, rejected.id, 'held')).reason, 'auth_rejected');
  assert.equal(receiver.at('/refused').length, 1, 'refused credentials are not tried anew by a start');

  assert.equal((await reaches(app, retrying.id, 'retrying')).nextAttemptAt, retrying.nextAttemptAt);
  await app.client.call('retryDelivery', { params: { id: retrying.id }, body: { render: false } });
  const again = await reaches(app, retrying.id, 'delivered');
  const [first, second] = receiver.at('/retried');
  assert.deepEqual([second?.body, second?.headers['idempotency-key'], again.attempts], [first?.body, retrying.id, 2]);
  await app.client.call('changeDestination', { params: { id: paused.destination.id }, body: { status: 'enabled' } });
  await reaches(app, held.id, 'delivered');
  receiver.answer('/refused', {});
  await app.client.call('changeConnection', {
    params: { id: refused.connection.id },
    body: { auth: { token: 'new' } },
  });
  await reaches(app, rejected.id, 'delivered');

  const sendAgain = async (wired: typeof plain) => {
    // The wiring knows the address of before.
    const response = await fetch(`${app.url}/v3/${wired.collector.key}`, {
      method: 'POST',
      body: JSON.stringify({ events: [{ v: 5, wire: wired.action.name }] }),
    });
    const { ids } = (await response.json()) as { ids: string[] }; // what the intake answers
    return deliveryOf(app, ids[0] ?? '');
  };
  await sendAgain(plain);
  const headers = receiver.at('/plain').map((one) => [one.headers.authorization, one.headers['x-key']]);
  assert.deepEqual(headers[1], [`Basic ${Buffer.from('u:kept password').toString('base64')}`, 'kept header']);
  assert.deepEqual(headers[1], headers[0]);
  await sendAgain(oauth);
  // The token is kept, too.
  assert.deepEqual(
    tokens.requests.map((one) => one.form.get('client_secret')),
    ['kept secret'],
  );
});

test('what is on the wire when the program stops is finished first', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp({ MILLRACE_SHUTDOWN_MS: '60000' });
  const { promise: hold, resolve: answerNow } = Promise.withResolvers<void>();
  receiver.answer('/in', { hold });
  const { send } = await wire(app, receiver);
  const [eventId = ''] = await send({ v: 1 });
  await eventually('the request to be on the wire', () => receiver.requests.length === 1);
  const restarted = app.restart();
  await eventually('the program to take in nothing more', () =>
    send({ v: 2 }).then(
      () => false,
      () => true,
    ),
  );
  answerNow();
  await restarted;
  const { attempts } = await deliveryOf(app, eventId);
  assert.equal(attempts, 1);
  assert.equal(receiver.requests.filter((one) => JSON.parse(one.body).v === '1').length, 1);
});
