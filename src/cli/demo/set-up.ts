import type { Server } from '../server.ts';

export type DemoSetUp = { collectorKey: string };

/** Makes what the demo needs, through the public API; what is there already stays as it is. */
export async function setUpDemo(server: Server): Promise<DemoSetUp> {
  const collector = await server.apply('collector', 'Sample shop', { name: 'Sample shop' });
  await server.apply('connection', 'Inbox', {
    name: 'Inbox',
    description: 'The built-in receiver, in place of a real system.',
    baseUrl: `${server.url}/inbox/shop`,
  });
  const orders = await destination('Orders', '/orders', '{{! return JSON.stringify(it.data[0]); }}');
  const carts = await destination(
    'Carts',
    '/carts',
    '{"visitor": "{{ it.data[0].visitor }}", "sku": "{{ it.data[0].sku }}"}',
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
  return { collectorKey: String(collector.document['key']) };

  async function destination(name: string, path: string, template: string): Promise<string> {
    const body = { connection: 'Inbox', name, path, template, status: 'enabled' };
    return (await server.apply('destination', `Inbox/${name}`, body)).document.id;
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
