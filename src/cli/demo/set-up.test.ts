import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { Secret } from '../../contract/secret.ts';
import { connectTo } from '../server.ts';
import { setUpDemo } from './set-up.ts';
import { partnerInbox, slowPartner } from './slow-partner.ts';

test('the demo creates its objects once: a second start changes nothing', async (t) => {
  const { configuration, listen, close } = await startTestServer();
  t.after(() => close());
  const url = await listen({ host: '127.0.0.1', port: 0 });
  const server = connectTo({ url, adminToken: new Secret('admin', '') });
  const { collectorKey } = await setUpDemo(server);
  const before = configuration.snapshot.documents;
  const enabled = Array.from(configuration.snapshot.documents.action.values(), ({ body }) => body.status);
  assert.deepEqual(enabled, ['enabled', 'enabled', 'enabled']);
  assert.equal((await setUpDemo(server)).collectorKey, collectorKey);
  assert.deepEqual(configuration.snapshot.documents, before);
  assert.equal((await server.send(collectorKey, [{ 'wt.ev': '$Purchase' }])).length, 1);
});

test('the slow partner has short outages and is slow in between, and the audit log has one entry of all of them', async (t) => {
  const { listen, close } = await startTestServer();
  t.after(() => close());
  const url = await listen({ host: '127.0.0.1', port: 0 });
  const server = connectTo({ url, adminToken: new Secret('admin', '') });
  const partner = slowPartner(server);
  const statuses: number[] = [];
  const ask = async (times: number) => {
    for (let i = 0; i < times; i++) statuses.push((await fetch(`${url}/inbox/${partnerInbox}/x`)).status);
  };
  await partner.live(0);
  await ask(4);
  await partner.live(1_000);
  await ask(1);
  await partner.live(60_000);
  await ask(1);
  assert.deepEqual(statuses, [503, 503, 503, 200, 200, 503]);
  const { data } = await server.call('listAudit');
  assert.deepEqual(
    data.map(({ act, kind, name }) => [act, kind, name]),
    [['change', 'inbox', partnerInbox]],
  );
});
