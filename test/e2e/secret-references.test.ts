import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { reaches, shows, startTestApp, wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

const dir = await mkdtemp(join(tmpdir(), 'millrace-refs-'));
after(() => rm(dir, { recursive: true, force: true }));

test('a secret in a file is sent while it can be read; otherwise deliveries are held with the reason, never sent without', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp({
    MILLRACE_SECRET_REFS: `env:CRM_*,file:${dir}/`,
    CRM_KEY: 'key-of-the-environment',
  });
  const ref = `file:${join(dir, 'token')}`;
  await writeFile(join(dir, 'token'), 'token-of-the-file\n');
  const { connection, destination, deliver } = await wire(app, receiver, {
    connection: { auth: { type: 'bearer', token: { ref } } },
    destination: { settings: { headers: [{ name: 'X-Key', value: { ref: 'env:CRM_KEY' }, secret: true }] } },
  });
  const sent = await deliver({ v: 1 });
  const [request] = receiver.requests;
  assert.equal(request?.headers['authorization'], 'Bearer token-of-the-file');
  assert.equal(request?.headers['x-key'], 'key-of-the-environment');
  assert.doesNotMatch(JSON.stringify(sent), /token-of-the-file|key-of-the-environment/);
  const database = (await readFile(join(app.dir, 'millrace.db'))).toString('latin1');
  assert.doesNotMatch(database, /token-of-the-file|key-of-the-environment/);

  await rm(join(dir, 'token'));
  await app.restart();
  const { id } = await deliver({ v: 2 }, 'held');
  const held = await shows(app, id, 'have its attempt', ({ attemptLog }) => attemptLog?.length === 1);
  assert.deepEqual([held.reason, held.detail], ['auth_rejected', `${ref} does not exist.`]);
  assert.deepEqual([held.attemptLog?.at(-1)?.outcome, held.attemptLog?.at(-1)?.counted], ['held', false]);
  const params = { id: connection.id };
  const { health } = await app.client.call('getConnection', { params });
  assert.deepEqual([health.state, health.reason], ['needs_attention', 'auth_rejected']);
  assert.equal(health.detail, `${ref} does not exist.`);
  const tested = await app.client.call('testConnection', { params });
  assert.deepEqual([tested.ok, tested.steps.at(-1)?.detail], [false, `${ref} does not exist.`]);
  const preview = await app.client.call('previewDestination', { params: { id: destination.id }, body: { data: [{}] } });
  assert.ok(preview.request !== null, 'looking needs no token');
  const renamed = await app.client.call('changeConnection', { params, body: { description: 'still to be edited' } });
  assert.deepEqual(renamed.auth, connection.auth);

  await writeFile(join(dir, 'token'), 'rotated-token');
  await app.client.call('releaseConnection', { params });
  await reaches(app, held.id, 'delivered');
  assert.deepEqual(
    receiver.requests.map((one) => one.headers['authorization']),
    ['Bearer token-of-the-file', 'Bearer rotated-token'],
  );
});
