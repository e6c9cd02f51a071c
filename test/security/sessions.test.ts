import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exposedCookies } from '../../src/api/auth/exposed-cookies.ts';
import { browserWith, cookieOf, password, people } from '../../src/api/testing/people.testing.ts';
import { type Answer, startTestServer, type TestServer } from '../../src/api/testing/server.testing.ts';
import { digestOf } from '../../src/identity/one-time-secret.ts';

// Credentials that are stolen, guessed, modified, expired, or sent by another site on a user's behalf.

type Somebody = Awaited<ReturnType<ReturnType<typeof people>['somebody']>>;

const host = 'millrace.example';
let server: TestServer;
let ada: Somebody;
let secret: string;
let token: { id: string; token: string };
before(async () => {
  server = await startTestServer({ trustedProxies: ['127.0.0.1'] });
  ada = await people(server).somebody('ada@example.com', 'all');
  secret = ada.cookie.split('=')[1] ?? '';
  token = (await ada.ask('POST', '/me/tokens', { name: 'T', rights: [] })).json();
});
after(() => server.close(0));

const me = (headers: Record<string, string>) =>
  server.call('GET', '/api/v1/me', undefined, { authorization: '', ...headers });
const changed = (text: string) => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');

const credentials: Record<string, [status: number, attempt: () => Promise<Answer>]> = {
  'the cookie': [200, () => me({ cookie: ada.cookie })],
  'the cookie among others': [200, () => me({ cookie: `theme=dark; ${ada.cookie}; lang=en` })],
  'the cookie beside the credentials of a proxy in front': [
    200,
    () => me({ cookie: ada.cookie, authorization: 'Basic cHJveHk6cHJveHk=' }),
  ],
  'the token': [200, () => me({ authorization: `Bearer ${token.token}` })],
  'the token, its scheme in small letters': [200, () => me({ authorization: `bearer ${token.token}` })],
  'the token beside a dead cookie': [
    200,
    () => me({ authorization: `Bearer ${token.token}`, cookie: `millrace=${changed(secret)}` }),
  ],
  'the cookie beside a token that is none': [401, () => me({ cookie: ada.cookie, authorization: 'Bearer mlr_none' })],
  'the cookie, one sign changed': [401, () => me({ cookie: `millrace=${changed(secret)}` })],
  'the cookie, cut short': [401, () => me({ cookie: `millrace=${secret.slice(0, -1)}` })],
  'the cookie with something behind it': [401, () => me({ cookie: `millrace=${secret}A` })],
  'the cookie in quotes': [401, () => me({ cookie: `millrace="${secret}"` })],
  'the cookie, URL-encoded': [
    401,
    () => me({ cookie: `millrace=%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}` }),
  ],
  'two cookies of the name, the right one first': [401, () => me({ cookie: `${ada.cookie}; millrace=planted` })],
  'two cookies of the name, the right one last': [401, () => me({ cookie: `millrace=planted; ${ada.cookie}` })],
  'the cookie under a name in capitals': [401, () => me({ cookie: `MILLRACE=${secret}` })],
  'the cookie under its name over https': [401, () => me({ cookie: `__Host-millrace=${secret}` })],
  'an empty cookie': [401, () => me({ cookie: 'millrace=' })],
  'the name alone': [401, () => me({ cookie: 'millrace' })],
  'a cookie of a megabyte would be refused by Node; one of ten kilobytes is none': [
    401,
    () => me({ cookie: `millrace=${'A'.repeat(10_000)}` }),
  ],
  'the digest of the session, as in a stolen database': [401, () => me({ cookie: `millrace=${digestOf(secret)}` })],
  'the public id of the session': [
    401,
    async () => me({ cookie: `millrace=${(await ada.ask('GET', '/me')).json().session.id}` }),
  ],
  'the session as a token': [401, () => me({ authorization: `Bearer ${secret}` })],
  'the token as a session': [401, () => me({ cookie: `millrace=${token.token}` })],
  'the digest of the token': [401, () => me({ authorization: `Bearer ${digestOf(token.token)}` })],
  'the public id of the token': [401, () => me({ authorization: `Bearer ${token.id}` })],
  'the token, one sign changed': [401, () => me({ authorization: `Bearer ${changed(token.token)}` })],
  'the token without its beginning': [401, () => me({ authorization: `Bearer ${token.token.slice(4)}` })],
  'the token in capitals': [401, () => me({ authorization: `Bearer ${token.token.toUpperCase()}` })],
  'the token and another': [401, () => me({ authorization: `Bearer ${token.token}, Bearer x` })],
  'the token as Basic credentials': [
    401,
    () => me({ authorization: `Basic ${Buffer.from(`:${token.token}`).toString('base64')}` }),
  ],
  'the token in the address': [
    401,
    () => server.call('GET', `/api/v1/me?access_token=${token.token}`, undefined, { authorization: '' }),
  ],
  'the e-mail as token': [401, () => me({ authorization: 'Bearer ada@example.com' })],
};

