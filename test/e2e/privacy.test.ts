import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deliveryOf, startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

let app: TestApp;
let receiver: Receiver;
before(async () => {
  [app, receiver] = await Promise.all([startTestApp(), startReceiver()]);
});
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** Everything that is stored, byte by byte. */
async function stored(): Promise<string> {
  const names = await readdir(app.dir, { recursive: true });
  const texts = await Promise.all(names.map((name) => readFile(join(app.dir, name), 'latin1').catch(() => '')));
  return texts.join('\n');
}

test('what a collector and the installation mask is masked before it is matched, sent or stored', async () => {
  const wired = await wire(app, receiver);
  await app.client.call('changeCollector', {
    params: { id: wired.collector.id },
    body: { privacy: { drop: ['*secretNote'], mask: [{ field: 'wt.dcsvid', by: 'hash' }], maskIp: true } },
  });
  await app.client.call('changeSettings', {
    body: { privacy: { mask: [{ field: 'properties.*', by: 'last', characters: 3 }] } },
  });
  const sent = {
    'wt.dcsvid': 'canary-visitor',
    'properties.phone': '+44 canary 777',
    nested: { secretNote: 'canary-note' },
    address: '203.0.113.77',
  };
  const first = await wired.deliver(sent);
  const { request } = first.attemptLog?.[0] ?? assert.fail();
  const body = JSON.parse(request?.body ?? '');
  assert.deepEqual(
    [body['properties.phone'], body.nested, body.address, body['wt.dcsvid'].length],
    ['…777', {}, '203.0.113.0', 22],
  );
  const event = await app.client.call('getEvent', { params: { id: first.eventId ?? '' } });
  assert.equal(event.visitorId, body['wt.dcsvid']);
  const again = await wired.deliver(sent);
  const known = await app.client.call('getEvent', { params: { id: again.eventId ?? '' } });
  assert.equal(known.visitorId, event.visitorId, 'the same visitor is known again');
  // The text of an event that is flat and of texts alone is kept as it was sent, if nothing is masked.
  const flat = await wired.deliver({ 'wt.dcsvid': 'canary-visitor', 'properties.phone': '+44 canary 777' });
  const kept = await app.client.call('getEvent', { params: { id: flat.eventId ?? '' } });
  assert.deepEqual([kept.data['wt.dcsvid'], kept.data['properties.phone']], [event.visitorId, '…777']);
  const audit = JSON.stringify((await app.client.call('listAudit', { query: {} })).data);
  assert.ok(!/canary/.test(`${await stored()}${audit}${JSON.stringify(event)}`));
  await app.client.call('changeSettings', { body: { privacy: { mask: [] } } });
});

test('stored masks leave the request as it is, and mask what is kept of it, also through retries', async () => {
  receiver.answer('/masked', { status: 500, body: '{"echo":"canary@shop.example"}' }, { status: 200 });
  const wired = await wire(app, receiver, {
    destination: {
      path: '/masked?mail={{it.data[0].mail}}&to={{it.data[0].name}}',
      template: '{{! return JSON.stringify({user: {mail: it.data[0].mail.toUpperCase(), random: Math.random()}}); }}',
      settings: {
        bodies: { mask: ['mail', '*.mail', 'x-mail'] },
        headers: [{ name: 'X-Mail', value: '{{it.data[0].mail}}' }],
        retry: { scheduleMs: [0, 1] },
      },
    },
  });
  const done = await wired.deliver({ mail: 'canary@shop.example', name: 'Bo' });
  const received = receiver.requests.filter(({ path }) => path.startsWith('/masked'));
  assert.equal(received.length, 2);
  assert.match(received[0]?.body ?? '', /CANARY@SHOP.EXAMPLE/);
  assert.equal(received[1]?.body, received[0]?.body, 'rendered anew it is the same');
  assert.equal(done.attemptLog?.length, 2);
  const [attempt] = done.attemptLog ?? [];
  assert.match(attempt?.request?.url ?? '', /\?mail=\[masked\]&to=Bo$/);
  assert.equal(JSON.parse(attempt?.request?.body ?? '').user.mail, '[masked]');
  assert.equal(attempt?.response?.body, '{"echo":"[masked]"}');
  const text = JSON.stringify(done);
  assert.ok(!/canary/i.test(text), text);
});

