import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticationOf } from './authentication-standing.ts';
import { fine } from './connection.testing.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const later = (ms: number) => new Date(now + ms).toISOString();
const minute = 60_000;
const day = 86_400_000;

test('what a person has to do something about comes first', () => {
  const standing = (health: object, delivered = 0, type = 'bearer') =>
    authenticationOf({ auth: { type }, health: { ...fine, ...health }, figures: { delivered } } as never, now);
  const refused = { state: 'needs_attention', reason: 'auth_rejected', detail: 'HTTP 401', since: later(-day) };
  assert.deepEqual(standing({ ...refused, tokenExpiresAt: later(minute) }), { kind: 'refused', at: later(-day) });
  const missing = { ...refused, reason: 'credentials_missing', detail: 'The bearer token is missing.' };
  assert.deepEqual(standing(missing), { kind: 'missing', at: later(-day) });
  assert.deepEqual(standing({ ...refused, reason: 'breaker_open', detail: '500' }), { kind: 'unknown' });
  assert.deepEqual(standing({ secretExpiresAt: later(-1) }, 5), { kind: 'expired', at: later(-1) });
  const soon = { secretExpiresAt: later(3 * day), tokenExpiresAt: later(minute) };
  assert.deepEqual(standing(soon), { kind: 'expires', at: later(3 * day) });
  assert.deepEqual(standing({ certificateExpiresAt: later(day), secretExpiresAt: later(2 * day) }, 1), {
    kind: 'certificateExpires',
    at: later(day),
  });
  assert.equal(standing({ certificateExpiresAt: later(-1) }).kind, 'certificateExpired');
  const token = { secretExpiresAt: later(90 * day), tokenExpiresAt: later(41 * minute) };
  assert.deepEqual(standing(token), { kind: 'token', at: later(41 * minute) });
  assert.deepEqual(standing({ tokenExpiresAt: later(-1) }, 1), { kind: 'ok' });
  assert.deepEqual(standing({}, 1, 'none'), { kind: 'unknown' });
});
