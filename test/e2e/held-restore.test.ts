import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { backup, restore } from '../../src/sqlite/backup.ts';
import { databaseName } from '../../src/sqlite/database-file.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { deliveryOf, sendEvents, startTestApp, wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

const env = { MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64') };

test('restore --hold: what was open at the time of the backup, and what comes, waits until a person releases all', async () => {
  await using receiver = await startReceiver();
  using folder = temporaryFolder();
  const file = join(folder.path, 'copy');
  const dir = join(folder.path, 'data');
  await using source = await startTestApp(env);
  const { connection, collector, send } = await wire(source, receiver);
  await source.client.call('changeConnection', { params: { id: connection.id }, body: { status: 'paused' } });
  const [first = ''] = await send({ n: 1 });
  await deliveryOf(source, first, 'held');
  await source.client.call('changeConnection', { params: { id: connection.id }, body: { status: 'enabled' } });
  await deliveryOf(source, first);
  const { id } = await source.client.call('createDestination', {
    params: { id: connection.id },
    body: { name: 'paused by a person', status: 'paused' },
  });
  assert.equal(receiver.requests.length, 1);
  backup(source.dir, file);
  chmodSync(file, 0o644);
  restore(file, dir, { hold: true });
  assert.equal((statSync(join(dir, databaseName)).mode & 0o777).toString(8), '600');

  await using held = await startTestApp({ ...env, MILLRACE_DATA_DIR: dir });
  assert.equal((await held.client.call('getMe')).deliveriesHeld, true);
  const [second = ''] = await sendEvents(held, collector.key, { n: 2, wire: connection.name });
  assert.equal((await deliveryOf(held, second, 'held')).reason, 'all_held');
  await held.restart();
  assert.equal((await deliveryOf(held, second, 'held')).reason, 'all_held');
  assert.equal(receiver.requests.length, 1);

  await held.client.call('changeSettings', { body: { deliveries: { held: false } } });
  await deliveryOf(held, second);
  assert.equal((await held.client.call('getMe')).deliveriesHeld, false);
  assert.equal((await held.client.call('getDestination', { params: { id } })).status, 'paused');
  await held.restart();
  assert.equal((await held.client.call('getMe')).deliveriesHeld, false, 'a hold is not repeated');
  const [made] = (await held.client.call('listAudit', { query: { limit: 100 } })).data.filter(
    ({ kind, principal }) => kind === 'settings' && principal === 'millrace',
  );
  assert.ok(made !== undefined, 'the hold is in the audit trail');
});
