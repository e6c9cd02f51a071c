import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StreamMessage, streamReader } from './server-sent-events.ts';

test('a stream reads the same however it was cut into pieces, without its comments', () => {
  const text =
    ': hello\n\nid: 1\nevent: event\ndata: {"a":1}\n\nevent: skipped\ndata: {"count":\ndata: 2}\n\n: beat\n\n';
  for (const size of [1, 3, 7, text.length]) {
    const read: StreamMessage[] = [];
    const push = streamReader((message) => read.push(message));
    for (let at = 0; at < text.length; at += size) push(text.slice(at, at + size));
    assert.deepEqual(read, [
      { event: 'event', data: '{"a":1}' },
      { event: 'skipped', data: '{"count":\n2}' },
    ]);
  }
});
