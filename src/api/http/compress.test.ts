import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { startTestServer } from '../testing/server.testing.ts';

test('JSON of a few KiB is compressed for clients that take gzip, in responses to GET alone', async () => {
  await using server = await startTestServer();
  for (let i = 0; i < 20; i++) await server.make('/collectors', { name: `Collector ${i}` });
  const plain = await server.call('GET', '/api/v1/collectors');
  assert.deepEqual([plain.headers['content-encoding'], plain.headers['vary']], [undefined, 'accept-encoding']);
  for (const path of ['/api/v1/collectors', '/openapi.json']) {
    const answer = await server.call('GET', path, undefined, { 'accept-encoding': 'br, gzip;q=0.5' });
    assert.equal(answer.headers['content-encoding'], 'gzip', path);
    assert.equal(answer.headers['content-length'], String(answer.rawPayload.length));
    const text = zlib.gunzipSync(answer.rawPayload).toString();
    assert.equal(text, (await server.call('GET', path)).body);
    assert.ok(answer.rawPayload.length < text.length / 3);
  }
  const gzip = { 'accept-encoding': 'gzip' };
  const notCompressed = [
    await server.call('GET', '/api/v1/collectors', undefined, { 'accept-encoding': 'gzip;q=0, br' }),
    await server.call('GET', '/api/v1/collectors?limit=1', undefined, gzip),
    await server.call('POST', '/api/v1/collectors', { name: 'n'.repeat(200), allowedOrigins: origins(90) }, gzip),
  ];
  for (const { headers } of notCompressed) assert.equal(headers['content-encoding'], undefined);
  assert.ok((notCompressed.at(-1)?.body.length ?? 0) > 4_096);
});

const origins = (count: number) =>
  Array.from({ length: count }, (_, i) => `https://a-shop-with-a-long-name-${i}.region-of-shops.example`);
