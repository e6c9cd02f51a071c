import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Auth, auth } from '../contract/documents/connection.ts';
import type { EgressErrorKind, EgressOutcome } from '../egress/egress.ts';
import { type Exchange, judge } from './judge.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1 };
const none: Auth = { type: 'none' };
const oauth2 = auth.parse({
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'c',
  accessTokenUrl: 'https://example.com/token',
}) as Auth; // no secret in it

function answer(status: number, headers: [string, string][] = [], body = ''): EgressOutcome {
  return { kind: 'response', status, headers, body: Buffer.from(body), truncated: false, timings, resends: 0 };
}

function verdict(outcome: EgressOutcome, changes: Partial<Exchange> = {}) {
  return judge({
    outcome,
    auth: none,
    settings: { outcomes: [], onTimeout: 'retry' },
    isTokenFresh: false,
    isResend: false,
    waitedMs: 0,
    now,
    ...changes,
  });
}

const failure = (kind: EgressErrorKind): EgressOutcome => ({
  kind: 'error',
  error: { kind, message: `${kind} happened` },
  timings,
  resends: 0,
});

test('any 2xx is delivered, even when its body was cut off', () => {
  for (const status of [200, 201, 202, 204, 206, 299])
    assert.deepEqual(verdict(answer(status)), { kind: 'delivered', warning: null });
});

test('408, 425, 429 and 5xx but 501 and 505 are retried, counted; other 4xx, 3xx and statuses above 599 fail', () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 506, 507, 599]) {
    const judged = verdict(answer(status));
    assert.ok(judged.kind === 'retry' && judged.counted && judged.retryAfterMs === null, String(status));
    assert.equal(judged.errorKind, status === 429 ? 'http_429' : status < 500 ? 'http_4xx' : 'http_5xx');
  }
  for (const [status, reason] of [
    [300, 'http_3xx'],
    [301, 'http_3xx'],
    [304, 'http_3xx'],
    [307, 'http_3xx'],
    [400, 'http_4xx'],
    [401, 'http_4xx'],
    [403, 'http_4xx'],
    [404, 'http_4xx'],
    [409, 'http_4xx'],
    [413, 'http_4xx'],
    [422, 'http_4xx'],
    [451, 'http_4xx'],
    [501, 'http_5xx'],
    [505, 'http_5xx'],
    [600, 'protocol'],
    [999, 'protocol'],
  ] as const) {
    const judged = verdict(answer(status));
    assert.ok(judged.kind === 'failed' && judged.reason === reason && !judged.pausesDestination, String(status));
    assert.equal(judged.errorKind, reason);
  }
});

test('410 fails and pauses the destination', () => {
  const judged = verdict(answer(410));
  assert.ok(judged.kind === 'failed' && judged.pausesDestination && judged.detail.includes('paused'));
});

test('network errors are retried with their kind; a blocked address fails', () => {
  for (const kind of ['dns', 'connect', 'tls', 'timeout', 'reset', 'too_large', 'protocol'] as const) {
    const judged = verdict(failure(kind));
    assert.ok(judged.kind === 'retry' && judged.errorKind === kind && judged.counted, kind);
  }
  const judged = verdict(failure('blocked'));
  assert.ok(judged.kind === 'failed' && judged.reason === 'blocked' && judged.errorKind === 'blocked');
});

test('where a destination is set to hold, every error after which the request may have arrived is held as unknown outcome', () => {
  const settings = { outcomes: [], onTimeout: 'hold' as const };
  for (const kind of ['timeout', 'reset', 'protocol', 'too_large'] as const) {
    const judged = verdict(failure(kind), { settings });
    assert.ok(judged.kind === 'held' && judged.reason === 'unknown_outcome' && judged.errorKind === kind, kind);
  }
  for (const kind of ['dns', 'connect', 'tls'] as const)
    assert.equal(verdict(failure(kind), { settings }).kind, 'retry');
});

test('Retry-After on 429 makes the connection wait, on 503 the destination, and is not counted', () => {
  for (const [status, scope] of [
    [429, 'connection'],
    [503, 'destination'],
  ] as const) {
    const judged = verdict(answer(status, [['retry-after', '120']]));
    assert.ok(judged.kind === 'retry' && !judged.counted && judged.retryAfterMs === 120_000);
    assert.equal(judged.waitScope, scope);
  }
  for (const status of [408, 500, 502]) {
    const judged = verdict(answer(status, [['retry-after', '120']]));
    assert.ok(judged.kind === 'retry' && judged.counted && judged.retryAfterMs === null);
  }
});

test('Retry-After is seconds or an HTTP date; nonsense, zero and the past are ignored; the latest of several holds', () => {
  const wait = (...values: string[]) => {
    const judged = verdict(
      answer(
        503,
        values.map((value) => ['Retry-After', value]),
      ),
    );
    assert.ok(judged.kind === 'retry');
    assert.equal(judged.counted, judged.retryAfterMs === null);
    return judged.retryAfterMs;
  };
  assert.equal(wait('1'), 1_000);
  assert.equal(wait('Sun, 01 Mar 2026 00:01:00 GMT'), 60_000);
  assert.equal(wait('Sunday, 01-Mar-26 00:01:00 GMT'), 60_000);
  assert.equal(wait('Sun Mar  1 00:01:00 2026'), 60_000);
  for (const bad of [
    '0',
    '-5',
    '1.5',
    'soon',
    '',
    '1e3',
    '2026-03-01T00:01:00Z',
    'Sat, 28 Feb 2026 00:00:00 GMT',
    '60, 90',
  ])
    assert.equal(wait(bad), null, bad);
  assert.equal(wait('10', '60', 'x', '30'), 60_000);
  assert.equal(wait('99999999999999999999999'), 86_400_000);
  assert.equal(wait('90000'), 86_400_000);
});

