import assert from 'node:assert/strict';
import { test } from 'node:test';
import { occurredAtOf } from './event-times.ts';

const receivedAt = new Date('2026-03-01T12:00:00.000Z');
const at = (time: unknown, sentAt: unknown = null, isServer = false) =>
  occurredAtOf({ time, sentAt, isServer }, receivedAt);

test('an event has the time that its sender gave, with up to nine digits and any offset', () => {
  assert.equal(at('2026-03-01T11:59:58.123456789+01:00'), '2026-03-01T10:59:58.123Z');
  assert.equal(at('2026-03-01T11:00:00Z', '2026-03-01T11:56:00Z'), '2026-03-01T11:00:00.000Z');
  assert.equal(at('1772366400123'), '2026-03-01T12:00:00.000Z', 'never later than it was received');
  for (const none of [null, undefined, '', 'yesterday', 7, '9999-12-31T23:00:00-02:00', '0000-01-01T00:00:00+01:00'])
    assert.equal(at(none), receivedAt.toISOString());
});

test('a clock that is wrong by more than five minutes is corrected by the time of sending', () => {
  assert.equal(at('2020-01-01T00:00:00Z', '2020-01-01T00:00:10Z'), '2026-03-01T11:59:50.000Z');
  assert.equal(at('2030-01-01T00:00:00Z', '2030-01-01T00:01:00Z'), '2026-03-01T11:59:00.000Z');
  assert.equal(at('2030-01-02T00:00:00Z', '2030-01-01T00:00:00Z'), '2026-03-01T12:00:00.000Z', 'never in the future');
  assert.equal(at('2020-01-01T00:00:00Z', '2025-01-01T00:00:00Z'), '2026-01-30T12:00:00.000Z', 'at most 30 days old');
});

test('the clock of a back end is not corrected: it does not renew the time of sending when it repeats a request', () => {
  assert.equal(at('2026-03-01T10:00:00Z', '2026-03-01T10:00:01Z', true), '2026-03-01T10:00:00.000Z');
});
