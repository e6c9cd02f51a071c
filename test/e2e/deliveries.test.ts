import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CallInput } from '../../src/client/client.ts';
import { deliveryOf, reaches, startTestApp, type Wired, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { hasCurl, runShell } from '../support/run-shell.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const { client } = app;
const once = { retry: { scheduleMs: [0], jitter: 0 } };

const idsOf = async (query: CallInput<'listDeliveries'>['query']) =>
  (await client.call('listDeliveries', { query: { limit: 200, ...query } })).data.map((one) => one.id);

test('each filter of deliveries finds exactly its own', async () => {
  receiver.answer('/500', { status: 500 });
  receiver.answer('/404', { status: 404 });
  const make = (path: string): Promise<Wired> =>
    wire(app, receiver, { connection: { settings: once }, destination: { path } });
  const [good, failing, refusing] = await Promise.all([make('/good'), make('/500'), make('/404')]);
  const delivered = await good.deliver({ v: 1 });
  const exhausted = await failing.deliver({ v: 1 }, 'held');
  const failed = await refusing.deliver({ v: 1 }, 'failed');
  const params = { id: good.destination.id };
  const tested = await client.call('testDestination', { params, body: { data: [{}] } });
  const skipping = await wire(app, receiver, { destination: { template: '{{! skip("no") }}' } });
  const skipped = await skipping.deliver({ v: 1 }, 'skipped');

  const all = [skipped.id, tested.id, failed.id, exhausted.id, delivered.id];
  assert.deepEqual(await idsOf({}), all, 'newest first');
  const cases: [CallInput<'listDeliveries'>['query'], string[]][] = [
    [{ status: 'delivered' }, [tested.id, delivered.id]],
    [{ status: 'held' }, [exhausted.id]],
    [{ status: 'failed' }, [failed.id]],
    [{ status: 'skipped' }, [skipped.id]],
    [{ status: 'pending' }, []],
    [{ errorKind: 'http_5xx' }, [exhausted.id]],
    [{ errorKind: 'http_4xx' }, [failed.id]],
    [{ test: 'true' }, [tested.id]],
    [{ test: 'false', status: 'delivered' }, [delivered.id]],
    [{ actionId: good.action.id }, [delivered.id]],
    [{ destinationId: good.destination.id }, [tested.id, delivered.id]],
    [{ connectionId: failing.connection.id }, [exhausted.id]],
    [{ eventId: failed.eventId ?? '' }, [failed.id]],
    [{ eventId: failed.eventId ?? '', status: 'delivered' }, []],
    [{ createdAfter: new Date(Date.parse(tested.createdAt) + 1).toISOString() }, [skipped.id]],
    [{ createdBefore: new Date(Date.parse(delivered.createdAt) + 1).toISOString() }, [delivered.id]],
    [{ createdAfter: '2100-01-01T00:00:00+02:00' }, []],
  ];
  for (const [query, wanted] of cases) assert.deepEqual(await idsOf(query), wanted, JSON.stringify(query));
  for (const query of ['status=odd', 'limit=201', 'limit=0', 'cursor=x', 'createdAfter=today', 'unknown=1'])
    assert.equal((await app.fetch(`/api/v1/deliveries?${query}`)).status, 422, query);
});

test('deliveries are paged through to the end and back, with links, and none is seen twice', async () => {
  const { send, connection } = await wire(app, receiver);
  const ids = await send(...Array.from({ length: 11 }, (_, n) => ({ n })));
  await Promise.all(ids.map((id) => deliveryOf(app, id)));
  const query = { connectionId: connection.id, status: 'delivered', limit: 4 } as const;
  const all = await idsOf({ connectionId: connection.id });
  const page = (cursor: string | null) =>
    client.call('listDeliveries', { query: { ...query, ...(cursor === null ? {} : { cursor }) } });
  const pages = [await page(null)];
  for (let last = pages[0]; last?.page.next != null; last = pages.at(-1)) pages.push(await page(last.page.next));
  assert.deepEqual(
    pages.map(({ data }) => data.map((one) => one.id)),
    [all.slice(0, 4), all.slice(4, 8), all.slice(8)],
  );
  assert.equal(pages[0]?.page.prev, null);
  const back = await page(pages[2]?.page.prev ?? null);
  assert.deepEqual(back.data, pages[1]?.data);
  const first = await page(back.page.prev);
  assert.deepEqual([first.data, first.page.prev], [pages[0]?.data, null]);
  const response = await app.fetch(`/api/v1/deliveries?connectionId=${connection.id}&limit=4`);
  const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
  const { data } = (await (await app.fetch(link)).json()) as Awaited<ReturnType<typeof page>>; // the same route
  assert.deepEqual(data, pages[1]?.data);
});

test('a retry sends the same key and bytes; with render it takes the present template', async () => {
  receiver.answer('/retry', { status: 400 }, { status: 500 }, {});
  const { deliver, destination } = await wire(app, receiver, {
    connection: { settings: once },
    destination: { path: '/retry', template: '{"old":"{{it.data[0].v}}","random":{{Math.random()}}}' },
  });
  const failed = await deliver({ v: 1 }, 'failed');
  const params = { id: failed.id };
  await client.call('changeDestination', {
    params: { id: destination.id },
    body: { template: '{"new":"{{it.data[0].v}}"}' },
  });
  await client.call('retryDelivery', { params });
  const exhausted = await reaches(app, failed.id, 'held');
  assert.deepEqual([exhausted.reason, exhausted.attempts], ['exhausted', 2]);
  await client.call('retryDelivery', { params, body: { render: true } });
  const delivered = await reaches(app, failed.id, 'delivered');
  assert.deepEqual([delivered.attempts, delivered.attemptLog?.map((one) => one.number)], [3, [1, 2, 3]]);
  const [first, second, third] = receiver.at('/retry');
  assert.equal(second?.body, first?.body);
  assert.equal(third?.body, '{"new":"1"}');
  assert.equal(new Set(receiver.at('/retry').map((one) => one.headers['idempotency-key'])).size, 1);
  assert.deepEqual(
    delivered.attemptLog?.map((one) => one.versions.destination),
    [1, 1, 2],
  );
  await client.call('retryDelivery', { params });
  await eventually('a delivered one to be sent again', () => receiver.at('/retry').length === 4);
  assert.equal(receiver.at('/retry')[3]?.body, '{"new":"1"}');
});

test('a saved change of its destination releases what was exhausted', async () => {
  receiver.answer('/mended', { status: 500 });
  const { deliver, destination } = await wire(app, receiver, {
    connection: { settings: once },
    destination: { path: '/mended' },
  });
  const held = await deliver({ v: 1 }, 'held');
  receiver.answer('/mended', {});
  await client.call('changeDestination', { params: { id: destination.id }, body: { description: 'mended' } });
  await reaches(app, held.id, 'delivered');
});

test('a person probes a connection that was refused, or releases what it holds, and sees both in its health', async () => {
  receiver.answer('/probed', { status: 401 }, { status: 401 }, {});
  const auth = { type: 'bearer' as const, token: 'a-token' };
  const refused = await wire(app, receiver, { connection: { auth }, destination: { path: '/probed' } });
  const params = { id: refused.connection.id };
  const [first = '', second = ''] = [
    (await refused.deliver({ v: 1 }, 'held')).id,
    (await refused.deliver({ v: 2 }, 'held')).id,
  ];
  const before = await eventually('both held deliveries to be counted', async () => {
    const shown = await client.call('getConnection', { params });
    return shown.health.held === 2 && shown;
  });
  assert.equal(before.health.state, 'needs_attention');
  // Another node than the owner may report them.
  await eventually('the metrics to tell it', async () => {
    const metrics = await app.metrics();
    return [
      /millrace_connections\{state="needs_attention"\} [1-9]/,
      new RegExp(`millrace_connection_held\\{connection="${params.id}"\\} 2`),
      new RegExp(`held_since_seconds\\{connection="${params.id}",reason="auth_rejected"\\} 1`),
    ].every((line) => line.test(metrics));
  });

  // The first probe is refused and sets the next one further away, the second one opens it.
  await client.call('probeConnection', { params });
  await eventually('the probe to be refused', () => receiver.at('/probed').length === 2);
  const { health } = await eventually('the next probe to be put off', async () => {
    const shown = await client.call('getConnection', { params });
    return Date.parse(shown.health.nextProbeAt ?? '') > Date.now() + 40_000 ? shown : null;
  });
  assert.equal(health.since, before.health.since);
  await client.call('probeConnection', { params });
  await reaches(app, first, 'delivered');
  await reaches(app, second, 'delivered');
  await eventually('the connection to be well', async () => {
    const shown = await client.call('getConnection', { params });
    return shown.health.state === 'ok';
  });

  receiver.answer('/exhausting', { status: 500 });
  const down = await wire(app, receiver, { connection: { settings: once }, destination: { path: '/exhausting' } });
  const exhausted = await down.deliver({ v: 1 }, 'held');
  receiver.answer('/exhausting', {});
  const { released } = await client.call('releaseConnection', { params: { id: down.connection.id } });
  assert.equal(released, 1);
  await reaches(app, exhausted.id, 'delivered');
  receiver.answer('/probed', { status: 401 }, {});
  const [third = ''] = [(await refused.deliver({ v: 3 }, 'held')).id];
  await client.call('releaseConnection', { params });
  await reaches(app, third, 'delivered');

  await client.call('changeConnection', { params, body: { status: 'paused' } });
  await assert.rejects(client.call('probeConnection', { params }), /Resume it first/);
});

test('a cancelled delivery is never sent; a finished one can not be cancelled', async () => {
  const { deliver, connection } = await wire(app, receiver, { destination: { path: '/cancelled' } });
  await client.call('changeConnection', { params: { id: connection.id }, body: { status: 'paused' } });
  const held = await deliver({ v: 1 }, 'held');
  assert.equal(held.reason, 'connection_paused');
  const cancelled = await client.call('cancelDelivery', { params: { id: held.id } });
  assert.deepEqual([cancelled.status, cancelled.finishedAt !== null], ['cancelled', true]);
  await client.call('changeConnection', { params: { id: connection.id }, body: { status: 'enabled' } });
  const other = await deliver({ v: 2 });
  assert.equal(receiver.at('/cancelled').length, 1);
  for (const id of [held.id, other.id]) {
    const again = await client.call('cancelDelivery', { params: { id } }).catch((error: unknown) => error);
    assert.equal(Object(again).status, 409);
  }
  await client.call('retryDelivery', { params: { id: held.id } });
  await reaches(app, held.id, 'delivered');
});

test('deliveries are held while a connection or destination is disabled or paused, counted, and sent afterwards', async () => {
  const { send, connection, destination } = await wire(app, receiver, { destination: { path: '/held' } });
  const holds = [
    ['changeConnection', connection.id, 'disabled', 'connection_disabled'],
    ['changeConnection', connection.id, 'paused', 'connection_paused'],
    ['changeDestination', destination.id, 'disabled', 'destination_disabled'],
    ['changeDestination', destination.id, 'paused', 'destination_paused'],
  ] as const;
  for (const [route, id, status, reason] of holds) {
    await client.call(route, { params: { id }, body: { status } });
    const ids = await send({ status }, { status });
    for (const one of ids) {
      const held = await deliveryOf(app, one, 'held');
      assert.deepEqual([held.reason, held.attempts], [reason, 0]);
    }
    if (reason === 'connection_disabled')
      await eventually('the health to count what is held', async () => {
        const { health } = await client.call('getConnection', { params: { id: connection.id } });
        return health.held === 2;
      });
    await client.call(route, { params: { id }, body: { status: 'enabled' } });
    await Promise.all(ids.map((one) => deliveryOf(app, one)));
  }
  assert.equal(receiver.at('/held').length, 8);
});

test('a retry with render keeps the mapping of an action that no longer sends to the destination, or is deleted', async () => {
  receiver.answer('/left', { status: 400 }, { status: 400 }, {});
  const { deliver, action, destination } = await wire(app, receiver, {
    destination: { path: '/left' },
  });
  const params = { id: action.id };
  const mapping = [{ field: 'v', parameter: 'v' }];
  const destinations = [{ destinationId: destination.id, mapping }];
  await client.call('changeAction', { params, body: { destinations } });
  const { id } = await deliver({ v: 1, other: 'not for this system' }, 'failed');
  await client.call('changeAction', { params, body: { destinations: [] } });
  await client.call('retryDelivery', { params: { id }, body: { render: true } });
  await eventually('it to be sent again', () => receiver.at('/left').length === 2);
  await reaches(app, id, 'failed');
  await client.call('deleteAction', { params });
  await client.call('retryDelivery', { params: { id }, body: { render: true } });
  await reaches(app, id, 'delivered');
  assert.deepEqual(
    receiver.at('/left').map(({ body }) => body),
    ['{"v":"1"}', '{"v":"1"}', '{"v":"1"}'],
  );
});

test('what was held before it was rendered takes the present template; a retry goes to the present address', async () => {
  await using other = await startReceiver();
  receiver.answer('/moved', { status: 500 });
  const { deliver, connection, destination } = await wire(app, receiver, {
    connection: { settings: { retry: { scheduleMs: [0, 60_000, 0], jitter: 0 } } },
    destination: { path: '/moved', contentType: 'text/plain', template: 'first {{it.data[0].v}}' },
  });
  const change = (body: Record<string, unknown>) =>
    client.call('changeConnection', { params: { id: connection.id }, body });
  const retrying = await deliver({ v: 1 }, 'retrying');
  await change({ status: 'paused' });
  const held = await deliver({ v: 2 }, 'held');
  await client.call('changeDestination', {
    params: { id: destination.id },
    body: { template: 'second {{it.data[0].v}}' },
  });
  await change({ status: 'enabled', baseUrl: other.url });
  await client.call('retryDelivery', { params: { id: retrying.id }, body: { render: false } });
  await Promise.all([retrying, held].map(({ id }) => reaches(app, id, 'delivered')));
  assert.deepEqual(other.requests.map((one) => one.body).sort(), ['first 1', 'second 2']);
});

test('a delivery cancelled on the wire that arrives is delivered, and counted once', async () => {
  await using alone = await startTestApp();
  const { promise: hold, resolve: answerNow } = Promise.withResolvers<void>();
  receiver.answer('/arrives', { hold });
  const { send } = await wire(alone, receiver, { destination: { path: '/arrives' } });
  const [eventId = ''] = await send({ v: 1 });
  await eventually('it to be on the wire', () => receiver.at('/arrives').length === 1);
  const { id } = await deliveryOf(alone, eventId, 'sending');
  await alone.client.call('cancelDelivery', { params: { id } });
  answerNow();
  assert.equal((await reaches(alone, id, 'delivered')).reason, null);
  // Another node stores its counts every 5 s.
  const totals = await eventually('it to be counted', async () => {
    const found = (await alone.client.call('getStats')).totals;
    return found.delivered > 0 && found;
  });
  const { created, reopened, delivered, cancelled } = totals;
  assert.deepEqual([created, reopened, delivered, cancelled], [1, 1, 1, 1]);
  const plan = await alone.client.call('createReplay', { body: { of: 'deliveries', filter: {}, plan: true } });
  assert.equal('deliveries' in plan && plan.deliveries, 0, 'nothing is left to send again');
});

test('a delivery cancelled on the wire is not sent again, and its answer is kept', async () => {
  const { promise: hold, resolve: answerNow } = Promise.withResolvers<void>();
  receiver.answer('/on-the-wire', { status: 500, hold });
  const { send } = await wire(app, receiver, { destination: { path: '/on-the-wire' } });
  const [eventId = ''] = await send({ v: 1 });
  await eventually('it to be on the wire', () => receiver.at('/on-the-wire').length === 1);
  const { id } = await deliveryOf(app, eventId, 'sending');
  const retried = await client.call('retryDelivery', { params: { id } }).catch((error: unknown) => error);
  assert.equal(Object(retried).status, 409);
  assert.equal((await client.call('cancelDelivery', { params: { id } })).status, 'cancelled');
  answerNow();
  await eventually('its answer to be kept', async () => {
    const { status, attemptLog } = await client.call('getDelivery', { params: { id } });
    assert.equal(status, 'cancelled');
    return attemptLog?.[0]?.response?.status === 500;
  });
  assert.equal(receiver.at('/on-the-wire').length, 1);
});

test('what is in use can not be deleted; deliveries to a deleted destination end as cancelled and say so', async () => {
  const { deliver, connection, destination, action } = await wire(app, receiver);
  const params = { id: destination.id };
  await client.call('changeDestination', { params, body: { status: 'paused' } });
  const held = await deliver({ v: 1 }, 'held');
  const used = await client.call('deleteDestination', { params }).catch((error: unknown) => error);
  assert.deepEqual([Object(used).code, Object(used).message.includes(action.name)], ['in_use', true]);
  const whole = await client
    .call('deleteConnection', { params: { id: connection.id } })
    .catch((error: unknown) => error);
  assert.equal(Object(whole).code, 'in_use');
  await client.call('deleteAction', { params: { id: action.id } });
  await client.call('deleteDestination', { params });
  const ended = await reaches(app, held.id, 'cancelled');
  assert.match(ended.detail ?? '', /deleted/);
  await client.call('deleteConnection', { params: { id: connection.id } });
});

test('a connection sends no more at once than it is allowed to', async () => {
  let now = 0;
  let most = 0;
  receiver.answer('/narrow', () => {
    most = Math.max(most, ++now);
    return { hold: new Promise((resolve) => setImmediate(() => resolve(--now))) };
  });
  const { send } = await wire(app, receiver, {
    connection: { settings: { rate: { concurrency: 2 } } },
    destination: { path: '/narrow' },
  });
  await send(...Array.from({ length: 50 }, (_, n) => ({ n })));
  await eventually('all to arrive', () => receiver.at('/narrow').length === 50);
  assert.ok(most <= 2, `${most} at once`);
});

test('the cURL text of a delivery, run in a shell, makes the same request', async () => {
  const { deliver } = await wire(app, receiver, {
    connection: { auth: { type: 'bearer', token: 'curl-token-canary' } },
    destination: {
      path: '/curl?x={{it.data[0].v}}&y=[a]{b}',
      template: '{"v":"{{it.data[0].v}}"}',
      settings: {
        headers: [
          { name: 'X-Plain', value: `a 'b' "c" $(exit 1) \`d\` \\` },
          { name: '9-Secret', value: 'header-canary', secret: true },
        ],
      },
    },
  });
  const delivery = await deliver({ v: `it's "é" $HOME \`x\` !\\ @file\n😀` });
  const text = await client.call('getDeliveryCurl', { params: { id: delivery.id } });
  assert.ok(!/canary/.test(text));
  const env = { MILLRACE_CURL_AUTHORIZATION: 'curl-token-canary', MILLRACE_CURL_9_SECRET: 'header-canary' };
  for (const curl of hasCurl ? (['stand-in', 'of the machine'] as const) : (['stand-in'] as const)) {
    const before = receiver.at('/curl').length;
    await runShell(text, { env, curl });
    const [sent] = receiver.at('/curl');
    const curled = receiver.at('/curl')[before];
    assert.deepEqual([curled?.method, curled?.target, curled?.body], [sent?.method, sent?.target, sent?.body], curl);
    for (const name of ['authorization', 'content-type', 'x-plain', '9-secret', 'idempotency-key'])
      assert.equal(curled?.headers[name], sent?.headers[name], `${curl}: ${name}`);
  }
});

test('with order on, a visitor whose delivery fails waits, says for which one, and others flow', async () => {
  let isBad = true;
  receiver.answer('/ordered', ({ body }) => ({ status: isBad && body.includes('"anna"') ? 503 : 200 }));
  const { send, destination } = await wire(app, receiver, {
    destination: { path: '/ordered', settings: { order: {}, retry: { scheduleMs: [0, 60_000] } } },
  });
  const visitors = ['anna', 'ben', 'anna', 'cleo', 'ben'];
  const ids = await send(...visitors.map((visitor, n) => ({ 'wt.dcsvid': visitor, n })));
  await Promise.all([1, 3, 4].map((n) => deliveryOf(app, ids[n] ?? '')));
  const first = await deliveryOf(app, ids[0] ?? '', 'retrying');
  const query = { destinationId: destination.id, reason: 'order' } as const;
  const { data: waiting } = await client.call('listDeliveries', { query });
  assert.deepEqual(
    waiting.map(({ eventId, status, detail, nextAttemptAt }) => [eventId, status, detail, nextAttemptAt]),
    [[ids[2], 'pending', `Waits for ${first.id}, an earlier delivery with the same visitorId.`, null]],
  );
  isBad = false;
  await client.call('retryDelivery', { params: { id: first.id }, body: {} });
  await deliveryOf(app, ids[2] ?? '');
  const arrived = receiver.at('/ordered').map(({ body }) => Number(JSON.parse(body).n));
  assert.deepEqual(
    arrived.filter((n) => visitors[n] === 'anna'),
    [0, 0, 2],
  );
  assert.deepEqual(
    arrived.filter((n) => visitors[n] === 'ben'),
    [1, 4],
  );
});
