import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { cookieOf } from '../../src/api/testing/people.testing.ts';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import type { AuditEntry } from '../../src/contract/records/audit.ts';
import { openEgress } from '../../src/egress/http1/testing/open-egress.testing.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type FakeOpenIdProvider, startFakeOpenIdProvider } from '../support/fake-openid-provider.ts';
import { post } from '../support/post.ts';

let provider: FakeOpenIdProvider;
let app: TestApp;
before(async () => {
  provider = await startFakeOpenIdProvider();
  app = await startTestApp({
    MILLRACE_TRUSTED_PROXIES: '127.0.0.1',
    MILLRACE_OIDC_ISSUER: provider.issuer,
    MILLRACE_OIDC_CLIENT_ID: 'millrace',
    MILLRACE_OIDC_CLIENT_SECRET: 'the secret of the client',
    MILLRACE_OIDC_ROLES: '{"it, admins": "Administrator", "marketing": "Marketer", "lost": "No such role"}',
  });
});
after(async () => {
  await app[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

let people = 0;
/** A new person at the provider, who signs in next. */
function person(claims: Record<string, unknown> = {}) {
  const sub = `s${++people}`;
  provider.person = { sub, email: `${sub}@example.com`, email_verified: true, groups: ['marketing'], ...claims };
  return provider.person as { sub: string; email: string };
}
beforeEach(() => {
  Object.assign(provider, { forged: {}, isKeyForeign: false, answer: null });
  person();
});

type Page = { cookie?: string };
let addresses = 0;
/** Each request comes from an address of its own, so that no rate limit affects another case. */
const sso = (body: unknown, { cookie = '' }: Page = {}, path = '/sso', site = 'same-origin') =>
  post(app.url, path, body, { cookie, 'sec-fetch-site': site, 'x-forwarded-for': `198.51.100.${++addresses % 250}` });

/** Begins a sign-in in a new browser. */
async function begin(given: unknown = {}, page: Page = {}) {
  const begun = await sso(given, page);
  assert.equal(begun.status, 200, begun.text);
  return { cookie: begun.cookie('millrace-sso'), url: String(begun.json['authorizationUrl']) };
}

const complete = (back: URL, page: Page, changes: Record<string, string> = {}) => {
  const { code = '', state = '', iss = '' } = { ...Object.fromEntries(back.searchParams), ...changes };
  return sso({ code, state, iss }, page, '/sso/complete');
};

/** A whole sign-in of the present person. */
async function signIn(given: unknown = {}) {
  const { cookie, url } = await begin(given);
  return complete(provider.authorize(url), { cookie });
}

const told = ({ status, json }: { status: number; json: Record<string, unknown> }) => [status, json['code']];
const failed = [401, 'sso_failed'];
const refused = [403, 'sso_refused'];

async function userOf(email: string) {
  const { data } = await app.client.call('listUsers', { query: { email } });
  return data.find((one) => one.email === email);
}

test('a person with a mapped group gets an account at the first sign-in, and the roles follow the groups', async () => {
  const { email } = person({ groups: ['marketing', 'something else'] });
  const first = await signIn({ to: '/actions?status=enabled' });
  assert.deepEqual([first.status, first.json['to']], [201, '/actions?status=enabled']);
  assert.deepEqual([first.json['name'], first.json['administrator']], [email, false]);
  const created = await userOf(email);
  assert.deepEqual([created?.sso, created?.invited], [true, false]);
  provider.person['groups'] = ['it, admins'];
  const second = await signIn();
  assert.equal(second.json['administrator'], true);
  assert.equal((await userOf(email))?.id, created?.id);
  const me = await fetch(`${app.url}/api/v1/me`, { headers: { cookie: second.cookie('millrace') } });
  assert.equal(me.status, 200);
  const { data } = await app.client.call('listAudit', { query: { id: created?.id ?? '' } });
  const acts = data.map(({ act, principal }: AuditEntry) => [act, principal]);
  assert.deepEqual(acts, [
    ['sign_in', email],
    ['change', email],
    ['sign_in', email],
    ['create', email],
  ]);
});

test('the request to the provider has PKCE, state and nonce; the token request the verifier and the client secret', async () => {
  const { cookie, url } = await begin();
  const asked = Object.fromEntries(new URL(url).searchParams);
  const { state, nonce, code_challenge: challenge, ...rest } = asked;
  assert.deepEqual(rest, {
    client_id: 'millrace',
    code_challenge_method: 'S256',
    redirect_uri: `${app.url}/sign-in/sso`,
    response_type: 'code',
    scope: 'openid profile email',
  });
  for (const text of [state, nonce, challenge]) assert.match(text ?? '', /^[\w-]{43}$/);
  assert.equal(new Set([state, nonce, challenge]).size, 3);
  assert.equal((await complete(provider.authorize(url), { cookie })).status, 201);
  const { form, authorization } = provider.tokenRequests.at(-1) ?? assert.fail();
  assert.match(form.get('code_verifier') ?? '', /^[\w-]{43}$/);
  assert.match(authorization ?? '', /^Basic /);
  assert.equal(form.get('client_secret'), null);
});

test('groups and e-mail are also read from the user info, and every request goes through the guard', async () => {
  const { email } = person();
  provider.forged = { email: undefined, groups: undefined };
  assert.equal((await signIn()).json['name'], email);
  for (const agent of provider.agents) assert.match(agent ?? '', /^Millrace\//);
});

test('a response with another state, without the cookie, or of another browser is refused without a token request', async () => {
  const { cookie, url } = await begin();
  const back = provider.authorize(url);
  const other = await begin();
  const before = provider.tokenRequests.length;
  for (const answer of [
    await complete(back, { cookie }, { state: 'x'.repeat(43) }),
    await complete(back, { cookie }, { state: '' }),
    await complete(back, {}),
    await complete(back, { cookie: other.cookie }),
    await complete(back, { cookie: `${cookie}; ${other.cookie}` }),
  ])
    assert.deepEqual(told(answer), failed);
  assert.equal(provider.tokenRequests.length, before);
});

test('a response that was used already is refused, also with its cookie', async () => {
  const { cookie, url } = await begin();
  const back = provider.authorize(url);
  assert.equal((await complete(back, { cookie })).status, 201);
  const before = provider.tokenRequests.length;
  assert.deepEqual(told(await complete(back, { cookie })), failed);
  assert.equal(provider.tokenRequests.length, before);
  const again = await begin();
  const code = back.searchParams.get('code') ?? '';
  assert.deepEqual(told(await complete(provider.authorize(again.url), again, { code })), failed);
});

test('an ID token of another issuer, client, nonce, time or key is refused', async () => {
  const past = Math.floor(Date.now() / 1_000) - 600;
  const forgeries: Record<string, Record<string, unknown>> = {
    issuer: { iss: 'https://other.example' },
    audience: { aud: 'other' },
    nonce: { nonce: 'x'.repeat(43) },
    'no nonce': { nonce: undefined },
    expiry: { iat: past - 300, exp: past },
    'no subject': { sub: undefined },
  };
  for (const [what, forged] of Object.entries(forgeries)) {
    const { email } = person();
    provider.forged = forged;
    assert.deepEqual(told(await signIn()), failed, what);
    assert.equal(await userOf(email), undefined, what);
  }
  provider.forged = {};
  provider.isKeyForeign = true;
  assert.deepEqual(told(await signIn()), failed, 'key');
});

test('a response of another issuer is refused before its code is sent anywhere', async () => {
  const { cookie, url } = await begin();
  const before = provider.tokenRequests.length;
  assert.deepEqual(told(await complete(provider.authorize(url), { cookie }, { iss: 'https://other.example' })), failed);
  assert.equal(provider.tokenRequests.length, before);
});

test('the page to return to is a path of this server', async () => {
  for (const to of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:1',
    '',
  ])
    assert.deepEqual(told(await sso({ to })), [422, 'invalid_value'], to);
  const { cookie, url } = await begin({ to: '/events' });
  const [name = '', value = ''] = cookie.split('=');
  const kept = { ...JSON.parse(Buffer.from(value, 'base64url').toString()), to: '//evil.example' };
  const planted = `${name}=${Buffer.from(JSON.stringify(kept)).toString('base64url')}`;
  assert.equal((await complete(provider.authorize(url), { cookie: planted })).json['to'], '/');
});

test('another site can neither begin nor complete a sign-in', async () => {
  for (const path of ['/sso', '/sso/complete']) {
    const answer = await sso({ state: 's' }, {}, path, 'cross-site');
    assert.deepEqual(told(answer), [403, 'cross_site_request']);
  }
});

test('people without a mapped group, a verified e-mail address or an enabled account are refused with the reason', async () => {
  const cases: [claims: Record<string, unknown>, reason: RegExp][] = [
    [{ groups: [] }, /None of your groups/],
    [{ groups: ['other'] }, /None of your groups/],
    [{ groups: ['lost'] }, /None of your groups/],
    [{ groups: undefined }, /None of your groups/],
    [{ email: undefined }, /no e-mail address/],
    [{ email: 'no address' }, /no e-mail address/],
    [{ email_verified: false }, /not verified/],
  ];
  for (const [claims, reason] of cases) {
    person(claims);
    const answer = await signIn();
    assert.deepEqual(told(answer), refused, JSON.stringify(claims));
    assert.match(String(answer.json['detail']), reason);
  }
  const { email } = person();
  assert.equal((await signIn()).status, 201);
  Object.assign(provider.person, { email: 'unverified@example.com', email_verified: false });
  assert.equal((await signIn()).json['name'], email);
  const { id = '' } = (await userOf(email)) ?? {};
  await app.client.call('changeUser', { params: { id }, body: { status: 'disabled' } });
  assert.match(String((await signIn()).json['detail']), /disabled/);
});

test('a person whose last mapped group is gone loses roles and sessions', async () => {
  const { email } = person();
  const session = { cookie: (await signIn()).cookie('millrace') };
  provider.person['groups'] = [];
  assert.deepEqual(told(await signIn()), refused);
  assert.deepEqual((await userOf(email))?.roleIds, []);
  assert.equal((await fetch(`${app.url}/api/v1/me`, { headers: session })).status, 401);
});

const password = 'correct horse battery';
/** A user with a password, signed in. */
async function localUser(email: string): Promise<{ id: string; cookie: string }> {
  const { data } = await app.client.call('listRoles', { query: { name: 'Analyst' } });
  const { id } = await app.client.call('createUser', { body: { email, password, roleIds: [data[0]?.id ?? ''] } });
  const answer = await post(app.url, '/session', { email, password });
  return { id, cookie: answer.cookie('millrace') };
}

test('an account with the same e-mail address is not taken over, but its user can connect it', async () => {
  const { email } = person();
  const local = await localUser(email);
  const answer = await signIn();
  assert.deepEqual(told(answer), refused);
  assert.match(String(answer.json['detail']), /Sign in with the password, then connect/);
  assert.equal((await post(app.url, '/session', { email, password })).status, 201);

  const { cookie, url } = await begin({ connect: true }, local);
  const back = provider.authorize(url);
  // Not in another browser, which has the cookie of the sign-in but not the session.
  assert.equal((await complete(back, { cookie })).status, 401);
  assert.equal((await complete(back, { cookie: `${cookie}; ${local.cookie}` })).status, 201);
  const user = await userOf(email);
  assert.deepEqual([user?.id, user?.sso], [local.id, true]);
  assert.equal((await post(app.url, '/session', { email, password })).status, 401);
  assert.equal((await signIn()).status, 201);
});

test('a connection begun for one session can not be completed in that of another person', async () => {
  const { email } = person();
  const victim = await localUser(`victim-${email}`);
  const attacker = await localUser(`attacker-${email}`);
  const { cookie, url } = await begin({ connect: true }, attacker);
  const back = provider.authorize(url);
  const [name = '', value = ''] = cookie.split('=');
  const kept = JSON.parse(Buffer.from(value, 'base64url').toString());
  const me = await fetch(`${app.url}/api/v1/me`, { headers: { cookie: victim.cookie } });
  const { session } = (await me.json()) as { session: { id: string } }; // of the route
  const planted = Buffer.from(JSON.stringify({ ...kept, linkTo: session.id })).toString('base64url');
  assert.deepEqual(told(await complete(back, { cookie: `${name}=${planted}; ${victim.cookie}` })), failed);
  assert.equal((await userOf(`victim-${email}`))?.sso, false);
});

test('people of the provider get no password: neither by a link nor of their own', async () => {
  person();
  const { cookie } = { cookie: (await signIn()).cookie('millrace') };
  const answer = await fetch(`${app.url}/api/v1/me`, {
    method: 'PATCH',
    headers: { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ password }),
  });
  assert.equal(answer.status, 409);
});

test('a provider that is down, slow or wrong is reported in words and does not keep people with a password out', async () => {
  await using other = await startFakeOpenIdProvider();
  await using apart = await startTestApp({
    MILLRACE_OIDC_ISSUER: other.issuer,
    MILLRACE_OIDC_CLIENT_ID: 'millrace',
    MILLRACE_OIDC_ROLES: 'marketing=Marketer',
  });
  const ask = () => post(apart.url, '/sso', {}, { 'sec-fetch-site': 'same-origin' });
  other.answer = (request) => request.socket.destroy();
  assert.deepEqual(told(await ask()), [503, 'sso_unavailable']);
  other.answer = (_, response) => void response.writeHead(502).end();
  assert.deepEqual(told(await ask()), [503, 'sso_unavailable']);
  other.answer = (_, response) => void response.end('no JSON');
  assert.deepEqual(told(await ask()), failed);
  await apart.client.call('createUser', { body: { email: 'ada@example.com', password } });
  assert.equal((await post(apart.url, '/session', { email: 'ada@example.com', password })).status, 201);
  other.answer = null;
  assert.equal((await ask()).status, 200);
});

test('responses that fail at the provider are delayed, those of a provider that is down are not', async () => {
  await using egress = openEgress('127.0.0.1');
  const settings = {
    issuer: provider.issuer,
    clientId: 'millrace',
    clientSecret: null,
    scope: 'openid',
    roleClaim: 'g',
  };
  const redirectUri = () => 'https://millrace.example/sign-in/sso';
  const openId = { settings, egress, redirectUri, roles: new Map([['marketing', 'Marketer']]), label: 'SSO' };
  await using server = await startTestServer({}, undefined, null, openId);
  const call = (path: string, body: unknown, cookie = '') =>
    server.call('POST', `/api/v1/sso${path}`, body, { authorization: '', cookie });
  const attempt = async () => {
    const begun = await call('', {});
    const { searchParams } = provider.authorize(begun.json().authorizationUrl);
    return (await call('/complete', Object.fromEntries(searchParams), cookieOf(begun))).json().code;
  };
  provider.forged = { nonce: 'another' };
  assert.equal(await attempt(), 'sso_failed');
  provider.answer = (_, response) => void response.writeHead(502).end();
  for (let n = 0; n < 30; n++) assert.equal(await attempt(), 'sso_unavailable');
  provider.answer = null;
  for (let n = 0; n < 19; n++) assert.equal(await attempt(), 'sso_failed');
  assert.equal(await attempt(), 'sign_in_delayed');
});
