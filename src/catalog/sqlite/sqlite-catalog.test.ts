import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { Secret } from '../../contract/secret.ts';
import { configuredKeys } from '../../secrets/keys.ts';
import { type Sealer, sealer } from '../../secrets/sealer.ts';
import { databaseName } from '../../sqlite/database-file.ts';
import { olderDatabase } from '../../sqlite/older-database.testing.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { catalogConformance, document, put } from '../catalog.conformance.ts';
import type { Change } from '../catalog.ts';
import type { operations } from './operations.ts';
import { sealedCatalog, sqliteCatalog } from './sqlite-catalog.ts';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const keys = (...fills: number[]): Sealer => sealer(configuredKeys(fills.map(key).join()));

catalogConformance('catalog in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.catalog };
});

const threads = storageThreads('catalog', 'audit');

catalogConformance('catalog in the storage thread', async () => {
  const sqlite = await threads();
  const catalog = await sqliteCatalog(sqlite, keys(1));
  return { ...catalog, audit: sqliteAudit(sqlite), [Symbol.asyncDispose]: async () => {} };
});

const secretBody = (value: string) => ({ auth: { token: new Secret(value, '2026-03-01T00:00:00.000Z') } });

test('secrets are encrypted on disk, and a missing key fails the start with one sentence', async () => {
  using folder = temporaryFolder();
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
    const catalog = await sqliteCatalog(sqlite, keys(1));
    await catalog.change(0, [put(document({ body: secretBody('canary value') }))], []);
  }
  assert.equal((await readFile(join(folder.path, databaseName))).includes('canary value'), false);
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
  await assert.rejects(
    sqliteCatalog(sqlite, keys(2)),
    /sealed with key [0-9a-f]{12}, which is not among the secret keys/,
  );
  assert.equal((await (await sqliteCatalog(sqlite, keys(2, 1))).all()).documents.length, 1);
});

test('after a rotation the first key alone opens everything, old versions and deleted documents too', async () => {
  using folder = temporaryFolder();
  const sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
  const old = await sqliteCatalog(sqlite, keys(1));
  const first = [
    put(document({ body: secretBody('first') })),
    put(document({ id: 'con_2', body: secretBody('gone') })),
  ];
  await old.change(0, first, []);
  const second: Change[] = [
    put(document({ version: 2, body: secretBody('second') })),
    { op: 'delete', document: document({ id: 'con_2' }) },
  ];
  await old.change(1, second, []);
  const [oldId, newId] = [keys(1).sealsWith, keys(2).sealsWith];
  const store = sealedCatalog(sqlite, keys(2, 1));
  assert.deepEqual(
    [...(await store.bodiesByKey([newId, oldId]))],
    [
      [newId, 0],
      [oldId, 3],
    ],
  );
  assert.equal(await store.count(), 3);
  const done: number[] = [];
  await store.reseal((bodies) => done.push(bodies));
  assert.deepEqual(done, [3]);
  assert.deepEqual(
    [...(await store.bodiesByKey([newId, oldId]))],
    [
      [newId, 3],
      [oldId, 0],
    ],
  );
  const rotated = await sqliteCatalog(sqlite, keys(2));
  const tokens = async (id: string) =>
    (await rotated.versions({ kind: 'connection', id, limit: 9 })).map((one) =>
      (one.body as ReturnType<typeof secretBody>).auth.token.reveal(),
    ); // as put
  assert.deepEqual([await tokens('con_1'), await tokens('con_2')], [['second', 'first'], ['gone']]);
  await assert.rejects(sqliteCatalog(sqlite, keys(1)), /not among the secret keys/);
  await sqlite[Symbol.asyncDispose]();
  const left = (await readFile(join(folder.path, databaseName))).toString('latin1');
  assert.deepEqual([left.includes(newId), left.includes(oldId)], [true, false], 'the old ciphertext is overwritten');
});

