import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Auth } from '../contract/documents/connection.ts';
import { Secret } from '../contract/secret.ts';
import { secretExpiry } from './secret-expiry.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
const bearer = (text: string): Auth => ({ type: 'bearer', token: new Secret(text, '2026-01-01T00:00:00Z') });

test('a pasted JSON Web Token has a known expiry; other secrets have none', () => {
  assert.equal(secretExpiry(bearer(jwt({ exp: 1_800_000_000 })))?.toISOString(), '2027-01-15T08:00:00.000Z');
  for (const auth of [
    bearer(jwt({})),
    bearer(jwt({ exp: 'soon' })),
    bearer(jwt({ exp: 1e300 })),
    bearer('opaque'),
    bearer('a.b.c'),
    bearer(''),
    { type: 'none' },
    { type: 'basic', username: 'u', password: new Secret(jwt({ exp: 1 }), '2026-01-01T00:00:00Z') },
  ] satisfies Auth[])
    assert.equal(secretExpiry(auth), null);
});
