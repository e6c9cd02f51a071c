import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleAddress } from './greeting.ts';

test('the printed address of the console can be opened, also where the server listens on every address', () => {
  for (const host of ['0.0.0.0', '[::]'])
    assert.equal(consoleAddress(null, `http://${host}:8787`), 'http://127.0.0.1:8787');
  assert.equal(consoleAddress(null, 'http://[::1]:8787'), 'http://[::1]:8787');
  assert.equal(consoleAddress('https://millrace.example.com/', 'http://0.0.0.0:8787'), 'https://millrace.example.com');
});
