import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratePerMinute } from './rate.ts';

test('the rate of a new server counts from its first collector, that of an old one over the whole range', () => {
  const day = { from: '2026-01-01T12:00:00.000Z', until: '2026-01-02T12:00:00.000Z' };
  const at = (createdAt: string) => ({ createdAt });
  assert.equal(ratePerMinute(900, day, at('2026-01-02T11:57:00.000Z')), 300);
  assert.equal(ratePerMinute(1_440, day, at('2025-01-01T00:00:00.000Z')), 1);
  assert.equal(ratePerMinute(1_440, day, undefined), 1);
  assert.equal(ratePerMinute(5, day, at('2026-01-02T11:59:59.000Z')), 5);
});