test('only the exact credential in its own place is accepted', async () => {
  for (const [title, [status, attempt]] of Object.entries(credentials))
    assert.equal((await attempt()).statusCode, status, title);
  assert.ok(Object.keys(credentials).length >= 30);
});

const role = { name: '', rights: [] };
let roles = 0;
/** A change with the session cookie and these headers only. */
const write = (headers: Record<string, string>, body: unknown = { ...role, name: `R${++roles}` }) =>
  server.call('POST', '/api/v1/roles', body, { authorization: '', cookie: ada.cookie, host, ...headers });
const foreign = [403, 'cross_site_request'] as const;
const made = [201, undefined] as const;

const forgeries: Record<string, [expected: readonly unknown[], attempt: () => Promise<Answer>]> = {
  'from the own page': [made, () => write({ 'sec-fetch-site': 'same-origin' })],
  'from the own page, by its Origin': [made, () => write({ origin: `http://${host}` })],
  'from the own page, by an Origin in capitals': [made, () => write({ origin: `HTTP://${host.toUpperCase()}` })],
  'from the own page behind a proxy that ends TLS': [
    [401, 'unauthorized'],
    // Over https the cookie has another name.
    () => write({ origin: `https://${host}`, 'x-forwarded-proto': 'https' }),
  ],
  'that does not tell where it comes from': [foreign, () => write({})],
  'from another site': [foreign, () => write({ 'sec-fetch-site': 'cross-site' })],
  'from a neighbouring site': [foreign, () => write({ 'sec-fetch-site': 'same-site' })],
  'from the address bar': [foreign, () => write({ 'sec-fetch-site': 'none' })],
  'with a Sec-Fetch-Site that there is not': [foreign, () => write({ 'sec-fetch-site': 'SAME-ORIGIN ' })],
  'from another site that claims this Origin': [
    foreign,
    () => write({ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }),
  ],
  'with another Origin': [foreign, () => write({ origin: 'https://evil.example' })],
  'with the Origin of a sandboxed frame': [foreign, () => write({ origin: 'null' })],
  'with an empty Origin': [foreign, () => write({ origin: '' })],
  'from another port of this host': [foreign, () => write({ origin: `http://${host}:8080` })],
  'from this host over another scheme': [foreign, () => write({ origin: `https://${host}` })],
  'from a host that begins like this one': [foreign, () => write({ origin: `http://${host}.evil.example` })],
  'from a host that ends like this one': [foreign, () => write({ origin: `http://evil-${host}` })],
  'with this host as user of another': [foreign, () => write({ origin: `http://${host}@evil.example` })],
  'with a path behind the Origin': [foreign, () => write({ origin: `http://${host}/` })],
  'with a Referer alone': [foreign, () => write({ referer: `http://${host}/` })],
  "with a header that a form can't send, but without its origin": [
    foreign,
    () => write({ 'x-requested-with': 'XMLHttpRequest' }),
  ],
  'as a form from the own page': [
    [415, 'unsupported_media_type'],
    () => write({ 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }, 'name=R'),
  ],
  'as plain text from the own page': [
    [415, 'unsupported_media_type'],
    () => write({ 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }, '{"name":"R","rights":[]}'),
  ],
  'dressed as a GET': [
    [200, undefined],
    async () => {
      const headers = { authorization: '', cookie: ada.cookie, 'x-http-method-override': 'POST' };
      const before = server.parts.identity.directory.snapshot.roles.size;
      const answer = await server.call('GET', '/api/v1/roles', undefined, headers);
      assert.equal(server.parts.identity.directory.snapshot.roles.size, before);
      return answer;
    },
  ],
  'with a token, by a program': [made, () => write({ cookie: '', authorization: 'Bearer admin' })],
  'with a token, whatever else it tells': [
    made,
    () => write({ authorization: 'Bearer admin', origin: 'https://tool.example' }),
  ],
  'PATCH from another site': [foreign, () => other('PATCH', '/users/none', {})],
  'DELETE from another site': [foreign, () => other('DELETE', '/session')],
  'PUT from another site': [foreign, () => other('PUT', '/inbox/rules/x', {})],
  'a change of the password from another site': [foreign, () => other('PATCH', '/me', { password })],
  "reading from another site (which can't see the response)": [[200, undefined], () => other('GET', '/me')],
};

