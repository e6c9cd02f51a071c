import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { sendEvents, startTestApp, wire } from '../support/app.ts';
import { openStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const { client } = app;

test('an event explains for each action why it was sent or not, and what became of it', async () => {
  const behavior = await client.call('createBehavior', {
    body: { name: 'British', condition: { parameter: 'ext.geo.country', operator: 'equals', value: 'GB' } },
  });
  const rules = { all: [{ behavior: behavior.id }, { parameter: 'price', operator: 'greaterThan', value: '10' }] };
  const { send, action, deliver } = await wire(app, receiver, {
    action: {
      rules: { all: [{ behavior: behavior.id }, { parameter: 'price', operator: 'greaterThan', value: '10' }] },
    },
  });
  const matched = await deliver({ 'ext.geo.country': 'GB', price: 11 });
  const [french = ''] = await send({ 'ext.geo.country': 'FR', price: 11 });
  const [cheap = ''] = await send({ 'ext.geo.country': 'GB', price: 9 });
  await deliver({ 'ext.geo.country': 'GB', price: 12 });
  assert.deepEqual(action.rules, rules);

  const explain = async (id: string) => {
    const { actions, event } = await client.call('explainEvent', { params: { id } });
    assert.equal(event.id, id);
    const own = actions.find((one) => one.actionId === action.id);
    return own ?? assert.fail('the action is missing');
  };
  const why = await explain(matched.eventId ?? '');
  assert.deepEqual(
    [why.matched, why.deliveries.map((one) => [one.id, one.status])],
    [true, [[matched.id, 'delivered']]],
  );
  const wrongCountry = await explain(french);
  assert.deepEqual([wrongCountry.matched, wrongCountry.deliveries], [false, []]);
  assert.equal(wrongCountry.decidedBy, '/all/0/behavior');
  assert.match(JSON.stringify(wrongCountry.explanation), /"actual":"FR"/);
  assert.equal((await explain(cheap)).decidedBy, '/all/1');
});

test('each state of a delivery is explained at its event: no match, disabled, skipped, budget, breaker, auth, retry, success', async () => {
  const free = await startReceiver();
  await free[Symbol.asyncDispose]();
  receiver.answer('/refuses', { status: 401 });
  receiver.answer('/fails', { status: 500 });
  const all = { rules: { parameter: 'state', operator: 'equals', value: 'all' } } as const;
  const at = (path: string, settings: object = {}) => ({
    action: all,
    destination: { path },
    connection: { settings },
  });
  const bearer = { type: 'bearer', token: 'a-token-for-explaining' } as const;
  const wired = {
    'no rule matched': await wire(app, receiver, { action: { rules: { not: all.rules } } }),
    'action disabled': await wire(app, receiver, { action: { ...all, status: 'disabled' } }),
    'destination disabled': await wire(app, receiver, at('/disabled')),
    'template skipped': await wire(app, receiver, {
      action: all,
      destination: { template: "{{! return skip('not wanted'); }}" },
    }),
    'budget wait': await wire(app, receiver, at('/paced', { rate: { limit: 1, perMs: 3_600_000 } })),
    breaker: await wire(app, free, at('/gone', { retry: { scheduleMs: Array(9).fill(0) } })),
    auth: await wire(app, receiver, { action: all, destination: { path: '/refuses' }, connection: { auth: bearer } }),
    retry: await wire(app, receiver, at('/fails', { retry: { scheduleMs: [0, 3_600_000] } })),
    success: await wire(app, receiver, at('/fine')),
  };
  const params = { id: wired['destination disabled'].destination.id };
  await client.call('changeDestination', { params, body: { status: 'disabled' } });
  const { collector } = wired.success;
  await sendEvents(app, collector.key, { state: 'all', v: 1 });
  await eventually('the budget to be spent', () => receiver.at('/paced').length === 1);

  const [id = ''] = await sendEvents(app, collector.key, { state: 'all', v: 2 });
  const seen = await eventually(
    'every delivery to stand',
    async () => {
      const { actions } = await client.call('explainEvent', { params: { id } });
      const states = Object.entries(wired).map(([what, { action }]) => {
        const one = actions.find(({ actionId }) => actionId === action.id) ?? assert.fail(what);
        return [
          what,
          one.matched,
          one.decidedBy,
          one.deliveries.map(({ status, reason }) => [status, reason]),
        ] as const;
      });
      return isDeepStrictEqual(Object.fromEntries(states.map(([what, ...state]) => [what, state])), expected)
        ? states
        : null;
    },
    { state: () => client.call('explainEvent', { params: { id } }) },
  );
  assert.equal(seen.length, 9);
  const { actions } = await client.call('explainEvent', { params: { id } });
  const told = (what: keyof typeof wired) =>
    actions.find(({ actionId }) => actionId === wired[what].action.id)?.deliveries[0];
  assert.match(told('budget wait')?.detail ?? '', /Waits for the rate limit of its connection, about \d+ s/);
  assert.equal(told('template skipped')?.detail, 'not wanted');
  assert.match(told('breaker')?.detail ?? '', /last \d+ requests got no response/);
  assert.match(told('auth')?.detail ?? '', /HTTP 401/);
  assert.ok(Date.parse(told('retry')?.nextAttemptAt ?? '') > Date.now());
  for (const { action, connection } of Object.values(wired)) {
    await client.call('changeAction', { params: { id: action.id }, body: { status: 'disabled' } });
    await client.call('changeConnection', { params: { id: connection.id }, body: { status: 'disabled' } });
  }
});

const expected = {
  'no rule matched': [false, '/not', []],
  'action disabled': [true, '', []],
  'destination disabled': [true, '', [['held', 'destination_disabled']]],
  'template skipped': [true, '', [['skipped', 'template_skipped']]],
  'budget wait': [true, '', [['pending', 'budget']]],
  breaker: [true, '', [['held', 'breaker_open']]],
  auth: [true, '', [['held', 'auth_rejected']]],
  retry: [true, '', [['retrying', null]]],
  success: [true, '', [['delivered', null]]],
};

test('a stream may seek what the list seeks, and the list finds events by what became of them', async () => {
  const { collector, action, destination } = await wire(app, receiver, {
    action: { rules: { parameter: 'wt.ev', operator: 'equals', value: 'Sought' } },
  });
  const events = [
    { 'wt.ev': 'Sought', 'wt.dcsvid': 'a', colour: 'red' },
    { 'wt.ev': 'Other', 'wt.dcsvid': 'a' },
    { 'wt.ev': 'Sought', 'wt.dcsvid': 'b', colour: 'blue' },
  ];
  const seeks: [query: string, found: number[]][] = [
    [`collectorId=${collector.id}`, [0, 1, 2]],
    [`collectorId=${collector.id}&name=Other`, [1]],
    [`collectorId=${collector.id}&visitorId=a`, [0, 1]],
    [`collectorId=${collector.id}&parameter=colour`, [0, 2]],
    [`collectorId=${collector.id}&parameter=colour&value=blue`, [2]],
    [`actionId=${action.id}`, [0, 2]],
  ];
  const streams = await Promise.all(
    seeks.map(([query]) => openStream((init) => app.fetch(`/api/v1/events/stream?${query}`, init))),
  );
  const ids = await sendEvents(app, collector.key, ...events);
  for (const [index, [query, found]] of seeks.entries()) {
    using stream = streams[index];
    for (const one of found) {
      const message = await stream?.messages.next();
      assert.equal(JSON.parse(message?.value?.data ?? '{}').event?.id, ids[one], query);
    }
  }
  assert.equal((await app.fetch('/api/v1/events/stream?value=x')).status, 422);

  const found = async (query: object) =>
    (await client.call('listEvents', { query: { collectorId: collector.id, ...query } })).data.map((one) => one.id);
  await eventually('both to be delivered', async () => (await found({ outcome: 'delivered' })).length === 2);
  assert.deepEqual(await found({ outcome: 'delivered' }), [ids[2], ids[0]]);
  assert.deepEqual(await found({ outcome: 'none' }), [ids[1]]);
  assert.deepEqual(await found({ outcome: 'failed' }), []);
  assert.deepEqual(await found({ outcome: 'delivered', visitorId: 'a' }), [ids[0]]);
  const first = await client.call('listEvents', {
    query: { collectorId: collector.id, outcome: 'delivered', limit: 1 },
  });
  assert.deepEqual(await found({ outcome: 'delivered', cursor: first.page.next ?? '' }), [ids[0]]);
  await client.call('deleteAction', { params: { id: action.id } });
  await client.call('deleteDestination', { params: { id: destination.id } });
});

test('events are listed with their filters and followed as they come', async () => {
  const { collector, action, destination } = await wire(app, receiver, { action: { rules: { all: [] } } });
  using stream = await openStream((init) => app.fetch('/api/v1/events/stream', init));
  assert.equal(stream.response.headers.get('content-type'), 'text/event-stream');
  const [id = ''] = await sendEvents(app, collector.key, { 'wt.ev': 'Seen', 'wt.dcsvid': 'v9', n: 1 });
  const { value } = await stream.messages.next();
  const told = JSON.parse(value?.data ?? '{}');
  assert.deepEqual([value?.event, told.event.id, told.event.data.n], ['event', id, '1']);
  assert.equal(value?.id, undefined, 'an id would promise that the stream can be resumed');
  assert.ok(told.matched.some((one: { id: string }) => one.id === action.id));
  await client.call('changeAction', { params: { id: action.id }, body: { status: 'disabled' } });

  const [second = ''] = await sendEvents(app, collector.key, { 'wt.ev': 'Other', 'wt.dcsvid': 'v9' });
  const idsOf = async (query: object) =>
    (await client.call('listEvents', { query: { collectorId: collector.id, ...query } })).data.map((one) => one.id);
  assert.deepEqual(await idsOf({}), [second, id]);
  assert.deepEqual(await idsOf({ name: 'Seen' }), [id]);
  assert.deepEqual(await idsOf({ visitorId: 'v9' }), [second, id]);
  assert.deepEqual(await idsOf({ visitorId: 'v8' }), []);
  const first = await client.call('listEvents', { query: { collectorId: collector.id, limit: 1 } });
  assert.deepEqual(await idsOf({ cursor: first.page.next ?? '' }), [id]);
  const whole = await client.call('getEvent', { params: { id } });
  assert.deepEqual(
    [whole.name, whole.visitorId, whole.data['n'], whole.source],
    ['Seen', 'v9', '1', { collectorId: collector.id, format: 'infinity' }],
  );
  await client.call('deleteAction', { params: { id: action.id } });
  await client.call('deleteDestination', { params: { id: destination.id } });
});

test('parameters are learnt from what comes in, and can be described', async () => {
  const { send } = await wire(app, receiver);
  await send(...Array.from({ length: 5 }, (_, n) => ({ 'shop.basket_total': `${n}.50`, 'shop.name': `Sofa ${n}` })));
  const found = await eventually('the parameters to be known', async () => {
    const { data } = await client.call('listParameters', { query: { name: 'shop.' } });
    return data.length === 2 ? data : null;
  });
  assert.deepEqual(
    found.map(({ name, type }) => [name, type]),
    [
      ['shop.basket_total', 'number'],
      ['shop.name', 'text'],
    ],
  );
  assert.ok((found[1]?.examples ?? []).length > 0);
  // In the order of share: what is on most events first, what was never seen last, page by page and back.
  const query = { sort: 'share', limit: 3 } as const;
  const pages = [await client.call('listParameters', { query })];
  for (let next = pages[0]?.page.next; next != null; next = pages.at(-1)?.page.next)
    pages.push(await client.call('listParameters', { query: { ...query, cursor: next } }));
  const all = pages.flatMap(({ data }) => data);
  const order = ({ lastSeenAt, share }: (typeof all)[number]) => (lastSeenAt === null ? 2 : 1 - share);
  assert.deepEqual(
    all.map(({ name }) => name),
    all.toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1)).map(({ name }) => name),
  );
  assert.ok(pages.length > 2 && all.at(-1)?.lastSeenAt === null, 'the catalogue knows more than what was seen');
  const back = await client.call('listParameters', { query: { ...query, cursor: pages[1]?.page.prev ?? '' } });
  assert.deepEqual(back.data, pages[0]?.data);
  const params = { name: 'shop.name' };
  const described = await client.call('changeParameter', { params, body: { description: 'What was seen' } });
  assert.equal(described.description, 'What was seen');
});

