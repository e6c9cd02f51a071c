import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardTokenFields } from '../../contract/documents/connection.ts';
import type { EgressErrorKind, EgressOutcome } from '../../egress/egress.ts';
import { textRedaction } from '../secret-redaction.ts';
import { readTokenResponse } from './token-response.ts';

const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 1 };
const now = Date.parse('2026-03-01T00:00:00Z');

function answer(
  status: number,
  body: unknown,
  more: { headers?: [string, string][]; truncated?: boolean } = {},
): EgressOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { headers = [], truncated = false } = more;
  return { kind: 'response', status, headers, body: Buffer.from(text), truncated, timings, resends: 0 };
}

const read = (outcome: EgressOutcome, secrets: string[] = []) =>
  readTokenResponse(outcome, { now, fields: standardTokenFields, hide: textRedaction(secrets) });
const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 60 };

function failure(outcome: EgressOutcome, secrets: string[] = []) {
  const judged = read(outcome, secrets);
  assert.ok(!judged.ok);
  return judged;
}

test('a bearer token is accepted with token_type in any case, from any 2xx, with any media type', () => {
  for (const type of ['Bearer', 'bearer', 'BEARER'])
    assert.deepEqual(read(answer(200, { ...good, token_type: type })), {
      ok: true,
      accessToken: 'abc',
      lifeMs: 60_000,
      refreshToken: null,
      warnings: [],
    });
  assert.ok(read(answer(201, good, { headers: [['content-type', 'text/html']] })).ok);
  assert.ok(read(answer(200, `\ufeff${JSON.stringify(good)}`)).ok, 'a byte order mark is ignored');
  assert.ok(
    read(answer(200, good, { truncated: true })).ok,
    'a complete object is a valid response even if the socket broke',
  );
});

test('a missing token_type counts as bearer, with a warning', () => {
  for (const type of [undefined, null]) {
    const judged = read(answer(200, { ...good, token_type: type }));
    assert.ok(judged.ok && judged.warnings.length === 1);
  }
});

test('expires_in may be text; a missing or invalid one means a token without known expiry', () => {
  const life = (expires: unknown) => {
    const judged = read(answer(200, { ...good, expires_in: expires }));
    assert.ok(judged.ok);
    return [judged.lifeMs, judged.warnings.length];
  };
  assert.deepEqual(life('3600'), [3_600_000, 0]);
  assert.deepEqual(life(0.5), [500, 0]);
  assert.deepEqual(life(undefined), [null, 0]);
  assert.deepEqual(life(null), [null, 0]);
  for (const bad of [0, -1, 'soon', '', {}, true]) assert.deepEqual(life(bad), [null, 1], String(bad));
});

test('a 2xx without a usable token is rejected', () => {
  for (const body of [
    '',
    'null',
    '[]',
    '"abc"',
    '<html>Log in</html>',
    'access_token=abc&token_type=bearer',
    {},
    { ...good, access_token: '' },
    { ...good, access_token: 7 },
    { ...good, access_token: null },
    { ...good, access_token: 'a\r\nX-Evil: 1' },
    { ...good, access_token: 'ü' },
    { ...good, access_token: 'a b' },
    { ...good, token_type: 'mac' },
    { ...good, token_type: 'DPoP' },
    { ...good, token_type: 7 },
    { error: 'invalid_grant', error_description: 'In a 200' },
  ])
    assert.equal(failure(answer(200, body)).kind, 'rejected', JSON.stringify(body));
  assert.match(failure(answer(200, '<p>', { headers: [['content-type', 'text/html']] })).detail, /JSON.*text\/html/);
  assert.match(failure(answer(200, { error: 'invalid_grant' })).detail, /invalid_grant/);
});

test('a response over 64 KiB is rejected, a truncated one is temporary', () => {
  assert.equal(failure(answer(200, `{"access_token":"${'x'.repeat(65_519)}`, { truncated: true })).kind, 'rejected');
  assert.equal(failure(answer(200, '{"access_to', { truncated: true })).kind, 'temporary');
});

test('any 4xx but 408, 425 and 429 is rejected; these, 5xx and network errors are temporary', () => {
  for (const status of [400, 401, 403, 404, 405, 410, 418, 422, 451])
    for (const body of ['', '<h1>No</h1>', { error: 'temporarily_unavailable' }, { message: 'no' }])
      assert.equal(failure(answer(status, body)).kind, 'rejected', String(status));
  for (const status of [408, 425, 429, 500, 501, 502, 503, 504, 600])
    assert.equal(failure(answer(status, '<h1>Down</h1>')).kind, 'temporary', String(status));
  for (const kind of ['dns', 'connect', 'tls', 'timeout', 'reset', 'too_large', 'protocol'] as EgressErrorKind[]) {
    const judged = failure({ kind: 'error', error: { kind, message: 'what happened' }, timings, resends: 0 });
    assert.ok(judged.kind === 'temporary' && judged.detail.includes(kind) && judged.status === null);
  }
});

test('a redirect is rejected and says so; a blocked address is rejected', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const judged = failure(answer(status, '', { headers: [['location', 'https://elsewhere.example/']] }));
    assert.ok(judged.kind === 'rejected' && judged.detail.includes('redirect'));
  }
  const blocked = failure({ kind: 'error', error: { kind: 'blocked', message: 'x' }, timings, resends: 0 });
  assert.equal(blocked.kind, 'rejected');
});

test('every OAuth error code is rejected whatever the status, and is shown with its description', () => {
  for (const code of [
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
  ])
    for (const status of [400, 401, 403, 429, 500, 503]) {
      const judged = failure(answer(status, { error: code, error_description: 'Because\r\n of\u0000 this' }));
      assert.equal(judged.kind, 'rejected', `${status} ${code}`);
      assert.equal(judged.detail, `The token endpoint returned ${status} ${code}: Because of this`);
      assert.equal(judged.isClientRefused, code === 'invalid_client' || status === 401);
    }
});

test('Retry-After of a temporary failure is passed on', () => {
  assert.equal(failure(answer(503, '', { headers: [['retry-after', '30']] })).retryAfterMs, 30_000);
  assert.equal(failure(answer(429, '', { headers: [['retry-after', '0']] })).retryAfterMs, null);
  assert.equal(failure(answer(400, '', { headers: [['retry-after', '30']] })).retryAfterMs, null);
});

test('an error description that echoes a secret in any form is masked, and long ones are cut', () => {
  const value = 'p@ss "wörd"/+';
  for (const echo of [
    value,
    encodeURIComponent(value),
    new URLSearchParams({ a: value }).toString().slice(2),
    Buffer.from(value).toString('base64'),
  ]) {
    const { detail } = failure(answer(400, { error: 'invalid_grant', error_description: `got ${echo}.` }), [value]);
    assert.equal(detail, 'The token endpoint returned 400 invalid_grant: got [secret].');
  }
  const echoedCode = failure(answer(400, { error: 'bad-hunter22' }), ['hunter22']);
  assert.ok(!echoedCode.detail.includes('hunter22'));
  const long = failure(answer(400, { error: 'invalid_grant', error_description: 'x'.repeat(60_000) }));
  assert.ok(long.detail.length < 400);
  const masked = failure(answer(400, { error: 'invalid_client' }), ['client']);
  assert.ok(masked.isClientRefused, 'masking changes no verdict');
});
