import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../contract/records/event.ts';
import { dueDelivery } from '../../journal/journal-samples.testing.ts';
import { deliveryBytes, eventBytes, textBytes, valueBytes } from './estimated-bytes.ts';

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

test('a text with a character beyond Latin-1 takes two bytes per character', () => {
  const text = 'x'.repeat(1_000_000);
  assert.equal(textBytes(text), 1_000_000);
  assert.equal(textBytes(`${text}ü`), 1_000_001);
  assert.equal(textBytes(`${text}я`), 2_000_002);
  assert.ok(valueBytes({ list: [`я${text}`] }) > 2_000_000);
});