test('Retry-After is obeyed up to 24 h in total, then attempts are counted', () => {
  const judged = verdict(answer(429, [['retry-after', '3600']]), { waitedMs: 86_400_000 - 60_000 });
  assert.ok(judged.kind === 'retry' && judged.retryAfterMs === 60_000 && !judged.counted);
  const later = verdict(answer(429, [['retry-after', '3600']]), { waitedMs: 86_400_000 });
  assert.ok(later.kind === 'retry' && later.counted && later.retryAfterMs === null && later.waitScope === null);
});

test('401: oauth2 refreshes once, then is auth rejected; basic and bearer are rejected at once; none fails', () => {
  const refused = (changes: Partial<Exchange>) => {
    const judged = verdict(answer(401), changes);
    return judged.kind === 'auth_refused' ? judged.refresh : judged.kind;
  };
  assert.equal(refused({ auth: oauth2 }), true);
  assert.equal(refused({ auth: oauth2, isTokenFresh: true }), false);
  assert.equal(refused({ auth: oauth2, isResend: true }), false);
  assert.equal(refused({ auth: { type: 'basic', username: 'u', password: null } }), false);
  assert.equal(refused({ auth: { type: 'bearer', token: null } }), false);
  assert.equal(refused({}), 'failed');
});

test('the signs of an expired token are configurable by status, header and body', () => {
  const refreshOn = [
    { status: 403, bodyContains: 'expired_token' },
    { status: 400, header: { name: 'WWW-Authenticate', contains: 'invalid_token' } },
    { status: 200, bodyContains: '"INVALID_SESSION"' },
  ];
  const kind = (outcome: EgressOutcome) => verdict(outcome, { auth: { ...oauth2, refreshOn } as Auth }).kind; // rules without undefined
  assert.equal(kind(answer(403, [], 'expired_token')), 'auth_refused');
  assert.equal(kind(answer(403, [], 'forbidden')), 'failed');
  assert.equal(kind(answer(400, [['www-authenticate', 'Bearer error="invalid_token"']])), 'auth_refused');
  assert.equal(kind(answer(200, [], '{"code":"INVALID_SESSION"}')), 'auth_refused');
  assert.equal(kind(answer(200, [], '{}')), 'delivered');
  assert.equal(kind(answer(401)), 'failed');
});

test('outcome rules are read in order and decide before anything else', () => {
  type Rules = Exchange['settings']['outcomes'];
  const by = (outcomes: Rules, outcome: EgressOutcome, auth: Auth = none) =>
    verdict(outcome, { settings: { outcomes, onTimeout: 'retry' }, auth });
  const body = '{"errors":[{"code":"LIMIT"}],"ok":false,"n":{"a":[1]}}';
  const json = (path: string, equals: unknown) => ({ json: { path, equals } });
  assert.equal(by([{ when: { status: 409 }, outcome: 'success' }], answer(409)).kind, 'delivered');
  const warned = by([{ when: { status: '2xx' }, outcome: 'warning' }], answer(202));
  assert.ok(warned.kind === 'delivered' && warned.warning !== null);
  const again = by([{ when: json('ok', false), outcome: 'retry', afterMs: 5_000 }], answer(200, [], body));
  assert.ok(again.kind === 'retry' && again.retryAfterMs === 5_000 && again.counted && again.errorKind === 'protocol');
  const throttled = by(
    [{ when: json('$.errors[0].code', 'LIMIT'), outcome: 'throttle', afterMs: 9_000 }],
    answer(200, [], body),
  );
  assert.ok(throttled.kind === 'retry' && throttled.waitScope === 'connection' && !throttled.counted);
  const failed = by([{ when: json('n', { a: [1] }), outcome: 'fail' }], answer(200, [], body));
  assert.ok(failed.kind === 'failed' && failed.reason === 'protocol');
  const paused = by([{ when: { status: '400-499' }, outcome: 'pause' }], answer(404));
  assert.ok(paused.kind === 'retry' && paused.pausesDestination);
  assert.equal(by([{ when: { status: 403 }, outcome: 'refresh_auth' }], answer(403), oauth2).kind, 'auth_refused');
  // Without authentication there is nothing to refresh, and no event would ever release the hold.
  assert.equal(by([{ when: { status: 403 }, outcome: 'refresh_auth' }], answer(403)).kind, 'failed');
  const ordered: Rules = [
    { when: { status: 500, header: { name: 'X-Kind', contains: 'final' } }, outcome: 'fail' },
    { when: { status: '5xx' }, outcome: 'success' },
  ];
  assert.equal(by(ordered, answer(500, [['x-kind', 'FINAL']])).kind, 'failed');
  assert.equal(by(ordered, answer(500)).kind, 'delivered');
  assert.equal(by([{ when: json('a', 1), outcome: 'fail' }], answer(200, [], '<html>')).kind, 'delivered');
  assert.equal(by([{ when: json('__proto__', {}), outcome: 'fail' }], answer(200, [], '{}')).kind, 'delivered');
});
