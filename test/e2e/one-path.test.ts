import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Preview } from '../../src/contract/documents/destination.ts';
import { startTestApp, wire } from '../support/app.ts';
import { type Received, startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const { client } = app;
const transport = new Set(['host', 'connection', 'user-agent', 'accept-encoding', 'content-length', 'accept']);
const withoutIds = (text: string) => text.replaceAll(/dlv_[0-9a-z]+/g, 'dlv');

/** A request as its sender chose it, delivery ids aside. */
function chosen({ method, target, rawHeaders, body }: Received): string {
  const headers: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  const own = headers.filter(([name]) => !transport.has(name.toLowerCase()));
  return withoutIds(JSON.stringify({ method, url: `${receiver.url}${target}`, headers: own, body }));
}

const previewed = ({ request }: Preview) => withoutIds(JSON.stringify({ ...request, body: request?.body ?? '' }));

const settings = {
  headers: [
    { name: 'X-Who', value: '{{it.events[0].visitorId}} {{it.meta.destination.name}} {{it.meta.action.name}}' },
    { name: 'X-Fixed', value: 'fixed' },
  ],
};
const destinations = {
  'a template with tags': {
    path: '/a/{{it.data[0].page}}?q={{it.data[0].page}}',
    template:
      '{"page":"{{it.data[0].page}}","twice":{{*it.data[0].twice}},"id":"{{it.meta.idempotencyKey}}","raw":"{{it.events[0].data[\'wt.es\']}}"}',
    settings,
  },
  JavaScript: {
    method: 'PUT',
    path: '/b',
    template:
      '{{! const [r] = it.data; return { ...r, hash: sha256(r.page), key: it.meta.deliveryId, text: `}}😀` }; }}',
    settings,
  },
  'the documented template': { path: '/c', template: '{{! return JSON.stringify(it.data[0]); }}' },
  'a query': { method: 'GET', path: '/d?x=1', template: '{{! return it.data[0]; }}', settings },
  'a form': {
    path: '/e',
    contentType: 'application/x-www-form-urlencoded',
    template: 'page={{it.data[0].page}}&twice={{it.data[0].twice}}',
  },
} as const;

const event = { 'wt.es': 'a/b?c="d"&e=é\n%2F', 'wt.dcsvid': 'v-1', n: 21 };

test('preview, test and delivery of an event are the same request, byte for byte', async () => {
  for (const [what, destination] of Object.entries(destinations)) {
    const wired = await wire(app, receiver, { destination });
    const { id } = wired.destination;
    await client.call('changeAction', {
      params: { id: wired.action.id },
      body: {
        destinations: [
          {
            destinationId: id,
            mapping: [
              { field: 'page', parameter: 'wt.es' },
              { field: 'twice', expression: "Number(it['n']) * 2" },
              { field: 'channel', value: 'web' },
            ],
          },
        ],
      },
    });
    const delivery = await wired.deliver(event);
    const input = { eventId: delivery.eventId ?? '', actionId: wired.action.id };
    const delivered = chosen(receiver.requests.at(-1) ?? assert.fail('nothing came'));

    const count = receiver.requests.length;
    const preview = await client.call('previewDestination', { params: { id }, body: input });
    assert.equal(receiver.requests.length, count, 'a preview sends nothing');
    assert.equal(previewed(preview), delivered, what);

    const tested = await client.call('testDestination', { params: { id }, body: input });
    assert.equal(receiver.requests.length, count + 1);
    assert.equal(chosen(receiver.requests.at(-1) ?? assert.fail('nothing came')), delivered, what);
    assert.deepEqual(
      [tested.test, tested.status, tested.eventId, tested.actionId, tested.attemptLog?.length],
      [true, 'delivered', delivery.eventId, wired.action.id, 1],
    );
    assert.equal(delivery.test, false);
  }
});

test('an event typed by hand, and records, are rendered as a stored event would be', async () => {
  const { deliver, destination } = await wire(app, receiver, { destination: { path: '/typed' } });
  const params = { id: destination.id };
  const data = { 'wt.ev': 'x', wire: destination.name };
  await deliver({ 'wt.ev': 'x' });
  const delivered = chosen(receiver.requests.at(-1) ?? assert.fail('nothing came'));
  for (const body of [{ event: { data } }, { data: [data] }]) {
    assert.equal(previewed(await client.call('previewDestination', { params, body })), delivered);
    await client.call('testDestination', { params, body });
    assert.equal(chosen(receiver.requests.at(-1) ?? assert.fail('nothing came')), delivered);
  }
});

test('the time of an event typed by hand is in UTC, as that of a stored one, and must be a time', async () => {
  const { destination } = await wire(app, receiver, {
    destination: { template: '{{! return it.events[0].occurredAt }}' },
  });
  const body = (occurredAt: string) => ({ params: { id: destination.id }, body: { event: { occurredAt, data: {} } } });
  const preview = await client.call('previewDestination', body('2026-01-02T05:04:05+02:00'));
  assert.equal(preview.request?.body, '2026-01-02T03:04:05.000Z');
  await assert.rejects(client.call('previewDestination', body('yesterday')), /\/event\/occurredAt: Must be a time/);
});

test('a draft is previewed and tested without being saved, its secrets in place', async () => {
  const { destination } = await wire(app, receiver, {
    destination: { path: '/saved', settings: { headers: [{ name: 'X-Key', value: 'kept-secret', secret: true }] } },
  });
  const params = { id: destination.id };
  const draft = { path: '/draft', method: 'PATCH', template: '{"draft":"{{it.data[0].v}}"}' };
  const body = { data: [{ v: 1 }], draft };
  const preview = await client.call('previewDestination', { params, body });
  await client.call('testDestination', { params, body });
  const [request] = receiver.at('/draft');
  assert.deepEqual(
    [request?.method, request?.body, request?.headers['x-key']],
    ['PATCH', '{"draft":"1"}', 'kept-secret'],
  );
  assert.equal(previewed(preview).replace('[secret]', 'kept-secret'), chosen(request ?? assert.fail('nothing came')));
  assert.equal(receiver.at('/saved').length, 0);
  const { version, path } = await client.call('getDestination', { params });
  assert.deepEqual([version, path], [1, '/saved']);
  const refused = await client
    .call('previewDestination', { params, body: { data: [{}], draft: { template: '{{ it.data[ }}' } } })
    .catch((error: unknown) => error);
  assert.equal(Object(refused).status, 422);
});

test('a test sends once whatever comes back, tells it, and changes nothing for deliveries', async () => {
  receiver.answer('/failing', { status: 500, body: 'down' });
  const { destination, connection } = await wire(app, receiver, { destination: { path: '/failing' } });
  const params = { id: destination.id };
  const tested = await client.call('testDestination', { params, body: { data: [{ v: 1 }] } });
  assert.deepEqual(
    [tested.status, tested.reason, tested.errorKind, tested.nextAttemptAt, tested.test],
    ['failed', 'http_5xx', 'http_5xx', null, true],
  );
  const [attempt] = tested.attemptLog ?? [];
  assert.deepEqual([attempt?.response?.status, attempt?.response?.body], [500, 'down']);
  receiver.answer('/failing', { status: 410 });
  assert.equal((await client.call('testDestination', { params, body: { data: [{ v: 1 }] } })).reason, 'http_4xx');
  assert.equal((await client.call('getDestination', { params })).status, 'enabled');
  assert.equal(receiver.at('/failing').length, 2);
  const { health } = await client.call('getConnection', { params: { id: connection.id } });
  assert.deepEqual([health.state, health.held], ['ok', 0]);
  const again = await client.call('retryDelivery', { params: { id: tested.id } }).catch((error: unknown) => error);
  assert.equal(Object(again).status, 409);
  const listed = await client.call('listDeliveries', {
    query: { destinationId: destination.id, test: 'true', status: 'failed' },
  });
  assert.equal(listed.data.length, 2);
});

test('what a template skips or fails is told alike by preview, test and delivery', async () => {
  const cases = {
    "{{! skip('not wanted') }}": { kind: 'skipped', reason: 'not wanted' },
    '{{! return }}': { kind: 'skipped', reason: 'template returned nothing' },
    "{{! fail('no price') }}": { kind: 'failed', reason: 'no price' },
    'x\n  {{ it.data[0].a.b.c }}': { kind: 'failed', line: 2 },
  } as const;
  const count = receiver.requests.length;
  for (const [template, wanted] of Object.entries(cases)) {
    const { deliver, destination } = await wire(app, receiver, { destination: { template } });
    const params = { id: destination.id };
    const delivery = await deliver({ v: 1 }, wanted.kind);
    const { request, result } = await client.call('previewDestination', { params, body: { data: [{}] } });
    const tested = await client.call('testDestination', { params, body: { data: [{}] } });
    assert.equal(request, null);
    // What is said beside kind, reason and line is for people.
    const told: Record<string, unknown> = result;
    for (const [name, value] of Object.entries(wanted)) assert.equal(told[name], value, template);
    assert.deepEqual(
      [tested.status, tested.reason, tested.detail],
      [delivery.status, delivery.reason, delivery.detail],
    );
  }
  assert.equal(receiver.requests.length, count);
});

test('a preview and a test by an action that does not send to the destination warn that the whole event is sent', async () => {
  const { action } = await wire(app, receiver);
  const { destination } = await wire(app, receiver);
  const params = { id: destination.id };
  const body = { actionId: action.id, event: { data: { mail: 'ada@shop.example' } } };
  const says = `${action.name} does not send to this destination, so that it has no field mapping: the template gets the whole event.`;
  assert.deepEqual((await client.call('previewDestination', { params, body })).warnings, [says]);
  assert.equal((await client.call('testDestination', { params, body })).detail, says);
  const draft = { template: '{{ it.data[0].a.b }}' };
  assert.deepEqual((await client.call('previewDestination', { params, body: { ...body, draft } })).warnings, [says]);
  const sending = { destinations: [{ destinationId: destination.id }] };
  await client.call('changeAction', { params: { id: action.id }, body: sending });
  assert.deepEqual((await client.call('previewDestination', { params, body })).warnings, []);
  assert.equal((await client.call('testDestination', { params, body })).detail, null);
});
