import type { Shown } from '../../scripts/console-pages.ts';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { sampleShop } from '../../src/cli/demo/sample-shop.ts';
import { setUpDemo } from '../../src/cli/demo/set-up.ts';
import { partnerInbox, slowPartner } from '../../src/cli/demo/slow-partner.ts';
import { connectTo } from '../../src/cli/server.ts';
import { Secret } from '../../src/contract/secret.ts';
import { adminToken, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

/**
 * A shop after some traffic (by default 400 events), with a partner that sometimes fails and later rejects everything,
 * and a trace of a visit.
 * `sent` is called after the first part of the traffic, `rejected` after the second: to wait for what each leads to.
 */
export async function fillWithDemoData(
  app: TestApp,
  settled: { sent: () => Promise<unknown>; rejected: () => Promise<unknown> },
  { events = 400 } = {},
): Promise<Shown> {
  const { client } = app;
  const server = connectTo({ url: app.url, adminToken: new Secret(adminToken, '') });
  const { collectorKey } = await setUpDemo(server);
  await slowPartner(server).live(Date.now());
  const trace = await client.call('startTrace', { body: { name: 'My own visit' } });
  const shop = sampleShop({ random: seededRandom(1), visitors: 6 });
  for (let sent = 0; sent < events; sent++) {
    const event = shop.next(Date.now());
    await server.send(collectorKey, [sent % 80 === 79 ? { ...event, 'ext.trace': trace.id } : event]);
  }
  await fetch(`${app.url}/v3/unknown`, { method: 'POST', body: '{"events":[{"wt.ev":"lost"}]}' });
  await fetch(`${app.url}/v3/${collectorKey}`, { method: 'POST', body: '{"events":' });
  await settled.sent();
  const destination = (await client.call('listAllDestinations')).data.at(-1);
  const [action] = (await client.call('listActions')).data;
  const delivered = (await client.call('listDeliveries', { query: { status: 'delivered', limit: 200 } })).data;
  const delivery = delivered.find(({ attempts }) => attempts > 1) ?? delivered[0];
  const body = { name: 'After the outage', reason: 'The warehouse lost an hour', ratePerSecond: 4 };
  const ids = delivered.slice(0, 24).map(({ id }) => id);
  const replay = await client.call('createReplay', { body: { of: 'deliveries', ids, only: 'all', ...body } });
  // The partner rejects requests from now on.
  await client.call('setInboxRule', { params: { name: partnerInbox }, body: { status: 422 } });
  for (let sent = 0; sent < events / 10; sent++) await server.send(collectorKey, [shop.next(Date.now())]);
  const alert = await client.call('createAlert', {
    body: { type: 'webhook', name: 'On call', settings: { url: `${app.url}/inbox/alerts` } },
  });
  await client.call('testAlert', { params: { id: alert.id } });
  await settled.rejected();
  return {
    connection: destination?.connectionId ?? '',
    destination: destination?.id ?? '',
    action: action?.id ?? '',
    behavior: 'beh_std_purchase',
    event: delivered[0]?.eventId ?? '',
    delivery: delivery?.id ?? '',
    issue: (await client.call('listIssues')).data[0]?.id ?? '',
    replay: 'id' in replay ? replay.id : '',
    collector: (await client.call('listCollectors')).data[0]?.id ?? '',
    trace: trace.id,
    alert: alert.id,
  };
}

/** The same for a test, with less traffic: returns when 20 deliveries have arrived and there is an issue. */
export function filledWithDemoData(app: Parameters<typeof fillWithDemoData>[0]) {
  const { client } = app;
  const delivered = async () => (await client.call('listDeliveries', { query: { status: 'delivered' } })).data.length;
  return fillWithDemoData(
    app,
    {
      sent: () => eventually('20 deliveries', async () => (await delivered()) >= 20),
      rejected: () => eventually('an issue', async () => (await client.call('listIssues')).data.length > 0),
    },
    { events: 100 },
  );
}
