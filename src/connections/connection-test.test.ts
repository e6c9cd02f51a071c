import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionInput } from '../contract/documents/connection.ts';
import { Secret } from '../contract/secret.ts';
import type { ProbeStep } from '../egress/egress.ts';
import { type FakeAnswer, fakeEgress } from '../egress/fake/fake-egress.testing.ts';
import { testConnection } from './connection-test.ts';

const oauth2 = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'c',
  clientSecret: 'client-secret',
  accessTokenUrl: 'https://login.example.com/token',
};

/** Steps as `name`, or `name!` for the one that failed. */
async function walk(changes: object, answer: FakeAnswer = { status: 200 }, probe?: ProbeStep[]) {
  const fake = fakeEgress({ handler: () => answer });
  const egress = probe === undefined ? fake : { ...fake, probe: async () => probe };
  const connection = connectionInput.parse({ name: 'c', baseUrl: 'https://api.example.com', ...changes });
  const stored = 'clientSecret' in connection.auth ? { clientSecret: new Secret('client-secret', '') } : {};
  const result = await testConnection({
    // The secret that gets masked is stored; the others are text here, which reads the same.
    connection: { ...connection, auth: { ...connection.auth, ...stored } } as Parameters<
      typeof testConnection
    >[0]['connection'],
    http: { egress, now: () => Date.parse('2026-03-01T00:00:00Z'), newId: () => 'id', isHttpAllowed: () => false },
  });
  return {
    ...result,
    names: result.steps.map(({ name, ok }) => (ok ? name : `${name}!`)),
    last: result.steps.at(-1),
    fake,
  };
}

const good = {
  status: 200,
  body: JSON.stringify({ access_token: 'tok-abcdef', token_type: 'bearer', expires_in: 300 }),
};

test('every step is named in order, and the token is masked', async () => {
  const walked = await walk({ auth: oauth2 }, good);
  assert.ok(walked.ok);
  assert.deepEqual(walked.names, ['url', 'dns', 'connect', 'tls', 'token_request', 'token_answer']);
  assert.match(walked.last?.detail ?? '', /300 s.*\[secret\]/);
  const text = JSON.stringify(walked.steps);
  assert.ok(!text.includes('tok-') && !text.includes('client-secret'));
});

test('without oauth2 the test ends after the connection is open and sends nothing', async () => {
  for (const auth of [
    { type: 'none' },
    { type: 'basic', username: 'u', password: 'p' },
    { type: 'bearer', token: 't' },
  ]) {
    const walked = await walk({ auth });
    assert.deepEqual(walked.names, ['url', 'dns', 'connect', 'tls']);
    assert.equal(walked.fake.requests.length, 0);
  }
});

test('a missing credential fails the test and is named, since deliveries are held without it', async () => {
  for (const [changes, detail] of [
    [{ auth: { type: 'basic', username: 'u' } }, 'The password is missing.'],
    [{ settings: { tls: { cert: 'a certificate' } } }, 'The private key of the client certificate is missing.'],
  ] as const) {
    const walked = await walk(changes);
    assert.deepEqual([walked.ok, walked.names], [false, ['url', 'dns', 'connect', 'tls', 'probe!']]);
    assert.equal(walked.last?.detail, detail);
  }
});

test('the test ends with the exact step that failed', async () => {
  const error = { kind: 'dns', message: 'no such name' } as const;
  const unknown: ProbeStep[] = [
    { name: 'url', ok: true, durationMs: 0, detail: '' },
    { name: 'dns', ok: false, durationMs: 1, detail: 'no such name', error },
  ];
  const noName = await walk({ auth: oauth2 }, good, unknown);
  assert.deepEqual(noName.names, ['url', 'dns!']);
  assert.equal(noName.fake.requests.length, 0);

  const badUrl = await walk({ baseUrl: 'ftp://example.com' });
  assert.deepEqual([badUrl.ok, badUrl.names], [false, ['url!']]);
  const otherPort = await walk({ baseUrl: 'https://example.com:1', port: 2 });
  assert.match(otherPort.last?.error?.message ?? '', /^Port: /);

  const unreachable = await walk({ auth: oauth2 }, { error: { kind: 'connect', message: 'refused' } });
  assert.deepEqual(unreachable.names.slice(4), ['token_request!']);
  assert.match(unreachable.last?.error?.message ?? '', /connect.*refused/);

  const insecure = await walk({ auth: { ...oauth2, accessTokenUrl: 'http://login.example.com' } });
  assert.deepEqual(insecure.names.slice(4), ['token_request!']);

  const refused = await walk(
    { auth: oauth2 },
    { status: 400, body: '{"error":"invalid_grant","error_description":"x client-secret"}' },
  );
  assert.deepEqual(refused.names.slice(4), ['token_request', 'token_answer!']);
  assert.deepEqual(refused.last?.error, {
    kind: 'auth',
    message: 'The token endpoint returned 400 invalid_grant: x [secret]',
  });

  const page = await walk({ auth: oauth2 }, { status: 200, body: '<html>', headers: [['content-type', 'text/html']] });
  assert.deepEqual(page.names.slice(4), ['token_request', 'token_answer!']);
});

test('an expired pasted JSON Web Token is named', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${part({ alg: 'RS256' })}.${part({ exp: 1_700_000_000 })}.c2ln`;
  const walked = await walk(
    { auth: { ...oauth2, grant: 'jwt', jwt } },
    { status: 400, body: '{"error":"invalid_grant"}' },
  );
  assert.match(walked.steps.at(-2)?.detail ?? '', /expired at 2023-11-14/);
});
