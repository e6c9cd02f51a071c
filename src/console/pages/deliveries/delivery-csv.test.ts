import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvHead, csvLine } from './delivery-csv.ts';

test('texts with commas, quotes and lines stay in their column, and no text is a formula', () => {
  const line = csvLine({
    id: 'dlv_1',
    eventId: null,
    actionId: null,
    destinationId: 'dst_1',
    connectionId: 'con_1',
    status: 'failed',
    reason: 'http_4xx',
    detail: '=1+1, "quoted"\nnext',
    errorKind: 'http_4xx',
    attempts: 2,
    nextAttemptAt: null,
    createdAt: '2026-01-02T03:04:05.000Z',
    finishedAt: null,
    test: false,
  });
  assert.equal(
    line,
    'dlv_1,failed,http_4xx,http_4xx,"\'=1+1, ""quoted""\nnext",,,con_1,dst_1,2,2026-01-02T03:04:05.000Z,,,false\r\n',
  );
  assert.equal(csvHead.split(',').length, 14);
});
