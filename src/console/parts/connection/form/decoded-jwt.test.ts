import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodedJwt } from './decoded-jwt.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: unknown, header: unknown = { alg: 'RS256' }) => `${part(header)}.${part(claims)}.c2ln`;

test('a pasted JSON Web Token is decoded, with or without Bearer', () => {
  const claims = { sub: 'Zoë', exp: 1_000_000_000 };
  const expected = { header: { alg: 'RS256' }, claims, expiresAt: new Date('2001-09-09T01:46:40Z') };
  assert.deepEqual(decodedJwt(`Bearer ${token(claims)}`), expected);
  assert.deepEqual(decodedJwt(token(claims)), expected);
});

test('an expiry that is no time in a calendar is none, and another text is no token', () => {
  assert.equal(decodedJwt(token({ exp: 1e20 }))?.expiresAt, null);
  assert.equal(decodedJwt(token({ exp: 'soon' }))?.expiresAt, null);
  for (const text of ['a.b', 'a.b.c', token(null), token({}, 7), { set: true }, null])
    assert.equal(decodedJwt(text), null);
});
