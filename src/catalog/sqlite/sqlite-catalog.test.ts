import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditOperations, sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { Secret } from '../../contract/secret.ts';
import { parseKeys } from '../../secrets/keys.ts';
import { type Sealer, sealer } from '../../secrets/sealer.ts';
import { databaseName } from '../../sqlite/database-file.ts';
import { openSqlite } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.ts';
import { catalogConformance, document, put } from '../catalog.conformance.ts';
import type { Change } from '../catalog.ts';
import { catalogOperations, rotateCatalogSecrets, sqliteCatalog } from './sqlite-catalog.ts';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const keys = (...fills: number[]): Sealer => sealer(parseKeys(fills.map(key).join()));

catalogConformance('SQLite catalogue', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: [catalogOperations, auditOperations] }));
  const catalog = await sqliteCatalog(sqlite, keys(1));
  return { ...catalog, audit: sqliteAudit(sqlite), [Symbol.asyncDispose]: () => resources.disposeAsync() };
});

const secretBody = (value: string) => ({ auth: { token: new Secret(value, '2026-03-01T00:00:00.000Z') } });

test('secrets are sealed on disk, and a missing key stops the opening with one sentence', async () => {
  using folder = temporaryFolder();
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations: [catalogOperations] });
    const catalog = await sqliteCatalog(sqlite, keys(1));
    await catalog.change(0, [put(document({ body: secretBody('canary value') }))], []);
  }
  assert.equal((await readFile(join(folder.path, databaseName))).includes('canary value'), false);
  await using sqlite = await openSqlite({ dir: folder.path, operations: [catalogOperations] });
  await assert.rejects(
    sqliteCatalog(sqlite, keys(2)),
    /sealed with key [0-9a-f]{12}, which is not among the secret keys/,
  );
  assert.equal((await (await sqliteCatalog(sqlite, keys(2, 1))).all()).documents.length, 1);
});

test('after a rotation the first key alone opens everything, old versions and deleted documents too', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: [catalogOperations] });
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
  assert.equal(await rotateCatalogSecrets(sqlite, keys(2, 1)), 3);
  const rotated = await sqliteCatalog(sqlite, keys(2));
  const tokens = async (id: string) =>
    (await rotated.versions({ kind: 'connection', id, limit: 9 })).map((one) =>
      (one.body as ReturnType<typeof secretBody>).auth.token.reveal(),
    ); // as put
  assert.deepEqual([await tokens('con_1'), await tokens('con_2')], [['second', 'first'], ['gone']]);
  await assert.rejects(sqliteCatalog(sqlite, keys(1)), /not among the secret keys/);
});
