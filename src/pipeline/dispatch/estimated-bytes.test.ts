import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../contract/records/event.ts';
import { dueDelivery } from '../../journal/conformance/journal-samples.testing.ts';
import { deliveryBytes, eventBytes } from './estimated-bytes.ts';

test('the memory of an event is estimated from all its texts, and that of a delivery from its body', () => {
  const text = 'x'.repeat(1_000_000);
  const event = { data: {}, ext: {}, session: {} } as Event;
  for (const part of ['data', 'ext', 'session'] as const)
    for (const value of [text, { list: [{ deep: text }] }, { [text]: null }])
      assert.ok(eventBytes({ ...event, [part]: { value } }) >= 1_000_000, part);
  const rendered = { path: '', headers: [], body: text, isObject: false };
  assert.ok(deliveryBytes(dueDelivery({ rendered })) >= 1_000_000);
  assert.ok(deliveryBytes(dueDelivery({})) < 1_000);
});
