import { eventually } from '../support/eventually.ts';
import { adminClient, adminToken } from '../support/process.ts';

export { adminToken };

/** Sets a server up as the README does, sends an event, and waits until it is delivered to the Inbox. */
export async function firstDelivery(url: string): Promise<void> {
  const client = adminClient(url);
  const { key } = await client.call('createCollector', { body: { name: 'Shop' } });
  await client.call('applyConnection', { params: { name: 'CRM' }, body: { name: 'CRM', baseUrl: `${url}/inbox/crm` } });
  await client.call('applyDestination', {
    params: { name: 'CRM/Orders' },
    body: {
      connection: 'CRM',
      name: 'Orders',
      path: '/orders',
      status: 'enabled',
      template: '{{! return JSON.stringify(it.data[0]); }}',
    },
  });
  await client.call('applyAction', {
    params: { name: 'Orders' },
    body: {
      name: 'Orders',
      description: 'Send orders to the CRM',
      status: 'enabled',
      rules: { all: [{ behavior: 'Purchase' }] },
      destinations: [{ destination: 'CRM/Orders', mapping: [{ field: 'order', parameter: 'wt.tx_i' }] }],
    },
  });
  const event = { 'wt.ev': '$Purchase', 'wt.dcsvid': 'visitor-7', 'wt.tx_i': 'A-1' };
  await fetch(`${url}/v3/${key}`, { method: 'POST', body: JSON.stringify({ events: [event] }) });
  await eventually('a delivery', async () => (await deliveredBy(url)) === 1);
}

/** How many deliveries the server has delivered. */
export async function deliveredBy(url: string): Promise<number> {
  const { data } = await adminClient(url).call('listDeliveries', { query: { status: 'delivered' } });
  return data.length;
}

/** Waits until a server is ready; `output` is what it has printed, for the error. */
export async function ready(url: string, output: () => string): Promise<void> {
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
  await eventually(`a server at ${url}`, isReady, { state: output });
}
