import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenPrefix } from '../contract/accounts/token.ts';
import { Secret } from '../contract/secret.ts';
import { newSecret } from '../identity/one-time-secret.ts';
import { createScrubber, maskHeaders, responseRedaction, scrubAttempt, secretHeaderNames } from './secret-redaction.ts';

test('credentials and secret headers are masked, except for the name of the scheme', () => {
  const value = 'of a header';
  const secret = secretHeaderNames(
    { type: 'none' },
    [
      { name: 'X-Key', value, secret: true },
      { name: 'X-Plain', value, secret: false },
    ] as never[], // a string instead of the secret
    [],
  );
  const shown = maskHeaders(
    [
      ['Authorization', 'Bearer abc'],
      ['authorization', 'a-raw-token'],
      ['AUTHORIZATION', ' with a leading space'],
      ['x-key', value],
      ['X-Plain', value],
      ['Cookie', 'a=b'],
    ],
    secret,
  );
  assert.deepEqual(
    shown.map(([, text]) => text),
    ['Bearer [secret]', '[secret]', '[secret]', '[secret]', value, '[secret]'],
  );
});

test('every text of an attempt is scrubbed, and an attempt without secrets stays the same object', () => {
  const timings = { queueMs: 0, tokenMs: 0, dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 0 };
  const attempt = {
    id: 'att_1',
    number: 1,
    counted: true,
    batchId: null,
    records: 1,
    startedAt: '',
    durationMs: 1,
    timings,
    request: {
      method: 'GET',
      url: 'https://x/?k=SECRET',
      headers: [['a', 'SECRET']] as [string, string][],
      body: 'SECRET',
    },
    response: { status: 400, headers: [['b', 'SECRET']] as [string, string][], body: 'SECRET', truncated: false },
    error: { kind: 'http_4xx' as const, message: 'SECRET' },
    outcome: 'failed' as const,
    versions: { action: null, destination: 1, connection: 1 },
  };
  const scrubbed = scrubAttempt(attempt, (text) => text.replaceAll('SECRET', '[secret]'));
  assert.equal(JSON.stringify(scrubbed), JSON.stringify(attempt).replaceAll('SECRET', '[secret]'));
  assert.equal(
    scrubAttempt(attempt, (text) => text),
    attempt,
  );
  const bare = { ...attempt, request: null, response: null, error: null };
  assert.equal(
    scrubAttempt(bare, (text) => text),
    bare,
  );
});

test('credentials that were sent and secrets too short for the scrubber are removed from a response', () => {
  const body = { password: new Secret('s3c!', ''), long: new Secret('left-to-the-scrubber', ''), none: null };
  const sent = (token: string): [string, string][] => [['authorization', `Bearer ${token}`]];
  const hide = responseRedaction({ type: 'none' }, [body, {}])(sent('token-1'));
  assert.equal(hide('got token-1, s3c! and czNjIQ=='), 'got [secret], [secret] and [secret]');
  assert.equal(hide(encodeURIComponent('s3c!')), '[secret]');
  assert.equal(
    responseRedaction({ type: 'none' }, [body])(sent('token-2'))('token-1 token-2'),
    'token-1 [secret]',
    'each request has its own',
  );
  assert.equal(responseRedaction({ type: 'none' }, [body])([])('s3c!'), '[secret]');
  assert.equal(responseRedaction({ type: 'none' }, [{}])([])('s3c!'), 's3c!');
});

const at = '2026-03-01T00:00:00.000Z';

test('secrets are removed in every form in which they may be sent', () => {
  const value = 'p&ss w+rd"\\/é(1)';
  const { scrub, learn } = createScrubber();
  learn([new Secret(value, at), new Secret('short', at), 'tokentoken']);
  const bytes = Buffer.from(value);
  const forms = [
    value,
    JSON.stringify({ value }),
    JSON.stringify({ value }).replaceAll('/', '\\/').replace('é', '\\u00e9'),
    encodeURIComponent(value),
    encodeURIComponent(value).toLowerCase(),
    new URLSearchParams({ value }).toString(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...['', 'u', 'us', 'user'].map((name) => `Basic ${Buffer.from(`${name}:${value}`).toString('base64')}`),
    `Bearer tokentoken.`,
  ];
  for (const form of forms) assert.match(scrub(`before ${form} after`), /^before .*\[secret\].* after$/, form);
  assert.equal(scrub(`a ${value}${value} b`), 'a [secret][secret] b');
  assert.equal(scrub('short words stay'), 'short words stay');
});

test('API tokens are removed by their form, also when no secret is known', () => {
  const { scrub, learn } = createScrubber();
  const token = newSecret(tokenPrefix);
  for (const known of [[], ['a-known-secret']]) {
    learn(known);
    assert.equal(scrub(`/v3/${token}?k=${token}`), '/v3/[secret]?k=[secret]');
    assert.equal(scrub('mlr_of_a_name'), 'mlr_of_a_name');
  }
});

test('each line of a key is removed, its first and last stay', () => {
  const { scrub, learn } = createScrubber();
  learn(['-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49AgEGCCqGSM49\n-----END PRIVATE KEY-----\n']);
  assert.equal(scrub('x SM49AgEGCCqGSM49 y'), 'x [secret] y');
  assert.equal(scrub('-----BEGIN PRIVATE KEY-----'), '-----BEGIN PRIVATE KEY-----');
});

test('a text crafted to resemble a secret is withheld instead of compared without a bound', () => {
  const { scrub, learn } = createScrubber();
  learn([`${'a'.repeat(4_000)}b`]);
  assert.equal(scrub('a'.repeat(400_000)), '[secret]');
  assert.equal(scrub(`aaa${'a'.repeat(4_000)}b`), 'aaa[secret]');
});

test('a replaced secret stays scrubbed until too many are known; then those in use remain', () => {
  const live = new Set(['first-secret']);
  const { scrub, follow, learn } = createScrubber({ charactersMax: 20_000 });
  const refresh = follow(() => live);
  live.clear();
  live.add('second-secret');
  refresh();
  assert.equal(scrub('first-secret second-secret'), '[secret] [secret]');
  for (let i = 0; i < 200; i++) learn([`passing-secret-${i}-passing`]);
  assert.equal(scrub('first-secret second-secret'), 'first-secret [secret]');
  assert.equal(scrub('passing-secret-199-passing'), '[secret]');
});