test('with bodies kept for no time none is ever stored; status, headers, sizes and timings stay', async () => {
  receiver.answer('/none', { status: 200, body: 'canary-answer' });
  const wired = await wire(app, receiver, {
    destination: { path: '/none', template: 'canary-request', settings: { bodies: { keepMs: 0 } } },
  });
  const done = await wired.deliver({ a: 'b' });
  assert.partialDeepStrictEqual(done.attemptLog?.[0], {
    request: { body: null, bodyBytes: 14 },
    response: { status: 200, body: null, bodyBytes: 13 },
  });
  assert.ok(!(await stored()).includes('canary-answer'));
  const params = { id: wired.destination.id };
  const once = { params, body: { data: [{}] }, idempotencyKey: 'once' };
  const tested = await app.client.call('testDestination', once);
  assert.equal(tested.attemptLog?.[0]?.response?.body, 'canary-answer', 'whoever tests sees it');
  assert.equal((await app.client.call('getDelivery', { params: tested })).attemptLog?.[0]?.response?.body, null);
  const repeated = await app.client.call('testDestination', once);
  assert.deepEqual([repeated.id, repeated.attemptLog?.[0]?.response?.body], [tested.id, null]);
  assert.doesNotMatch(await stored(), /canary-answer/, 'nor is it kept for an Idempotency-Key');
});

test('without masks nothing of an exchange is touched', async () => {
  const wired = await wire(app, receiver);
  const [id = ''] = await wired.send({ mail: 'a@b.example' });
  const { attemptLog } = await deliveryOf(app, id);
  assert.match(attemptLog?.[0]?.request?.body ?? '', /a@b\.example/);
  assert.ok(!('bodyBytes' in (attemptLog?.[0]?.request ?? {})));
  const once = { params: { id: wired.destination.id }, body: { data: [{ n: 1 }] }, idempotencyKey: 'twice' };
  const tested = await app.client.call('testDestination', once);
  assert.deepEqual(await app.client.call('testDestination', once), tested, 'the first response is repeated');
});

test('a body that was not kept is not sent without its data when the event is gone', async () => {
  const wired = await wire(app, receiver, { destination: { settings: { bodies: { keepMs: 0 } } } });
  const { id } = await wired.deliver({ 'wt.dcsvid': 'short-stay' });
  const sent = receiver.requests.length;
  const planned = await app.client.call('eraseVisitor', { body: { visitorId: 'short-stay', dryRun: true } });
  assert.deepEqual([planned.id, planned.counts], [null, { events: 1, deliveries: 1, unfinished: 0 }]);
  await app.client.call('eraseVisitor', { body: { visitorId: 'short-stay' } });
  await eventually('the delivery to be gone', async () => {
    const { data } = await app.client.call('listDeliveries', { query: { destinationId: wired.destination.id } });
    return data.length === 0;
  });
  await assert.rejects(app.client.call('retryDelivery', { params: { id }, body: { render: false } }), { status: 404 });
  assert.equal(receiver.requests.length, sent);
});

test('what is asked to be erased must be told apart, and nothing else of the body is taken', async () => {
  const bad: Record<string, unknown>[] = [
    {},
    { visitorId: '' },
    { visitorId: 'a', parameter: 'b', value: 'c' },
    { parameter: 'b' },
    { value: 'c' },
    { visitorId: ['a'] },
    { visitorId: 'a', everything: true },
    { visitorId: 'x'.repeat(8_193) },
  ];
  for (const body of bad) {
    const answer = await app.fetch('/api/v1/privacy/erase', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80));
  }
  const odd = await app.client.call('eraseVisitor', { body: { visitorId: "%' OR 1=1 --", dryRun: true } });
  assert.deepEqual(odd.counts, { events: 0, deliveries: 0, unfinished: 0 });
});