test('templates stored when a line break after a value was removed still render the same', async () => {
  using folder = temporaryFolder();
  const lines = 'Dear {{ it.name }}\n{{* 1}}\n{{! const a = 2; }}\n{{ a }}\r\n{{ a -}}\n{{ a }} \n';
  const first = {
    name: 'Lines "1"',
    template: lines,
    auth: { token: { $secret: 'k.1' } },
    settings: { a: [1.5, null] },
  };
  const plain = { name: 'Plain', template: '{{! return `{{ 1 }}\n`; }}' };
  {
    using database = new DatabaseSync(olderDatabase(folder.path, '0023'));
    const insert = database.prepare(
      `INSERT INTO document_version (kind, id, version, body, created_at, updated_at, updated_by, listed)
       VALUES (?, ?, ?, ?, '', '', 'ada', 1)`,
    );
    insert.run('destination', 'dst_1', 1, JSON.stringify(first));
    insert.run('destination', 'dst_1', 2, JSON.stringify(plain));
    insert.run('behavior', 'beh_1', 1, JSON.stringify(first));
  }
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
  const client = sqlite.client<typeof operations>();
  const bodies = async (kind: 'destination' | 'behavior', id: string) =>
    (await client.read('documentVersions', { kind, id, limit: 9 })).map(({ body }) => body);
  const rewritten = 'Dear {{ it.name -}}\n{{* 1 -}}\n{{! const a = 2; }}\n{{ a }}\r\n{{ a -}}\n{{ a }} \n';
  assert.deepEqual(await bodies('destination', 'dst_1'), [
    JSON.stringify(plain),
    JSON.stringify({ ...first, template: rewritten }),
  ]);
  assert.deepEqual(await bodies('behavior', 'beh_1'), [JSON.stringify(first)]);
});

test('documents that an older version deleted can be restored for 30 days after the upgrade', async () => {
  using folder = temporaryFolder();
  {
    using database = new DatabaseSync(olderDatabase(folder.path, '0015'));
    const version = database.prepare("INSERT INTO document_version VALUES ('behavior', ?, ?, ?, '', '', 'ada')");
    for (const [id, number] of [
      ['beh_1', 1],
      ['beh_2', 1],
      ['beh_2', 2],
    ] as const)
      version.run(id, number, JSON.stringify({ name: `${id} ${number}` }));
    database.exec("INSERT INTO document VALUES ('behavior', 'beh_1', 1)");
  }
  const before = Date.now();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
  const catalog = await sqliteCatalog(sqlite, keys(1));
  const [deleted, ...others] = await catalog.deleted({ kinds: ['behavior'], limit: 9 });
  assert.deepEqual([deleted?.id, deleted?.name, deleted?.deletedBy, others], ['beh_2', 'beh_2 2', 'ada', []]);
  assert.ok((deleted?.deletedAt ?? 0) >= before);
});

test('a purge leaves nothing of a secret in the file', async () => {
  using folder = temporaryFolder();
  const sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
  const catalog = await sqliteCatalog(sqlite, keys(1));
  const one = document({ body: secretBody('gone') });
  await catalog.change(0, [put(one)], []);
  await catalog.change(1, [{ op: 'delete', document: one }], []);
  assert.equal((await catalog.purge(Date.parse(one.updatedAt) + 1, 9)).length, 1);
  await sqlite[Symbol.asyncDispose]();
  const left = (await readFile(join(folder.path, databaseName))).toString('latin1');
  assert.equal(left.includes(keys(1).sealsWith), false);
});

test('a sealed secret that is moved to another row, document version or field does not decrypt', async () => {
  for (const sql of [
    `UPDATE document_version SET body = (SELECT body FROM document_version WHERE id = 'con_2') WHERE id = 'con_1'`,
    `UPDATE document_version SET body = replace(body, '"token"', '"other"') WHERE id = 'con_1'`,
    `UPDATE document_version SET id = 'con_3' WHERE id = 'con_1'; UPDATE document SET id = 'con_3' WHERE id = 'con_1'`,
  ]) {
    using folder = temporaryFolder();
    const open = () => openSqlite({ dir: folder.path, operations: operationsOf('catalog') });
    {
      await using sqlite = await open();
      const two = ['con_1', 'con_2'].map((id) => put(document({ id, body: secretBody(`of ${id}`) })));
      await (await sqliteCatalog(sqlite, keys(1))).change(0, two, []);
    }
    const raw = new DatabaseSync(join(folder.path, databaseName));
    raw.exec(sql);
    raw.close();
    await using sqlite = await open();
    const catalog = await sqliteCatalog(sqlite, keys(1));
    await assert.rejects(catalog.all(), /does not open: it was changed or moved/, sql);
  }
});
