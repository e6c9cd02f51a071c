import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incoming } from '../conformance/journal-samples.testing.ts';
import { eventOfLine, hasSameData, lineMatcher, lineOfEvent, visitorOfLine } from './event-codec.ts';

const place = { timeMs: 1_767_323_045_000, partition: 0, number: 7, collectorId: 'col_1' };
const readBack = (line: string) => eventOfLine({ ...place, line });

test('an event keeps its anonymous id', () => {
  const line = lineOfEvent({ ...incoming({ name: 'Buy' }), visitorId: 'user-1', anonymousId: 'anonymous-1' });
  assert.equal(readBack(line).anonymousId, 'anonymous-1');
  assert.deepEqual(visitorOfLine(line), { visitorId: 'user-1', anonymousId: 'anonymous-1' });
  for (const visitorId of ['user-1', 'anonymous-1']) assert.ok(lineMatcher({ lineStart: null, visitorId })(line));
  assert.ok(hasSameData(line, lineOfEvent({ ...incoming({ name: 'Buy' }), visitorId: 'anonymous-1' })));
});

test('a line without an anonymous id is read as an event that has none, and an event without one is written so', () => {
  const line = '["Buy","visitor-1",null,"2026-01-02T03:04:05.000Z","infinity",{"a":"1"},0,0]';
  const { id: _, receivedAt: __, ...read } = readBack(line);
  assert.equal(read.anonymousId, null);
  assert.deepEqual(read.data, { a: '1' });
  assert.equal(lineOfEvent({ ...read, identity: null }), line);
});
