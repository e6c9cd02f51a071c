import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../testing/server.testing.ts';

test('the Inbox keeps the newest requests, at most 8 MiB', async () => {
  const api = await startTestServer();
  for (let n = 0; n < 150; n++) {
    const sent = await api.call('POST', `/inbox/large/${n}`, 'x'.repeat(65_536));
    assert.equal(sent.statusCode, 200);
  }
  let kept = 0;
  let newest: string | undefined;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { data, page } = (await api.call('GET', `/api/v1/inbox/requests?limit=200${query}`)).json();
    newest ??= data[0].path;
    kept += data.length;
    cursor = page.next;
  }
  assert.equal(newest, '/inbox/large/149');
  assert.ok(kept > 100 && kept <= 128, `${kept} were kept`);
});
