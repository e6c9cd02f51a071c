import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reaches, startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

type Given = Parameters<typeof wire>[2];

const secret = 'S3CRET-of-the-CRM';
const header = (value: unknown) => ({ name: 'X-Api-Key', value, secret: true });
const given = (settings: object = {}) =>
  ({
    connection: { settings: { retry: { scheduleMs: [0, 3_600_000], jitter: 0 } } },
    destination: { settings: { headers: [header(secret)], ...settings } },
  }) as unknown as Given; // secrets are branded texts

async function patch(app: TestApp, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch(`/api/v1/${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
}

test('an old version of a destination sends no secret to an address that its editor chose', async () => {
  await using receiver = await startReceiver();
  await using attacker = await startReceiver();
  await using app = await startTestApp();
  receiver.answer('/in', { status: 400 });
  const { connection, destination, deliver } = await wire(app, receiver, given());
  const failed = await deliver({ v: 1 }, 'failed');
  assert.equal(receiver.requests[0]?.headers['x-api-key'], secret);

  await patch(app, `destinations/${destination.id}`, { settings: { headers: [] } });
  await patch(app, `connections/${connection.id}`, { baseUrl: attacker.url });
  const params = { id: failed.id };
  await app.client.call('retryDelivery', { params, body: { render: false } });
  const held = await reaches(app, failed.id, 'held');
  assert.equal(held.reason, 'credentials_missing');
  assert.match(String(held.detail), /^The value of the header X-Api-Key is missing/);
  await app.client.call('retryDelivery', { params, body: { render: true } });
  await reaches(app, failed.id, 'delivered');
  assert.deepEqual(
    attacker.requests.map(({ headers }) => headers['x-api-key']),
    [undefined],
  );
});

for (const [kind, settings] of [
  ['a delivery', {}],
  ['a batch', { batch: { records: 2, bytes: 1_048_576, waitMs: 60_000, key: null } }],
] as const)
  test(`${kind} that waits for its next attempt is sent with the rotated secret, and held when it was revoked`, async () => {
    await using receiver = await startReceiver();
    await using app = await startTestApp();
    const { client } = app;
    const { destination, send } = await wire(app, receiver, given(settings));
    const path = `destinations/${destination.id}`;
    const sendTwo = async () => {
      const ids = await send({ v: 1 }, { v: 2 });
      return Promise.all(
        ids.map(async (eventId) =>
          eventually('its delivery to wait for its next attempt', async () => {
            const { data } = await client.call('listDeliveries', { query: { eventId } });
            return data[0]?.status === 'retrying' ? data[0].id : null;
          }),
        ),
      );
    };
    receiver.answer('/in', { status: 503 });
    const rotated = await sendTwo();
    await patch(app, path, { settings: { headers: [header('rotated')] } });
    receiver.answer('/in', {});
    const before = receiver.requests.length;
    for (const id of rotated) await client.call('retryDelivery', { params: { id }, body: { render: false } });
    for (const id of rotated) await reaches(app, id, 'delivered');
    assert.deepEqual(
      new Set(receiver.requests.slice(before).map(({ headers }) => headers['x-api-key'])),
      new Set(['rotated']),
    );

    receiver.answer('/in', { status: 503 });
    const revoked = await sendTwo();
    await patch(app, path, { settings: { headers: [{ name: 'X-Other', value: 'plain' }] } });
    receiver.answer('/in', {});
    const sent = receiver.requests.length;
    for (const id of revoked) await client.call('retryDelivery', { params: { id }, body: { render: false } });
    for (const id of revoked) assert.equal((await reaches(app, id, 'held')).reason, 'credentials_missing');
    assert.equal(receiver.requests.length, sent);
    await patch(app, path, { settings: { headers: [header('again')] } });
    for (const id of revoked) await reaches(app, id, 'delivered');
    assert.deepEqual(
      new Set(receiver.requests.slice(sent).map(({ headers }) => headers['x-api-key'])),
      new Set(['again']),
    );
  });