function other(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: '', cookie: ada.cookie, 'sec-fetch-site': 'cross-site' };
  return server.call(method, `/api/v1${path}`, body, headers);
}

test('no other site can make a browser change anything with the session cookie', async () => {
  for (const [title, [expected, attempt]] of Object.entries(forgeries)) {
    const answer = await attempt();
    const code = answer.statusCode < 300 ? undefined : answer.json().code;
    assert.deepEqual([answer.statusCode, code], expected, `${title}: ${answer.body}`);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
  assert.ok(Object.keys(forgeries).length >= 30);
  assert.equal((await ada.ask('GET', '/me')).statusCode, 200);
});

test('behind a public address its origin is the own one, over https with the cookie that is bound to it', async () => {
  await using proxied = await startTestServer({ publicUrl: 'https://millrace.example/console' });
  const bob = await people(proxied).somebody('bob@example.com', 'all');
  assert.match(bob.cookie, /^__Host-millrace=/);
  const ask = (origin: string) =>
    proxied.call('DELETE', '/api/v1/me/sessions', undefined, {
      authorization: '',
      cookie: bob.cookie,
      host: '10.0.0.7:8787',
      origin,
    });
  assert.equal((await ask('https://millrace.example')).statusCode, 204);
  assert.equal((await ask('http://millrace.example')).statusCode, 403);
  assert.equal((await ask('https://millrace.example:8443')).statusCode, 403);
});

let names = 0;
async function fresh(): Promise<Somebody> {
  return people(server).somebody(`person${++names}@example.com`, ['users:view']);
}
const isAlive = async (cookie: string) => (await me({ cookie })).statusCode === 200;
const hour = 3_600_000;
function wait(ms: number): void {
  server.clock.now += ms;
}

const ends: Record<string, [survives: boolean, then: (person: Somebody) => Promise<unknown>]> = {
  nothing: [true, async () => {}],
  'twelve hours without use': [false, async () => wait(12 * hour)],
  'eleven hours without use': [true, async () => wait(11 * hour)],
  'seven days of use': [false, async (person) => useFor(person, 7 * 24)],
  'six days of use': [true, async (person) => useFor(person, 6 * 24)],
  'seven days of a stream without requests': [
    false,
    async (person) => {
      const { authenticate } = server.parts.identity;
      for (let i = 0; i < 12; i++) {
        server.clock.now += hour;
        authenticate({ kind: 'session', value: person.cookie.split('=')[1] ?? '' }, 'look');
      }
    },
  ],
  'signing out': [false, (person) => person.ask('DELETE', '/session')],
  'a new sign-in in the same browser': [
    false,
    (person) => people(server).signIn(person.email, password, browserWith(person.cookie)),
  ],
  'a new sign-in in another browser': [true, (person) => people(server).signIn(person.email)],
  'a new password by oneself, here': [true, (person) => person.ask('PATCH', '/me', { password: 'another one, long' })],
  'a new password by oneself, in another browser': [
    false,
    async (person) => {
      const there = browserWith(cookieOf(await people(server).signIn(person.email)));
      return server.call('PATCH', '/api/v1/me', { password: 'another one, long' }, there);
    },
  ],
  'a new password by an administrator': [false, ({ id }) => change(id, { password: 'another one, long' })],
  'an invitation that was not used': [true, ({ id }) => server.call('POST', `/api/v1/users/${id}/invite`)],
  'an invitation that was used': [
    false,
    async ({ id }) => {
      const { inviteUrl } = (await server.call('POST', `/api/v1/users/${id}/invite`)).json();
      const body = { inviteToken: String(inviteUrl).split('=')[1], password };
      return server.call('POST', '/api/v1/invitation', body, { authorization: '' });
    },
  ],
  'being disabled': [false, ({ id }) => change(id, { status: 'disabled' })],
  'being disabled and enabled again': [
    false,
    async ({ id }) => {
      await change(id, { status: 'disabled' });
      await change(id, { status: 'enabled' });
    },
  ],
  'being deleted': [false, ({ id }) => server.call('DELETE', `/api/v1/users/${id}`)],
  'another role': [true, ({ id }) => change(id, { roleIds: [] })],
  'another e-mail': [true, ({ id, email }) => change(id, { email: `new.${email}` })],
  'fifty sign-ins elsewhere': [
    false,
    async ({ email }) => {
      for (let i = 0; i < 50; i++) {
        server.clock.now += 1;
        await people(server).signIn(email);
      }
    },
  ],
};

async function useFor({ cookie }: Somebody, hours: number): Promise<void> {
  for (let passed = 0; passed < hours; passed += 8) {
    server.clock.now += 8 * hour;
    await isAlive(cookie);
  }
}
const change = (id: string, patch: unknown) => server.call('PATCH', `/api/v1/users/${id}`, patch);

test('a session ends by time, by its user, by its password and by an administrator, and by nothing else', async () => {
  for (const [title, [survives, then]] of Object.entries(ends)) {
    const person = await fresh();
    await then(person);
    assert.equal(await isAlive(person.cookie), survives, title);
  }
});

test('a sign-in starts a new session, whatever cookie it came with', async () => {
  const planted = `millrace=${'A'.repeat(43)}`;
  const person = await fresh();
  const answer = await people(server).signIn(person.email, password, { cookie: planted });
  assert.equal(answer.statusCode, 201);
  assert.notEqual(cookieOf(answer), planted);
  assert.equal(await isAlive(planted), false);
  const seen = new Set<string>();
  for (let i = 0; i < 20; i++) seen.add(cookieOf(await people(server).signIn(person.email)));
  assert.equal(seen.size, 20);
});

test('changing the own password requires the current one, unless the sign-in was just now', async () => {
  const person = await fresh();
  const ask = (body: unknown, headers = {}) => person.ask('PATCH', '/me', body, headers);
  const next = 'the next password';
  assert.equal((await ask({ password: person.email })).statusCode, 422);
  assert.equal((await ask({ password: next, currentPassword: 'a wrong one' })).json().code, 'wrong_credentials');
  assert.equal((await ask({ password: next })).statusCode, 200);
  server.clock.now += 10 * 60_000;
  const asked = await ask({ password });
  assert.deepEqual([asked.statusCode, asked.json().errors[0].pointer], [422, '/currentPassword']);
  assert.equal((await ask({ password, currentPassword: next })).statusCode, 200);
  const { token: value } = (await person.ask('POST', '/me/tokens', { name: 'T', rights: [] })).json();
  const byToken = { authorization: `Bearer ${value}`, cookie: '' };
  assert.equal((await ask({ password: next }, byToken)).statusCode, 422);
  assert.equal((await ask({ password: next, currentPassword: password }, byToken)).statusCode, 200);
  for (let i = 0; i < 5; i++) await ask({ password, currentPassword: 'a wrong one' }, byToken);
  assert.equal((await ask({ password, currentPassword: next }, byToken)).json().code, 'sign_in_delayed');
});

test('an Idempotency-Key repeats the response to its own principal alone, and never one with a one-time secret', async () => {
  const { somebody } = people(server);
  const [one, two] = [
    await somebody('one@example.com', ['users:manage']),
    await somebody('two@example.com', ['users:manage']),
  ];
  const key = { 'idempotency-key': 'same' };
  const first = await one.ask('POST', '/roles', { name: 'Once', rights: [] }, key);
  assert.equal((await one.ask('POST', '/roles', { name: 'Once', rights: [] }, key)).body, first.body);
  assert.equal((await two.ask('POST', '/roles', { name: 'Once', rights: [] }, key)).json().code, 'name_taken');
  const make = async () => (await one.ask('POST', '/tokens', { name: 'T', rights: [] }, key)).json().token;
  assert.notEqual(await make(), await make());
});

test('the rate is counted for each session and token, so that no principal uses up that of another', async () => {
  await using limited = await startTestServer({ rates: { perToken: 3, perAddress: 1_000 } });
  const { signIn, user } = people(limited);
  limited.clock.now += 1_000;
  await user('ada@example.com');
  const sessions = [cookieOf(await signIn('ada@example.com')), cookieOf(await signIn('ada@example.com'))];
  for (const cookie of sessions) {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await limited.call('GET', '/api/v1/me', undefined, browserWith(cookie))).statusCode);
    assert.deepEqual(statuses, [200, 200, 200, 429]);
  }
});

