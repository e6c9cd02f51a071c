import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from './decode-jwt.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a pasted token shows its header, claims and expiry without being verified', () => {
  const jwt = `Bearer ${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: 'ü', exp: 1_700_000_000 })}.c2ln \n`;
  assert.deepEqual(decodeJwt(jwt), {
    ok: true,
    header: { alg: 'RS256', kid: 'k' },
    claims: { iss: 'ü', exp: 1_700_000_000 },
    expiresAt: new Date(1_700_000_000_000),
  });
  const endless = decodeJwt(`${part({ alg: 'none' })}.${part({})}.`);
  assert.ok(endless.ok && endless.expiresAt === null);
  const absurd = decodeJwt(`${part({ alg: 'none' })}.${part({ exp: 1e300 })}.`);
  assert.ok(absurd.ok && absurd.expiresAt === null);
});

test('anything else is reported as no JSON Web Token', () => {
  for (const text of [
    '',
    'abc',
    'a.b.c',
    `${part({ alg: 'x' })}.bm8.x`,
    `${part({ a: 1 })}.${Buffer.from('[1]').toString('base64url')}.x`,
  ])
    assert.equal(decodeJwt(text).ok, false, text);
});
