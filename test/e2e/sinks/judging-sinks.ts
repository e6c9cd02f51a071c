import type { FakeAnswer } from '../../../src/egress/fake/fake-egress.testing.ts';
import { delivered, failed, held, retries, type Sink, waits } from './sink.ts';

const ok: FakeAnswer = { status: 200 };
const body = (status: number, value: unknown): FakeAnswer => ({ status, body: JSON.stringify(value) });
const rules = (...outcomes: object[]) => ({ outcomes });

/** What a destination's outcome rules make of answers. */
const ruledSinks: readonly Sink[] = [
  {
    what: 'it has it already, which is fine',
    answers: [{ status: 409 }],
    destination: rules({ when: { status: 409 }, outcome: 'success' }),
    stands: delivered(),
    nextMs: null,
  },
  {
    what: 'it knows no such record, which is worth a warning',
    answers: [{ status: 404 }],
    destination: rules({ when: { status: '4xx' }, outcome: 'warning' }),
    stands: delivered(),
    nextMs: null,
  },
  {
    what: 'it answers 200 and says that it failed',
    answers: [body(200, { ok: false })],
    destination: rules({ when: { status: '2xx', json: { path: 'ok', equals: false } }, outcome: 'fail' }),
    stands: failed('protocol'),
    nextMs: null,
  },
  {
    what: 'it answers 200 with something else than that rule waits for',
    answers: [body(200, { ok: true })],
    destination: rules({ when: { status: '2xx', json: { path: 'ok', equals: false } }, outcome: 'fail' }),
    stands: delivered(),
    nextMs: null,
  },
  {
    what: 'it answers 200 with no JSON where a rule reads JSON',
    answers: [{ status: 200, body: '<html>' }],
    destination: rules({ when: { json: { path: 'ok', equals: false } }, outcome: 'fail' }),
    stands: delivered(),
    nextMs: null,
  },
  {
    what: 'it refuses now and takes it later',
    answers: [{ status: 423 }, ok],
    destination: rules({ when: { status: 423 }, outcome: 'retry', afterMs: 12_000 }),
    stands: retries('http_4xx'),
    nextMs: 12_000,
  },
  {
    what: 'it is throttled with a status of its own',
    answers: [{ status: 403 }],
    destination: rules({ when: { status: '400-403' }, outcome: 'throttle', afterMs: 12_000 }),
    stands: waits('http_4xx'),
    nextMs: 12_000,
  },
  {
    what: 'it is throttled by a 200 with an error in its body',
    answers: [body(200, { error: { code: 'RATE' } })],
    destination: rules({ when: { json: { path: 'error.code', equals: 'RATE' } }, outcome: 'throttle', afterMs: 9_000 }),
    stands: waits('protocol'),
    nextMs: 9_000,
  },
  {
    what: 'it is throttled and says itself for how long',
    answers: [{ status: 403, headers: [['Retry-After', '21']] }],
    destination: rules({ when: { status: 403 }, outcome: 'throttle' }),
    stands: waits('http_4xx'),
    nextMs: 21_000,
  },
  {
    what: 'it is in maintenance, as a header tells',
    answers: [{ status: 200, headers: [['X-State', 'in Maintenance']] }],
    destination: rules({ when: { header: { name: 'x-state', contains: 'maintenance' } }, outcome: 'pause' }),
    afterMs: 5_000,
    stands: held('destination_paused', 'protocol', 1, [true]),
    nextMs: null,
  },
  {
    what: 'two rules fit: the first one decides',
    answers: [{ status: 409 }],
    destination: rules({ when: { status: '4xx' }, outcome: 'success' }, { when: { status: 409 }, outcome: 'fail' }),
    stands: delivered(),
    nextMs: null,
  },
  {
    what: 'a rule sees no answer where there is none',
    answers: [{ error: { kind: 'reset', message: 'broken' } }],
    destination: rules({ when: {}, outcome: 'success' }),
    stands: retries('reset'),
    nextMs: 5_000,
  },
];

const bearer = { type: 'bearer', token: 'a-token-for-sinks' };
const basic = { type: 'basic', username: 'user', password: 'a-password' };
const oauth = (more: object = {}) => ({
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'client',
  clientSecret: 'a-client-secret',
  accessTokenUrl: 'https://login.example/token',
  ...more,
});

const rejected = (exchanges: number) => held('auth_rejected', 'auth', 0, Array<boolean>(exchanges).fill(false));
/** The first event fetches the token, the second one meets its end. */
const expires = (
  what: string,
  last: readonly FakeAnswer[],
  auth: object,
  stands = delivered(1, [false, true]),
  nextMs: number | null = null,
): Sink => ({
  what,
  answers: [ok, ...last],
  auth: oauth(auth),
  events: 2,
  stands,
  nextMs,
});

const session = { status: 200, body: '{"error":"INVALID_SESSION"}' };