test('a changed behavior decides from then on, and one in use can not be deleted', async () => {
  const behavior = await client.call('createBehavior', {
    body: { name: 'Bought', condition: { parameter: 'step', operator: 'equals', value: 'p' } },
  });
  const { deliver, action } = await wire(app, receiver, {
    action: { rules: { all: [{ behavior: behavior.id }] } },
    destination: { path: '/bought' },
  });
  const params = { id: behavior.id };
  await deliver({ step: 'p' });
  await client.call('changeBehavior', {
    params,
    body: { condition: { parameter: 'step', operator: 'equals', value: 'q' } },
  });
  await deliver({ step: 'q' });
  const { matched, explanation } = await client.call('checkCondition', {
    body: { condition: { not: { behavior: behavior.id } }, event: { data: { step: 'p' } } },
  });
  assert.deepEqual([matched, explanation.kind], [true, 'not']);
  assert.equal(receiver.at('/bought').length, 2);
  const inUse = await client.call('deleteBehavior', { params }).catch((error: unknown) => error);
  assert.deepEqual([Object(inUse).status, Object(inUse).code], [409, 'in_use']);
  await client.call('deleteAction', { params: { id: action.id } });
  await client.call('deleteBehavior', { params });
});

test('an action takes up only destinations that are enabled, and says which are not', async () => {
  const { action, destination, connection } = await wire(app, receiver);
  const off = await client.call('createDestination', {
    params: { id: connection.id },
    body: { name: 'off', path: '/off' },
  });
  const destinations = [{ destinationId: destination.id }, { destinationId: off.id }];
  const params = { id: action.id };
  const refused = await client
    .call('changeAction', { params, body: { destinations } })
    .catch((error: unknown) => error);
  assert.deepEqual([Object(refused).status, Object(refused).code], [422, 'destination_not_enabled']);
  assert.match(Object(refused).message, /off is disabled/);
  await client.call('changeDestination', { params: { id: off.id }, body: { status: 'enabled' } });
  await client.call('changeAction', { params, body: { destinations } });
  await client.call('changeDestination', { params: { id: off.id }, body: { status: 'disabled' } });
  const { warnings } = await client.call('changeAction', { params, body: { description: 'again' } });
  assert.match(warnings?.join() ?? '', /off is disabled/);
});

