import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../testing/server.testing.ts';

test('/metrics has the format that Accept prefers: OpenMetrics, or the text format of Prometheus', async () => {
  await using server = await startTestServer();
  const open = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  const plain = 'text/plain; version=0.0.4; charset=utf-8';
  const cases: [accept: string | undefined, type: string][] = [
    [undefined, open],
    ['', open],
    ['*/*', open],
    ['application/json', open],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', open],
    ['text/plain', plain],
    ['Text/Plain; version=0.0.4', plain],
    ['text/*', plain],
    ['application/openmetrics-text', open],
    ['application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2', open],
    ['text/plain;version=0.0.4;q=0.5,*/*;q=0.1', plain],
    ['application/openmetrics-text;q=0.2, text/plain ; q=0.3', plain],
    ['application/openmetrics-text;q=0, */*', plain],
    ['text/plain;q=0, */*', open],
    ['text/plain;q=much', open],
  ];
  for (const [accept, type] of cases) {
    const answer = await server.call('GET', '/metrics', undefined, accept === undefined ? {} : { accept });
    assert.deepEqual([answer.statusCode, answer.headers['content-type']], [200, type], String(accept));
    assert.equal(answer.headers['vary'], 'accept');
    assert.equal(answer.body.endsWith('# EOF\n'), type === open, String(accept));
  }
});
