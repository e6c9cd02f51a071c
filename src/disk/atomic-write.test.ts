import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../sqlite/temporary-folder.testing.ts';
import { makeFolder } from './atomic-write.ts';

test('a folder is created with its missing parents', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a', 'b', 'c');
  makeFolder(path, { mode: 0o700 });
  makeFolder(path, { mode: 0o700 });
  assert.equal(statSync(path).isDirectory(), true);
});

test(
  'a file system that refuses every folder is an error, not an endless try',
  { skip: process.platform !== 'linux' },
  () => assert.throws(() => makeFolder('/proc/millrace/data', { mode: 0o700 }), { code: 'ENOENT' }),
);