/** Credentials that are refused, and tokens that end in every way. */
const expiringSinks: readonly Sink[] = [
  { what: 'it refuses a bearer token', answers: [{ status: 401 }], auth: bearer, stands: rejected(1), nextMs: null },
  { what: 'it refuses a password', answers: [{ status: 401 }], auth: basic, stands: rejected(1), nextMs: null },
  { what: 'it forbids', answers: [{ status: 403 }], auth: bearer, stands: failed('http_4xx'), nextMs: null },
  {
    what: 'it refuses a token that is new',
    answers: [{ status: 401 }],
    auth: oauth(),
    stands: rejected(1),
    nextMs: null,
  },
  expires('a token ends with 401', [{ status: 401 }, ok], {}),
  expires('a token ends with 401, and so does the next', [{ status: 401 }], {}, rejected(2)),
  expires('a token ends with 403', [{ status: 403 }, ok], { refreshOn: [{ status: 403 }] }),
  expires('a token ends with 403, of which nobody told', [{ status: 403 }], {}, failed('http_4xx')),
  expires('a token ends with 200 and an error', [session, ok], {
    refreshOn: [{ status: 200, bodyContains: 'INVALID_SESSION' }],
  }),
  expires(
    'a token ends with 200 and an error, over and over',
    [session],
    {
      refreshOn: [{ status: 200, bodyContains: 'INVALID_SESSION' }],
    },
    rejected(2),
  ),
  expires(
    'another error with 200 is no end of a token',
    [{ status: 200, body: '{"error":"OTHER"}' }],
    {
      refreshOn: [{ status: 200, bodyContains: 'INVALID_SESSION' }],
    },
    delivered(),
  ),
  expires(
    'a token ends with 400 and a header',
    [{ status: 400, headers: [['WWW-Authenticate', 'Bearer error="invalid_token"']] }, ok],
    {
      refreshOn: [{ status: 400, header: { name: 'WWW-Authenticate', contains: 'invalid_token' } }],
    },
  ),
  expires('401 is no end of a token where a person said so', [{ status: 401 }], { refreshOn: [] }, failed('http_4xx')),
  expires(
    'a token ends, and the resend fails',
    [{ status: 401 }, { status: 500 }],
    {},
    retries('http_5xx', 1, [false, true]),
    5_000,
  ),
  {
    what: 'an outcome rule tells the end of a token',
    answers: [ok, body(200, { code: 190 }), ok],
    auth: oauth(),
    destination: rules({ when: { json: { path: 'code', equals: 190 } }, outcome: 'refresh_auth' }),
    events: 2,
    stands: delivered(1, [false, true]),
    nextMs: null,
  },
];

const token = (
  what: string,
  tokens: readonly FakeAnswer[],
  stands: Sink['stands'],
  nextMs: number | null = null,
): Sink => ({
  what: `its token endpoint ${what}`,
  answers: [ok],
  tokens,
  auth: oauth({ clientAuth: 'body' }),
  stands,
  nextMs,
});

const tokenSinks: readonly Sink[] = [
  token('fails', [{ status: 500 }], retries('auth'), 5_000),
  token('is overloaded', [{ status: 503 }], retries('auth'), 5_000),
  token('asks for a wait', [{ status: 429, headers: [['Retry-After', '30']] }], retries('auth'), 30_000),
  token(
    'asks for a shorter wait than the schedule',
    [{ status: 429, headers: [['Retry-After', '1']] }],
    retries('auth'),
    5_000,
  ),
  token('takes too long', [{ status: 408 }], retries('auth'), 5_000),
  token('times out', [{ error: { kind: 'timeout', message: 'slow' } }], retries('auth'), 5_000),
  token('is reset', [{ error: { kind: 'reset', message: 'broken' } }], retries('auth'), 5_000),
  token('has no address', [{ error: { kind: 'dns', message: 'unknown' } }], retries('auth'), 5_000),
  token('refuses the client', [body(401, { error: 'invalid_client' })], rejected(1)),
  token('refuses the grant', [body(400, { error: 'invalid_grant' })], rejected(1)),
  token('refuses the grant with 200', [body(200, { error: 'invalid_grant' })], rejected(1)),
  token('refuses the scope with 500', [body(500, { error: 'invalid_scope' })], rejected(1)),
  token('redirects', [{ status: 302, headers: [['Location', 'https://elsewhere.example']] }], rejected(1)),
  token('is not there', [{ status: 404 }], rejected(1)),
  token('shows a page', [{ status: 200, body: '<html>' }], rejected(1)),
  token('answers an empty object', [body(200, {})], rejected(1)),
  token('gives an empty token', [body(200, { access_token: '', token_type: 'bearer' })], rejected(1)),
  token('gives a token of another type', [body(200, { access_token: 't', token_type: 'mac' })], rejected(1)),
  token(
    'gives a token that no header can carry',
    [body(200, { access_token: 'a\r\nb', token_type: 'bearer' })],
    rejected(1),
  ),
  token('names no type', [body(200, { access_token: 'abc' })], delivered()),
  token('writes the type in capitals', [body(200, { access_token: 'abc', token_type: 'BEARER' })], delivered()),
  token('breaks off', [{ status: 200, body: '{"access_', truncated: true }], retries('auth'), 5_000),
];

export const judgingSinks: readonly Sink[] = [...ruledSinks, ...expiringSinks, ...tokenSinks];