test('a session over https with a cookie that is not Secure is told to the operator, once, and leaves the server ready', async () => {
  const problems = async (of: TestServer) => (await of.call('GET', '/readyz?verbose')).json();
  const told: string[] = [];
  const cookies = exposedCookies((message) => void told.push(message));
  await using plain = await startTestServer({
    exposedCookies: cookies,
    problems() {
      const problem = cookies.problem();
      return problem === null ? {} : { session_cookies: problem };
    },
  });
  const bob = await people(plain).somebody('bob@example.com', 'all');
  const ask = (headers: Record<string, string>) =>
    plain.call('GET', '/api/v1/me', undefined, { authorization: '', host, ...headers });
  await ask({ 'x-forwarded-proto': 'https' });
  await ask({ cookie: bob.cookie });
  await ask({ cookie: bob.cookie, 'x-forwarded-proto': 'http', origin: `http://${host}` });
  assert.deepEqual([told, await problems(plain)], [[], { status: 'ready', problems: {} }], 'no https, or no session');
  for (const headers of [
    { 'x-forwarded-proto': 'https, http' },
    { forwarded: 'for=192.0.2.1; proto="https"' },
    { origin: `https://${host}` },
  ])
    assert.equal((await ask({ cookie: bob.cookie, ...headers })).statusCode, 200);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /not Secure.*MILLRACE_PUBLIC_URL/);
  assert.deepEqual(await problems(plain), { status: 'ready', problems: { session_cookies: told[0] } });
});

test('each sign that a browser uses https is enough, and a Secure cookie is no problem', async () => {
  const founds = async (options: Parameters<typeof startTestServer>[0], headers: Record<string, string>) => {
    const cookies = exposedCookies(() => {});
    await using one = await startTestServer({ ...options, exposedCookies: cookies });
    const eve = await people(one).somebody('eve@example.com', 'all');
    const secret = eve.cookie.split('=')[1] ?? '';
    const cookie = `millrace=${secret}; __Host-millrace=${secret}`;
    await one.call('GET', '/api/v1/me', undefined, { authorization: '', host, cookie, ...headers });
    return cookies.problem() !== null;
  };
  assert.equal(await founds({}, { 'x-forwarded-proto': 'https' }), true);
  assert.equal(await founds({}, { forwarded: 'proto=https' }), true);
  assert.equal(await founds({}, { origin: `https://${host}` }), true);
  assert.equal(await founds({}, { origin: 'https://another.example' }), false);
  assert.equal(await founds({ trustedProxies: ['127.0.0.1'] }, { 'x-forwarded-proto': 'https' }), false);
  assert.equal(await founds({ publicUrl: `https://${host}` }, { 'x-forwarded-proto': 'https' }), false);
});
