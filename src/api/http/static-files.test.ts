import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

test('a file that is there only compressed is sent to every client', async () => {
  using folder = temporaryFolder();
  const script = 'console.log("a page")';
  mkdirSync(join(folder.path, 'assets'));
  writeFileSync(join(folder.path, 'index.html'), '');
  writeFileSync(join(folder.path, 'assets/page.js.gz'), zlib.gzipSync(script));
  await using server = await startTestServer({ consoleDir: folder.path });
  const plain = await server.call('GET', '/assets/page.js');
  assert.deepEqual([plain.statusCode, plain.headers['content-encoding'], plain.body], [200, undefined, script]);
  const packed = await server.call('GET', '/assets/page.js', undefined, { 'accept-encoding': 'gzip' });
  assert.deepEqual([packed.statusCode, packed.headers['content-encoding']], [200, 'gzip']);
  assert.equal(zlib.gunzipSync(packed.rawPayload).toString(), script);
  for (const { headers } of [plain, packed])
    assert.deepEqual([headers['vary'], headers['content-type']], ['accept-encoding', 'text/javascript; charset=utf-8']);
  assert.equal((await server.call('GET', '/assets/other.js')).statusCode, 404);
});
