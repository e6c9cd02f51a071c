import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Auth,
  connectionInput,
  standardTokenFields,
  standardTokenParams,
} from '../contract/documents/connection.ts';
import { Secret } from '../contract/secret.ts';
import { type FakeAnswer, fakeEgress } from '../egress/fake/fake-egress.testing.ts';
import { AuthorizedConnection, createAuthenticator } from './authenticator.ts';
import type { Oauth2 } from './oauth/client-auth.ts';

const secret = (value: string) => new Secret(value, '2026-01-01T00:00:00Z');
const settings = connectionInput.parse({ name: 'c', baseUrl: 'https://example.com' })
  .settings as AuthorizedConnection['settings']; // no secrets in it

const clientCredentials: Oauth2 = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'client',
  clientSecret: secret('client-secret'),
  accessTokenUrl: 'https://login.example.com/token',
  scope: '',
  clientAuth: 'auto',
  clientAssertion: null,
  extraParams: {},
  extraHeaders: {},
  tokenFields: standardTokenFields,
  tokenBody: 'form',
  tokenParams: standardTokenParams,
  tokenHeader: null,
  refreshOn: [{ status: 401 }],
};

/** A connection, a fake clock, and a scripted token endpoint. */
function setUp(
  handler: (form: URLSearchParams, index: number, authorization: string | null) => FakeAnswer | Promise<FakeAnswer>,
) {
  const clock = { now: 1_000_000_000 };
  const egress = fakeEgress({
    handler: (request, index) => {
      const authorization = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? null;
      return handler(new URLSearchParams(String(request.body)), index, authorization);
    },
  });
  let ids = 0;
  const http = { egress, now: () => clock.now, newId: () => `id-${++ids}`, isHttpAllowed: () => false };
  const authenticator = createAuthenticator(http);
  const connection = (auth: Auth = clientCredentials, id = 'con_1') =>
    new AuthorizedConnection({ id, body: { auth, settings } });
  return { clock, egress, authenticator, connection };
}

const token = (name: string, more: object = {}): FakeAnswer => ({
  status: 200,
  body: JSON.stringify({ access_token: name, token_type: 'Bearer', expires_in: 3_600, ...more }),
});
const refusal = (status: number, error: string, description?: string): FakeAnswer => ({
  status,
  body: JSON.stringify({ error, error_description: description }),
});

/** The Authorization header of a request, or the error. */
async function header(set: ReturnType<typeof setUp>, auth?: Auth) {
  const authorization = await set.authenticator.authorize(set.connection(auth));
  return authorization.ok ? (authorization.headers[0]?.[1] ?? null) : authorization.kind;
}

