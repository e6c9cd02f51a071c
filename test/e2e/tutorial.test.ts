import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestApp, wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const viewedPage = {
  'wt.es': 'shop.example/sofas?sort="price"',
  'wt.dcsvid': 'v-2718',
  'ext.geo.country': 'GB',
  'wt.ti': 'Sofas',
};
const mapping = [
  { field: 'url', parameter: 'wt.es' },
  { field: 'visitor', parameter: 'wt.dcsvid' },
  { field: 'country', parameter: 'ext.geo.country' },
];

const wanted =
  '{"event":{"url":"shop.example/sofas?sort=\\"price\\"","name":"Viewed Page"},' +
  '"user":{"identifiers":{"visitor_id":"v-2718"},"geo":{"country":"GB"}}}';

const templates = {
  'with tags':
    '{"event":{"url":"{{it.data[0].url}}","name":"Viewed Page"},' +
    '"user":{"identifiers":{"visitor_id":"{{it.data[0].visitor}}"},"geo":{"country":"{{it.data[0].country}}"}}}',
  'with JavaScript': `{{!
    const { url, visitor, country } = it.data[0];
    return JSON.stringify({event:{url,name:"Viewed Page"},user:{identifiers:{visitor_id:visitor},geo:{country}}});
  }}`,
};

test('a viewed page arrives at the system in the shape that its template gives, byte for byte', async () => {
  for (const [how, template] of Object.entries(templates)) {
    const { deliver, action, destination } = await wire(app, receiver, {
      destination: { path: '/v1/events', template },
    });
    await app.client.call('changeAction', {
      params: { id: action.id },
      body: { destinations: [{ destinationId: destination.id, mapping }] },
    });
    const delivery = await deliver(viewedPage);
    const request = receiver.at('/v1/events').at(-1);
    assert.equal(request?.body, wanted, how);
    assert.deepEqual(
      [request?.method, request?.headers['content-type'], request?.headers['idempotency-key']],
      ['POST', 'application/json', delivery.id],
    );
    assert.match(request?.headers['user-agent'] ?? '', /^Millrace\//);
    assert.deepEqual([delivery.attempts, delivery.attemptLog?.[0]?.response?.status], [1, 200]);
  }
});

test('the documented template works unchanged, with the mapped record and without a mapping', async () => {
  const template = '{{! return JSON.stringify(it.data[0]); }}';
  const { deliver, action, destination } = await wire(app, receiver, { destination: { template } });
  await deliver({ 'wt.ev': 'x', price: 1.5 });
  assert.deepEqual(JSON.parse(receiver.at('/in')[0]?.body ?? ''), { 'wt.ev': 'x', price: '1.5', wire: action.name });

  await app.client.call('changeAction', {
    params: { id: action.id },
    body: {
      destinations: [
        {
          destinationId: destination.id,
          mapping: [...mapping, { field: 'channel', value: 'web' }, { field: 'twice', expression: "it['n'] * 2" }],
        },
      ],
    },
  });
  await deliver({ ...viewedPage, n: 21 });
  assert.deepEqual(JSON.parse(receiver.at('/in')[1]?.body ?? ''), {
    url: viewedPage['wt.es'],
    visitor: 'v-2718',
    country: 'GB',
    channel: 'web',
    twice: 42,
  });
});

test('an event that no rule wants is kept and sent nowhere', async () => {
  const { deliver, collector } = await wire(app, receiver, { destination: { path: '/only' } });
  const response = await fetch(`${app.url}/${collector.key}/dcs.gif?wt.ev=other`);
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'image/gif']);
  // What came before has been matched when what came after is delivered.
  await deliver({ 'wt.ev': 'wanted' });
  const sent = receiver.at('/only').map((request) => JSON.parse(request.body)['wt.ev']);
  assert.deepEqual(sent, ['wanted']);
  const { data } = await app.client.call('listEvents', { query: { collectorId: collector.id } });
  assert.deepEqual(
    data.map((event) => event.name),
    ['wanted', 'other'],
  );
});