test('what a mask stored as a hash is erased by the code that a dry run shows', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const { client } = app;
  const wired = await wire(app, receiver);
  const erase = (visitorId: string, dryRun: boolean) => client.call('eraseVisitor', { body: { visitorId, dryRun } });
  await wired.deliver({ 'wt.dcsvid': 'zoe' });
  await client.call('changeSettings', { body: { privacy: { mask: [{ field: 'wt.dcsvid', by: 'hash' }] } } });
  await wired.deliver({ 'wt.dcsvid': 'zoe' });
  const { code, counts } = await erase('zoe', true);
  assert.equal(counts.events, 1, 'the event from before the mask');
  for (const text of ['zoe', code]) {
    const { id } = await erase(text, false);
    const params = { id: id ?? assert.fail() };
    await eventually('the erasure', async () => (await client.call('getErasure', { params })).state === 'done');
  }
  assert.deepEqual((await client.call('listEvents', { query: {} })).data, []);
});

test('without View Payloads nobody reads what a template says about an event, and alerts never do', async () => {
  const alert = await app.client.call('createAlert', {
    body: { name: 'Told', type: 'webhook', settings: { url: `${receiver.url}/told` } },
  });
  const { id: traceId } = await app.client.call('startTrace', { body: {} });
  const { token } = await app.client.call('createToken', {
    body: { name: 'Operator', rights: ['connections:manage', 'deliveries:manage', 'events:view', 'settings:view'] },
  });
  const get = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${app.url}/api/v1${path}`, { ...init, headers });
    assert.equal(response.status, 200, path);
    return response.text();
  };
  const seen: string[] = [];
  for (const [template, status, shown] of [
    ['\n{{! throw new Error("no account for " + it.data[0].mail) }}', 'failed', /^Line 2, column \d+: \[hidden\]$/],
    ['{{! JSON.parse(it.data[0].mail) }}', 'failed', /^Line 1, column \d+: \[hidden\]$/],
    ['{{! return it.data[0][it.data[0].mail].no }}', 'failed', /: `\[hidden\]` is read from a value that is missing$/],
    ['{{! skip(it.data[0].mail) }}', 'skipped', /^\[hidden\]$/],
    ['{{! return "" }}', 'skipped', /^template returned nothing$/],
  ] as const) {
    const wired = await wire(app, receiver, { destination: { path: '/quotes', template } });
    const delivery = await wired.deliver({ mail: 'canary.mara', 'ext.trace': traceId }, status);
    const { detail } = JSON.parse(await get(`/deliveries/${delivery.id}`));
    assert.match(detail, shown);
    seen.push(
      await get(`/deliveries?eventId=${delivery.eventId}`),
      await get(`/events/${delivery.eventId}/explain`),
      await get(`/destinations/${wired.destination.id}/test`, {
        method: 'POST',
        body: JSON.stringify({ data: [{ mail: 'canary.mara' }] }),
      }),
    );
  }
  await eventually('the alert to have a message about three issues', async () => {
    const [message] = (await app.client.call('listAlertMessages', { params: { id: alert.id } })).data;
    return message?.notices.length === 3;
  });
  const issues = JSON.parse(await get('/issues?kind=template')).data as { id: string; detail: string }[]; // the contract's
  assert.ok(issues.some(({ detail }) => /^Line 2, column \d+: \[hidden\]$/.test(detail)));
  seen.push(
    JSON.stringify(issues),
    await get(`/issues/${issues[0]?.id}`),
    await get(`/issues/${issues[0]?.id}/acknowledge`, { method: 'POST', body: '{}' }),
    await get(`/traces/${traceId}`),
    await get(`/alerts/${alert.id}/messages`),
  );
  for (const text of seen) {
    assert.doesNotMatch(text, /canary/);
    assert.match(text, /\[hidden\]|returned nothing/);
  }
  const all = await app.client.call('listIssues', { query: { kind: 'template' } });
  assert.match(JSON.stringify(all), /no account for canary\.mara/);
});