/** Lets every pending promise continuation run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('none sends no Authorization, basic is UTF-8 in base64, bearer is the token', async () => {
  const set = setUp(() => token('never'));
  assert.equal(await header(set, { type: 'none' }), null);
  assert.equal(
    await header(set, { type: 'basic', username: 'jürgen', password: secret('p:ä€') }),
    `Basic ${Buffer.from('jürgen:p:ä€', 'utf8').toString('base64')}`,
  );
  assert.equal(await header(set, { type: 'bearer', token: secret('abc') }), 'Bearer abc');
  assert.equal(set.egress.requests.length, 0);
});

test('a request is never authorised without its token', async () => {
  const set = setUp(() => ({ status: 503 }));
  assert.equal(await header(set, { type: 'bearer', token: null }), 'rejected');
  assert.equal(await header(set), 'temporary');
  assert.equal(
    await header(set, { ...clientCredentials, grant: 'jwt', jwt: secret(' Bearer '), assertion: null }),
    'rejected',
  );
});

test('500 cold concurrent deliveries make one token request', async () => {
  const hold = Promise.withResolvers<void>();
  const set = setUp(async () => {
    await hold.promise;
    return token('one');
  });
  const all = Array.from({ length: 500 }, () => set.authenticator.authorize(set.connection()));
  hold.resolve();
  for (const authorization of await Promise.all(all)) {
    assert.ok(authorization.ok && authorization.fresh && authorization.headers[0]?.[1] === 'Bearer one');
  }
  assert.equal(set.egress.requests.length, 1);
  const later = await set.authenticator.authorize(set.connection());
  assert.ok(later.ok && !later.fresh && later.tokenMs === null);
  assert.equal(set.egress.requests.length, 1);
});

test('500 cold concurrent deliveries share one failure, and the next one asks again after a pause of 1 s', async () => {
  const set = setUp((_, index) => (index === 0 ? { status: 500 } : token('t')));
  const all = await Promise.all(Array.from({ length: 500 }, () => header(set)));
  assert.ok(all.every((one) => one === 'temporary'));
  assert.equal(await header(set), 'waiting');
  set.clock.now += 999;
  assert.equal(await header(set), 'waiting');
  assert.equal(set.egress.requests.length, 1);
  set.clock.now += 1;
  assert.equal(await header(set), 'Bearer t');
});

test('a clock that is set back ends the pause of a token endpoint', async () => {
  const set = setUp((_, index) =>
    index === 0 ? { status: 503, headers: [['retry-after', '3600']] } : token(`t${index}`),
  );
  assert.equal(await header(set), 'temporary');
  assert.equal(await header(set), 'waiting');
  set.clock.now -= 86_400_000;
  assert.equal(await header(set), 'Bearer t1');
});

test('each connection has its own token', async () => {
  const set = setUp((_, index) => token(`t${index}`));
  const of = async (id: string) => {
    const authorization = await set.authenticator.authorize(set.connection(clientCredentials, id));
    return authorization.ok && authorization.headers[0]?.[1];
  };
  assert.deepEqual(await Promise.all([of('con_1'), of('con_2'), of('con_1')]), ['Bearer t0', 'Bearer t1', 'Bearer t0']);
});

test('a changed credential, scope, address or CA gets a new token at once; an equal copy keeps the old one', async () => {
  const set = setUp((_, index) => token(`t${index}`));
  assert.equal(await header(set), 'Bearer t0');
  assert.equal(await header(set, { ...clientCredentials, clientSecret: secret('client-secret') }), 'Bearer t0');
  assert.equal(await header(set, { ...clientCredentials, clientSecret: secret('changed') }), 'Bearer t1');
  assert.equal(await header(set, { ...clientCredentials, scope: 'a' }), 'Bearer t2');
  assert.equal(await header(set, { ...clientCredentials, accessTokenUrl: 'https://other.example.com/t' }), 'Bearer t3');
  const authorization = await set.authenticator.authorize(
    new AuthorizedConnection({
      id: 'con_1',
      body: {
        auth: clientCredentials,
        settings: { ...settings, tls: { ca: 'PEM', cert: null, key: null, minVersion: 'TLSv1.2' } },
      },
    }),
  );
  assert.ok(authorization.ok && authorization.headers[0]?.[1] === 'Bearer t4');
  assert.equal(set.egress.requests.at(-1)?.tls?.ca, 'PEM');
});

test('a refused token is dropped and fetched again exactly once, however many deliveries report it', async () => {
  const set = setUp((_, index) => token(`t${index}`));
  const old = await set.authenticator.authorize(set.connection());
  assert.ok(old.ok);
  set.authenticator.refused(set.connection(), old);
  set.authenticator.refused(set.connection(), old);
  assert.deepEqual(await Promise.all([header(set), header(set)]), ['Bearer t1', 'Bearer t1']);
  set.authenticator.refused(set.connection(), old);
  assert.equal(await header(set), 'Bearer t1', 'a late report of the old token leaves the new one');
  assert.equal(set.egress.requests.length, 2);
});

test('a token fetched because the old one was refused is fresh', async () => {
  const set = setUp((_, index) => token(`t${index}`));
  const old = await set.authenticator.authorize(set.connection());
  assert.ok(old.ok);
  set.authenticator.refused(set.connection(), old);
  const next = await set.authenticator.authorize(set.connection());
  assert.ok(next.ok && next.fresh);
});

test('a forgotten connection fetches a new token', async () => {
  const set = setUp((_, index) => token(`t${index}`));
  await header(set);
  set.authenticator.forget('con_1');
  assert.equal(await header(set), 'Bearer t1');
});

test('a token is renewed in the background 60 s before its end while the old one is still sent', async () => {
  const hold = Promise.withResolvers<void>();
  const set = setUp(async (_, index) => {
    if (index === 1) await hold.promise;
    return token(`t${index}`);
  });
  await header(set);
  set.clock.now += 3_539_999;
  assert.equal(await header(set), 'Bearer t0');
  assert.equal(set.egress.requests.length, 1);
  set.clock.now += 1;
  assert.deepEqual(await Promise.all([header(set), header(set), header(set)]), ['Bearer t0', 'Bearer t0', 'Bearer t0']);
  assert.equal(set.egress.requests.length, 2);
  hold.resolve();
  await settled();
  assert.equal(await header(set), 'Bearer t1');
  assert.equal(set.egress.requests.length, 2);
});

test('a short token is renewed at 10 % of its life before its end', async () => {
  const set = setUp((_, index) => token(`t${index}`, { expires_in: 10 }));
  await header(set);
  set.clock.now += 8_999;
  await header(set);
  assert.equal(set.egress.requests.length, 1);
  set.clock.now += 1;
  await header(set);
  await settled();
  assert.equal(await header(set), 'Bearer t1');
});

test('an unexpired token stays in use while the token endpoint is down, which is asked again with pauses', async () => {
  const set = setUp((_, index) => (index === 0 ? token('t0') : { error: { kind: 'connect', message: 'refused' } }));
  await header(set);
  set.clock.now += 3_541_000;
  for (let i = 0; i < 50; i++) {
    assert.equal(await header(set), 'Bearer t0');
    await settled();
  }
  assert.equal(set.egress.requests.length, 2, 'one try, then a pause');
  set.clock.now += 15_000;
  assert.equal(await header(set), 'Bearer t0');
  await settled();
  assert.equal(set.egress.requests.length, 3);
  set.clock.now += 44_000;
  assert.equal(await header(set), 'temporary', 'an expired token is never sent');
});

test('a rejected renewal leaves the unexpired token in use; after its expiry the rejection is reported', async () => {
  const set = setUp((_, index) => (index === 0 ? token('t0') : refusal(400, 'invalid_grant')));
  await header(set);
  set.clock.now += 3_590_000;
  assert.equal(await header(set), 'Bearer t0');
  await settled();
  set.clock.now += 10_000;
  assert.equal(await header(set), 'rejected');
});

test('a clock that jumps ahead costs a new token; a clock that is set back renews in the background', async () => {
  const set = setUp((_, index) => token(`t${index}`));
  await header(set);
  set.clock.now += 365 * 86_400_000;
  assert.equal(await header(set), 'Bearer t1');
  set.clock.now -= 365 * 86_400_000;
  assert.equal(await header(set), 'Bearer t1');
  await settled();
  assert.equal(await header(set), 'Bearer t2');
  await settled();
  assert.equal(set.egress.requests.length, 3);
});

test('the lifetime of a token counts from the start of its request', async () => {
  const set = setUp((_, index) => {
    set.clock.now += 9_000;
    return token(`t${index}`, { expires_in: 10 });
  });
  const first = await set.authenticator.authorize(set.connection());
  assert.ok(first.ok && first.fresh && first.tokenMs === 9_000);
  set.clock.now += 1_000;
  assert.equal(await header(set), 'Bearer t1');
});

test('a token without expires_in has no known end', async () => {
  const set = setUp((_, index) => token(`t${index}`, { expires_in: undefined }));
  await header(set);
  set.clock.now += 10 * 365 * 86_400_000;
  assert.equal(await header(set), 'Bearer t0');
});

test('auto tries HTTP Basic, then the body after 401 or invalid_client, and remembers what worked', async () => {
  for (const refused of [{ status: 401 }, refusal(400, 'invalid_client')]) {
    const seen: string[] = [];
    const set = setUp((form, index, authorization) => {
      seen.push(authorization === null ? 'body' : 'basic');
      return form.get('client_secret') === 'client-secret' ? token(`t${index}`, { expires_in: 10 }) : refused;
    });
    assert.equal(await header(set), 'Bearer t1');
    set.clock.now += 10_000;
    assert.equal(await header(set), 'Bearer t2');
    assert.deepEqual(seen, ['basic', 'body', 'body']);
  }
});

test('auto reports both refusals when neither method is accepted, and other errors end it at once', async () => {
  const set = setUp((_, __, authorization) => refusal(401, 'invalid_client', authorization ? 'by header' : 'by body'));
  const both = await set.authenticator.authorize(set.connection());
  assert.ok(!both.ok && both.kind === 'rejected');
  assert.match(both.detail, /basic: .*401 invalid_client: by header; body: .*by body/);
  const other = setUp(() => refusal(400, 'invalid_scope'));
  assert.equal(await header(other), 'rejected');
  assert.equal(other.egress.requests.length, 1);
});

test('auto stays temporary when the second method meets a server error', async () => {
  const set = setUp((_, index) => (index === 0 ? { status: 401 } : { status: 503 }));
  assert.equal(await header(set), 'temporary');
});

test('over plain http no token is requested unless the operator allows the host', async () => {
  const set = setUp(() => token('t'));
  const authorization = await set.authenticator.authorize(
    set.connection({ ...clientCredentials, accessTokenUrl: 'http://login.example.com/token' }),
  );
  assert.ok(!authorization.ok && authorization.kind === 'rejected' && /https/.test(authorization.detail));
  assert.equal(set.egress.requests.length, 0);
});

test('the expiry of the current token is known without a request, and only for the credentials that fetched it', async () => {
  const set = setUp((_form, index) => token(`t${index}`, index === 1 ? { expires_in: undefined } : {}));
  const ends = (auth?: Auth) => set.authenticator.tokenExpiresAt(set.connection(auth));
  assert.equal(ends(), null);
  assert.equal(set.egress.requests.length, 0);
  await header(set);
  const end = ends();
  assert.ok(end !== null && end > set.clock.now && end <= set.clock.now + 3_600_000, String(end));
  assert.equal(ends({ ...clientCredentials, scope: 'other' }), null);
  assert.equal(ends({ type: 'bearer', token: secret('abc') }), null);
  set.authenticator.forget('con_1');
  assert.equal(ends(), null);
});