test('a collector: its key can be changed, it can be disabled, and origins are let in by its list', async () => {
  const { collector, deliver } = await wire(app, receiver);
  const params = { id: collector.id };
  const post = (key: string, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(`${app.url}/v3/${key}`, {
      method,
      headers,
      ...(method === 'POST' ? { body: '{"events":[{"a":"1"}]}' } : {}),
    });
  await deliver({ v: 1 });
  const { key } = await client.call('rotateCollectorKey', { params, body: { previousUntil: null } });
  assert.notEqual(key, collector.key);
  assert.deepEqual([(await post(collector.key)).status, (await post(key)).status], [404, 200]);
  await client.call('changeCollector', { params, body: { status: 'disabled' } });
  assert.equal((await post(key)).status, 404);
  assert.equal((await fetch(`${app.url}/${key}/dcs.gif?a=1`)).status, 404);

  const allowedOrigins = ['https://shop.example'];
  await client.call('changeCollector', { params, body: { status: 'enabled', allowedOrigins } });
  for (const [origin, allowed] of [
    ['https://shop.example', 'https://shop.example'],
    ['https://evil.example', null],
  ] as const) {
    const answer = await post(key, { origin });
    assert.deepEqual(
      [answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')],
      [allowed, 'Origin'],
    );
    assert.equal(answer.headers.get('access-control-allow-credentials'), allowed === null ? null : 'true');
    const preflight = await post(key, { origin, 'access-control-request-headers': 'content-type' }, 'OPTIONS');
    assert.deepEqual(
      [preflight.status, preflight.headers.get('access-control-allow-headers')],
      [204, allowed === null ? null : 'content-type'],
    );
  }
});

test('an event explains where each mapped field comes from and what it found', async () => {
  const { send, action, destination } = await wire(app, receiver);
  const mapping = [
    { field: 'country', parameter: 'ext.geo.country' },
    { field: 'total', parameter: 'order.total' },
    { field: 'gone', parameter: 'nowhere' },
    { field: 'channel', value: 'web' },
    { field: 'double', expression: 'Number(it.n) * 2' },
  ];
  const destinations = [{ destinationId: destination.id, mapping }];
  await client.call('changeAction', { params: { id: action.id }, body: { destinations } });
  const [id = ''] = await send({ 'ext.geo.country': 'GB', order: { total: '7' }, n: 2 });
  const { actions } = await client.call('explainEvent', { params: { id } });
  const [explained] = actions.find((one) => one.actionId === action.id)?.destinations ?? [];
  assert.deepEqual(
    explained?.mapping.map(({ field, from, source, found, value }) => [field, from, source, found, value]),
    [
      ['country', 'parameter', 'ext.geo.country', true, 'GB'],
      ['total', 'parameter', 'order.total', true, '7'],
      ['gone', 'parameter', 'nowhere', false, null],
      ['channel', 'value', null, true, 'web'],
      ['double', 'expression', 'Number(it.n) * 2', null, null],
    ],
  );
});
