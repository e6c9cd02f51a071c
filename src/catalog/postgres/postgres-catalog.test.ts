import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresAudit } from '../../audit/postgres/postgres-audit.ts';
import { Secret } from '../../contract/secret.ts';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { configuredKeys } from '../../secrets/keys.ts';
import { type Sealer, sealer } from '../../secrets/sealer.ts';
import { catalogConformance, document, put } from '../catalog.conformance.ts';
import type { Change } from '../catalog.ts';
import { postgresCatalog } from './postgres-catalog.ts';
import { sealedCatalog } from './sealed-catalog.ts';

const database = postgresDatabase();
const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const keys = (...fills: number[]): Sealer => sealer(configuredKeys(fills.map(key).join()));
const secretBody = (value: string) => ({ auth: { token: new Secret(value, '2026-03-01T00:00:00.000Z') } });

catalogConformance('catalog on PostgreSQL', async () => {
  const postgres = await database();
  const catalog = await postgresCatalog(postgres, keys(1));
  return { ...catalog, audit: postgresAudit(postgres), [Symbol.asyncDispose]: async () => {} };
});

test('secrets are encrypted in the database, and a missing key fails the start with one sentence', async () => {
  const postgres = await database();
  const catalog = await postgresCatalog(postgres, keys(1));
  await catalog.change(0, [put(document({ body: secretBody('canary value') }))], []);
  const stored = await postgres.read(`SELECT 1 FROM document_version WHERE body LIKE '%canary%'`);
  assert.deepEqual(stored, []);
  await assert.rejects(
    postgresCatalog(postgres, keys(2)),
    /sealed with key [0-9a-f]{12}, which is not among the secret keys/,
  );
  assert.equal((await (await postgresCatalog(postgres, keys(2, 1))).all()).documents.length, 1);
});

test('after a rotation the first key alone opens everything, old versions and deleted documents too', async () => {
  const postgres = await database();
  const old = await postgresCatalog(postgres, keys(1));
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
  const store = sealedCatalog(postgres.query, keys(2, 1));
  const counts = async () => [...(await store.bodiesByKey([newId, oldId])).values()];
  assert.deepEqual([await counts(), await store.count()], [[0, 3], 3]);
  const done: number[] = [];
  await store.reseal((bodies) => done.push(bodies));
  assert.deepEqual([done, await counts()], [[3], [3, 0]]);
  const rotated = await postgresCatalog(postgres, keys(2));
  const newest = (await rotated.all()).documents.find(({ id }) => id === 'con_1');
  const body = newest?.body as ReturnType<typeof secretBody> | undefined; // as put
  assert.equal(body?.auth.token.reveal(), 'second');
  await assert.rejects(postgresCatalog(postgres, keys(1)), /not among the secret keys/);
});

test('a sealed secret that is moved to another document does not decrypt', async () => {
  const postgres = await database();
  const catalog = await postgresCatalog(postgres, keys(1));
  await catalog.change(
    0,
    ['con_1', 'con_2'].map((id) => put(document({ id, body: secretBody(`of ${id}`) }))),
    [],
  );
  await postgres.read(
    `UPDATE document_version SET body = (SELECT body FROM document_version WHERE id = 'con_2') WHERE id = 'con_1'`,
  );
  await assert.rejects(catalog.all(), /does not open: it was changed or moved/);
});
