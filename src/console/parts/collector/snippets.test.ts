import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdkSnippets } from './sdk-snippets.ts';
import { originOf, snippets } from './snippets.ts';

test('each snippet has the server URL and the key', () => {
  const ways = snippets({ origin: 'https://in.example', key: 'abc' });
  for (const [kind, text] of Object.entries(ways))
    assert.match(text, /https:\/\/in\.example\/(v3\/abc|abc\/dcs\.gif|tag\.js" data-key="abc")/, kind);
});

test('a server URL is an origin without a path', () => {
  assert.equal(originOf(' https://in.example/ '), 'https://in.example');
  assert.equal(originOf('http://127.0.0.1:8787'), 'http://127.0.0.1:8787');
  for (const wrong of ['in.example', 'ftp://in.example', 'https://in.example/v3', 'https://u:p@in.example', ''])
    assert.equal(originOf(wrong), null, wrong);
});

test('each snippet of an SDK has the server URL and the key', () => {
  for (const [kind, text] of Object.entries(sdkSnippets({ origin: 'https://in.example', key: 'abc' }))) {
    assert.ok(text.includes('https://in.example'), kind);
    assert.match(text, /['/]abc(:any)?'/, kind);
  }
});
