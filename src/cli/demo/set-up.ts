import type { Server } from '../server.ts';
import { partnerInbox } from './slow-partner.ts';

type DemoSetUp = { collectorKey: string };

/** Creates the objects of the demo through the public API. Existing ones stay unchanged. */
export async function setUpDemo(server: Server): Promise<DemoSetUp> {
  await server.call('importConfiguration', {
    body: {
      documents: [
        { kind: 'collector', name: 'Sample shop' },
        {
          kind: 'connection',
          name: 'Inbox',
          description: 'The built-in receiver, instead of a real system.',
          baseUrl: `${server.url}/inbox/shop`,
        },
        {
          kind: 'connection',
          name: 'Slow partner',
          description: 'The built-in receiver with slow responses and occasional failures, to show retries.',
          baseUrl: `${server.url}/inbox/${partnerInbox}`,
          settings: { retry: { scheduleMs: [0, 2_000, 5_000, 15_000, 60_000, 300_000] } },
        },
        destination('Inbox/Orders', '/orders', record),
        destination('Inbox/Carts', '/carts', '{"visitor": "{{ it.data[0].visitor }}", "sku": "{{ it.data[0].sku }}"}'),
        destination('Slow partner/Interests', '/interests', record),
        action('Purchases become orders', 'beh_std_purchase', 'Inbox/Orders', [
          { field: 'order', parameter: 'event.order' },
          { field: 'visitor', parameter: 'visitorId' },
          { field: 'products', parameter: 'event.product_name', as: 'list' },
          { field: 'total', parameter: 'event.value', as: 'number' },
          { field: 'channel', value: 'web' },
        ]),
        action('Cart additions are noted', 'beh_std_add_product_to_cart', 'Inbox/Carts', [
          { field: 'visitor', parameter: 'visitorId' },
          { field: 'sku', parameter: 'event.product' },
        ]),
        action('Interests go to a slow partner', 'beh_std_view_product', 'Slow partner/Interests', [
          { field: 'visitor', parameter: 'visitorId' },
          { field: 'product', parameter: 'event.product_name' },
        ]),
      ],
    },
  });
  const { key } = await server.find('collector', 'Sample shop');
  return { collectorKey: String(key) };
}

const record = '{{! return JSON.stringify(it.data[0]); }}';

const destination = (name: string, path: string, template: string) => ({
  kind: 'destination',
  name,
  path,
  template,
  status: 'enabled',
});

const action = (name: string, behavior: string, destination: string, mapping: object[]) => ({
  kind: 'action',
  name,
  description: 'Made by the demo.',
  status: 'enabled',
  rules: { all: [{ behavior }] },
  destinations: [{ destination, mapping }],
});
