import type { Server } from '../server.ts';
import { partnerInbox } from './slow-partner.ts';

type DemoSetUp = { collectorKey: string };

/** Creates the objects of the demo through the public API. Existing ones stay unchanged. */
export async function setUpDemo(server: Server): Promise<DemoSetUp> {
  const collector = await server.apply('collector', 'Sample shop', { name: 'Sample shop' });
  await server.apply('connection', 'Inbox', {
    name: 'Inbox',
    description: 'The built-in receiver, instead of a real system.',
    baseUrl: `${server.url}/inbox/shop`,
  });
  await server.apply('connection', 'Slow partner', {
    name: 'Slow partner',
    description: 'The built-in receiver with slow responses and occasional failures, to show retries.',
    baseUrl: `${server.url}/inbox/${partnerInbox}`,
    settings: { retry: { scheduleMs: [0, 2_000, 5_000, 15_000, 60_000, 300_000] } },
  });
  const orders = await destination('Inbox/Orders', '/orders', '{{! return JSON.stringify(it.data[0]); }}');
  const carts = await destination(
    'Inbox/Carts',
    '/carts',
    '{"visitor": "{{ it.data[0].visitor }}", "sku": "{{ it.data[0].sku }}"}',
  );
  const interests = await destination(
    'Slow partner/Interests',
    '/interests',
    '{{! return JSON.stringify(it.data[0]); }}',
  );
  await action('Purchases become orders', 'beh_std_purchase', orders, [
    { field: 'order', parameter: 'wt.tx_i' },
    { field: 'visitor', parameter: 'wt.dcsvid' },
    { field: 'products', expression: "it['wt.product_name'].split(';')" },
    { field: 'total', expression: "it['wt.tx_s'].split(';').reduce((sum, price) => sum + Number(price), 0)" },
    { field: 'channel', value: 'web' },
  ]);
  await action('Cart additions are noted', 'beh_std_add_product_to_cart', carts, [
    { field: 'visitor', parameter: 'wt.dcsvid' },
    { field: 'sku', parameter: 'wt.pn_sku' },
  ]);
  await action('Interests go to a slow partner', 'beh_std_view_product', interests, [
    { field: 'visitor', parameter: 'wt.dcsvid' },
    { field: 'product', parameter: 'wt.product_name' },
  ]);
  return { collectorKey: String(collector.document['key']) };

  async function destination(fullName: string, path: string, template: string): Promise<string> {
    const [connection, name] = fullName.split('/');
    const body = { connection, name, path, template, status: 'enabled' };
    return (await server.apply('destination', fullName, body)).document.id;
  }

  async function action(name: string, behavior: string, destinationId: string, mapping: unknown[]) {
    await server.apply('action', name, {
      name,
      description: 'Made by the demo.',
      status: 'enabled',
      rules: { all: [{ behavior }] },
      destinations: [{ destinationId, mapping }],
    });
  }
}
