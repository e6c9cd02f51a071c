import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUpDemo } from '../../src/cli/demo/set-up.ts';
import { connectTo } from '../../src/cli/server.ts';
import { Secret } from '../../src/contract/secret.ts';
import { adminToken, startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

const order = { order_id: 'A-1', total: 50.1, products: [{ sku: 'KET-1', name: 'Kettle', price: 50.1 }] };
const tracked = { type: 'track', event: 'Order Completed', userId: 'ann', messageId: 'm-1', properties: order };
const described = {
  schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
  data: { schema: 'iglu:com.example/order_completed/jsonschema/1-0-0', data: order },
};

/** An order as the senders of each format post it. */
const requests = (
  key: string,
): { [format: string]: [path: string, body: object, headers?: Record<string, string>] } => ({
  infinity: [
    `/v3/${key}`,
    {
      events: [
        { 'wt.ev': '$Purchase', 'wt.dcsvid': 'ann', 'wt.tx_i': 'A-1', 'wt.tx_s': '50.10', 'wt.product_name': 'Kettle' },
      ],
    },
  ],
  segment: ['/v1/batch', { writeKey: key, batch: [tracked] }],
  rudderstack: [
    '/v1/batch',
    { batch: [{ ...tracked, channel: 'server' }] },
    { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
  ],
  jitsu: ['/api/s/track', tracked, { 'x-write-key': `${key}:any` }],
  tag: [`/tag/${key}`, { batch: [tracked] }],
  posthog: [
    '/batch/',
    { api_key: key, batch: [{ event: 'Order Completed', distinct_id: 'ann', uuid: 'u-1', properties: order }] },
  ],
  snowplow: [
    `/${key}/com.snowplowanalytics.snowplow/tp2`,
    {
      schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
      data: [{ e: 'ue', eid: 'e-1', p: 'srv', uid: 'ann', ue_pr: JSON.stringify(described) }],
    },
  ],
  cloudevents: [
    `/cloudevents/${key}`,
    { specversion: '1.0', id: 'c-1', source: '/shop', type: 'Order Completed', subject: 'ann', data: order },
    { 'content-type': 'application/cloudevents+json' },
  ],
});

test('an order is the same record of the action on purchases, whichever SDK sent it', async () => {
  await using app = await startTestApp({ MILLRACE_INBOX: 'on' });
  await setUpDemo(connectTo({ url: app.url, adminToken: new Secret(adminToken, '') }));
  // A collector each, since the events have the same ids.
  for (const format of Object.keys(requests(''))) {
    const { key } = await app.client.call('createCollector', { body: { name: format } });
    const [path, body, headers = {}] = requests(key)[format] ?? ['', {}];
    await app.client.call('clearInbox', {});
    const { status } = await fetch(app.url + path, { method: 'POST', body: JSON.stringify(body), headers });
    assert.equal(status, 200, format);
    const received = await eventually(`the order of ${format}`, async () => {
      const { data } = await app.client.call('listInboxRequests', { query: { text: 'orders' } });
      return data[0];
    });
    const record = { order: 'A-1', visitor: 'ann', products: ['Kettle'], total: 50.1, channel: 'web' };
    assert.deepEqual(JSON.parse(received.body ?? ''), record, format);
  }
  const { data } = await app.client.call('listDeliveries', { query: { status: 'failed' } });
  assert.deepEqual(data, []);
});
