import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { document, put } from '../catalog/catalog.conformance.ts';
import { sqliteCatalog } from '../catalog/sqlite/sqlite-catalog.ts';
import { Secret } from '../contract/secret.ts';
import { configuredKeys } from '../secrets/keys.ts';
import { sealer } from '../secrets/sealer.ts';
import { lockFolder } from '../sqlite/folder-lock.ts';
import { openSqlite, operationsOf } from '../sqlite/sqlite.ts';
import { inspectDataFolder } from './inspect.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-inspect-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

function states(dataDir: string) {
  const found = inspectDataFolder({ dataDir, secretKey: null });
  return Object.fromEntries(found.map(({ name, state }) => [name, state]));
}

test('an empty folder is fine and stays empty', (t) => {
  const dir = folder(t);
  assert.deepEqual(states(dir), { database: 'ok', lock: 'ok', key: 'ok' });
  assert.deepEqual(readdirSync(dir), []);
});

test('a foreign database, a folder in use and a broken key are problems', (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'millrace.db'), 'this is not a database');
  writeFileSync(join(dir, 'secret.key'), 'not a key');
  using _ = lockFolder(dir);
  assert.deepEqual(states(dir), { database: 'problem', lock: 'problem', key: 'problem' });
});

test('a key that other users can read is a warning', (t) => {
  const dir = folder(t);
  const file = join(dir, 'secret.key');
  writeFileSync(file, Buffer.alloc(32, 7).toString('base64'));
  chmodSync(file, 0o644);
  assert.equal(states(dir)['key'], 'warning');
  chmodSync(file, 0o600);
  assert.equal(states(dir)['key'], 'ok');
});

test('a key that does not open the secrets of the database is a problem, as it is at a start', async (t) => {
  const dataDir = folder(t);
  const keyOf = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  {
    await using sqlite = await openSqlite({ dir: dataDir, operations: operationsOf('catalog') });
    const catalog = await sqliteCatalog(sqlite, sealer(configuredKeys(keyOf(1))));
    await catalog.change(0, [put(document({ body: { token: new Secret('canary', '2026-03-01T00:00:00.000Z') } }))], []);
  }
  const found = (fill: number) =>
    inspectDataFolder({ dataDir, secretKey: new Secret(keyOf(fill), '') }).find(({ name }) => name === 'key');
  assert.deepEqual(found(1), { name: 'key', state: 'ok', detail: 'configured' });
  assert.match(found(2)?.detail ?? '', /sealed with key [0-9a-f]{12}, which is not among the secret keys/);
});
