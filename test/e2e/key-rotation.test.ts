import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startApp } from '../../src/app.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { loadConfig } from '../../src/config/load.ts';
import { rotateSecrets } from '../../src/rotate-secrets.ts';
import { adminToken, sendEvents, testEnv, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

const root = await mkdtemp(join(tmpdir(), 'millrace-keys-'));
after(() => rm(root, { recursive: true, force: true }));
const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');

async function start(dir: string, secretKey?: string) {
  const env = testEnv(dir, secretKey === undefined ? {} : { MILLRACE_SECRET_KEY: secretKey });
  const app = await startApp(loadConfig({ flags: {}, env, now: Date.now() }));
  return Object.assign(app, { client: createClient({ url: app.url, token: adminToken }) });
}

async function rotated(client: Client, newKey = false) {
  await client.call('rotateSecrets', { body: { newKey } });
  return eventually('the rotation to end', async () => {
    const state = await client.call('getSealing');
    return state.rotation?.state === 'running' ? null : state;
  });
}

test('keys rotate while deliveries run: none fails, and nothing is left under the old key, old versions included', async () => {
  await using receiver = await startReceiver();
  const dir = join(root, 'running');
  const ids: string[] = [];
  {
    await using app = await start(dir, key(1));
    for (let i = 0; i < 20; i++) {
      const auth = { type: 'bearer' as const, token: `token-number-${i}` };
      const { id } = await app.client.call('createConnection', {
        body: { name: `c${i}`, baseUrl: receiver.url, auth },
      });
      ids.push(id);
      for (let version = 2; version < 5; version++)
        await app.client.call('changeConnection', {
          params: { id },
          body: { auth: { token: `${auth.token}-${version}` } },
        });
    }
    const [gone = ''] = ids;
    await app.client.call('deleteConnection', { params: { id: gone } });
  }
  await assert.rejects(start(dir, key(2)), /^Error: Stored secrets were sealed with key [0-9a-f]{12}, which is not/);

  {
    await using app = await start(dir, `${key(2)},${key(1)}`);
    const before = await app.client.call('getSealing');
    assert.deepEqual(
      before.keys.map(({ bodies }) => bodies),
      [0, 80],
    );
    const auth = { type: 'bearer' as const, token: 'token-of-the-stream' };
    const { collector } = await wire(app, receiver, {
      connection: { auth },
      action: { rules: { parameter: 'go', operator: 'equals', value: 'on' } },
    });
    const event = (n: number) => ({ go: 'on', n });
    const sending = Array.from({ length: 10 }, (_, batch) =>
      sendEvents(app, collector.key, ...Array.from({ length: 10 }, (_, n) => event(10 * batch + n))),
    );
    const after = await rotated(app.client);
    const [changed = ''] = ids.slice(-1);
    await app.client.call('changeConnection', {
      params: { id: changed },
      body: { description: 'during the rotation' },
    });
    await Promise.all(sending);
    await eventually('all deliveries', () => receiver.requests.length === 100);
    assert.ok(receiver.requests.every(({ headers }) => headers['authorization'] === 'Bearer token-of-the-stream'));
    const { data } = await app.client.call('listDeliveries', { query: { status: 'failed' } });
    assert.deepEqual(data, []);
    assert.deepEqual([after.rotation?.state, after.rotation?.error, after.keys.at(-1)?.bodies], ['done', null, 0]);
    const again = await rotated(app.client);
    assert.equal(again.rotation?.done, again.rotation?.total);
    const refused = await app.client.call('rotateSecrets', { body: { newKey: true } }).catch((error) => error.status);
    assert.equal(refused, 409, 'configured keys are for the operator to change');
  }

  await using app = await start(dir, key(2));
  const { data } = await app.client.call('listConnectionVersions', { params: { id: ids.at(-1) ?? '' } });
  assert.equal(data.length, 5);
  await assert.rejects(start(join(root, 'other'), 'no key'), /MILLRACE_SECRET_KEY must be 32 bytes in base64/);
});

test('a key in the data folder is replaced while the server runs, and offline; the command tells how it went', async () => {
  const dir = join(root, 'folder');
  await using receiver = await startReceiver();
  const keyFile = async () => (await readFile(join(dir, 'secret.key'), 'utf8')).trim().split(',');
  {
    await using app = await start(dir);
    const auth = { type: 'bearer' as const, token: 'kept-through-all' };
    await app.client.call('createConnection', { body: { name: 'c', baseUrl: receiver.url, auth } });
    const [first] = await keyFile();
    const command = spawnProcess({ MILLRACE_URL: app.url, MILLRACE_ADMIN_TOKEN: adminToken }, [
      ...['secrets', 'rotate', '--new-key'],
    ]);
    assert.deepEqual([(await command.exited).code, command.stderr().replace(/^\d+ of \d+ …\n/gm, '')], [0, '']);
    assert.match(
      command.stdout(),
      /^encrypted with key [0-9a-f]{12}: 1 stored bodies\nneeded only by backups: [0-9a-f]{12} /,
    );
    assert.deepEqual((await keyFile())[1], first);
    const config = loadConfig({ flags: {}, env: testEnv(dir), now: Date.now() });
    await assert.rejects(
      rotateSecrets(config, { newKey: true }, () => {}),
      /is in use by another Millrace/,
    );
  }
  const way: number[] = [];
  const config = loadConfig({ flags: {}, env: testEnv(dir), now: Date.now() });
  const state = await rotateSecrets(config, { newKey: true }, ({ done }) => way.push(done));
  assert.deepEqual([state.rotation?.state, state.keys.map(({ bodies }) => bodies)], ['done', [1, 0, 0]]);
  assert.deepEqual([way[0], way.at(-1), way.every((done, i) => done >= (way[i - 1] ?? 0))], [0, 1, true]);
  const [newest = ''] = await keyFile();
  await using app = await start(dir, newest);
  const { data } = await app.client.call('listConnections');
  assert.deepEqual(
    data.map(({ auth }) => 'token' in auth && auth.token !== null),
    [true],
  );
});
