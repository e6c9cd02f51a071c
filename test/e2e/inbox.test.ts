import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, type TestApp, wire } from '../support/app.ts';

// No address of this machine is allowed, as on a new server.
const fresh = { MILLRACE_EGRESS_ALLOW: '198.51.100.1' };

const hasInbox = async (app: TestApp) => ((await (await app.fetch('/version')).json()) as { inbox: boolean }).inbox;
const post = async (app: TestApp) => (await app.fetch('/inbox/x', { method: 'POST', body: '{}' })).status;

test('the Inbox of a new server receives deliveries until a connection to another system is enabled', async () => {
  await using app = await startTestApp(fresh);
  assert.equal(await hasInbox(app), true);
  const wired = await wire(app, { url: `${app.url}/inbox/quick-start` });
  await wired.deliver({ n: '1' }, 'delivered');
  const { data } = await app.client.call('listInboxRequests');
  assert.deepEqual(
    data.map(({ path }) => path),
    ['/inbox/quick-start/in'],
  );

  const crm = await app.client.call('createConnection', { body: { name: 'CRM', baseUrl: 'https://crm.example' } });
  assert.deepEqual([await hasInbox(app), await post(app)], [false, 404]);
  await assert.rejects(app.client.call('listInboxRequests'), /another system is enabled/);
  const { id } = await wired.deliver({ n: '2' }, 'failed');
  const { reason, detail } = await app.client.call('getDelivery', { params: { id } });
  assert.equal(reason, 'blocked');
  assert.match(detail ?? '', /the Inbox of this server is off/);

  await app.client.call('changeConnection', { params: { id: crm.id }, body: { status: 'paused' } });
  assert.deepEqual([await hasInbox(app), await post(app)], [false, 404], 'a pause does not open it again');
  await app.client.call('changeConnection', { params: { id: crm.id }, body: { status: 'disabled' } });
  assert.deepEqual([await hasInbox(app), await post(app)], [true, 200]);
  await app.restart();
  assert.equal(await hasInbox(app), true);
});

test('the exception for the Inbox lets no connection reach another path or port of this machine', async () => {
  await using app = await startTestApp(fresh);
  const { port } = new URL(app.url);
  for (const [n, url] of [
    `${app.url}/api/v1`,
    `${app.url}/inbox/../api/v1`,
    `${app.url}/inbox/%2e%2e/api/v1`,
    `http://127.0.0.1:${Number(port) === 65_535 ? 1 : Number(port) + 1}/inbox`,
  ].entries()) {
    const made = await app.fetch('/api/v1/connections', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `C${n}`, baseUrl: url }),
    });
    if (made.status !== 201) continue;
    const { id } = (await made.json()) as { id: string };
    const tested = await app.client.call('testConnection', { params: { id } });
    assert.equal(tested.ok, false, url);
    assert.match(JSON.stringify(tested.steps), /blocked|address of this server/, url);
  }
  assert.equal(await hasInbox(app), true);
  assert.deepEqual((await app.client.call('listInboxRequests')).data, []);
});

test('MILLRACE_INBOX overrides: on stays on beside other systems, off is off on a new server', async () => {
  await using on = await startTestApp({ ...fresh, MILLRACE_INBOX: 'on' });
  await on.client.call('createConnection', { body: { name: 'CRM', baseUrl: 'https://crm.example' } });
  assert.deepEqual([await hasInbox(on), await post(on)], [true, 200]);
  await using off = await startTestApp({ ...fresh, MILLRACE_INBOX: 'off' });
  assert.deepEqual([await hasInbox(off), await post(off)], [false, 404]);
});
