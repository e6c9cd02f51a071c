import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administratorRoleId, allRights } from '../../contract/accounts/rights.ts';
import { browserWith, cookieOf, password, people } from '../testing/people.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

const nobody = { authorization: '' };

test('the first administrator is created once, with the printed token, and is signed in', async () => {
  await using server = await startTestServer();
  const { token } = server.parts.identity.setup;
  const setUp = (setupToken: unknown, email = 'ada@example.com') =>
    server.call('POST', '/api/v1/setup', { setupToken, email, password }, nobody);
  assert.deepEqual((await server.call('GET', '/api/v1/setup', undefined, nobody)).json(), { open: true });
  assert.equal((await setUp('guessed')).statusCode, 401);
  const [first, second] = await Promise.all([setUp(token), setUp(token, 'eve@example.com')]);
  assert.deepEqual([first.statusCode, second.statusCode, second.json().code], [201, 409, 'setup_done']);
  const me = await server.call('GET', '/api/v1/me', undefined, browserWith(cookieOf(first)));
  assert.deepEqual([me.json().name, me.json().administrator, me.json().rights], ['ada@example.com', true, allRights]);
  assert.deepEqual((await server.call('GET', '/api/v1/setup', undefined, nobody)).json(), { open: false });
  assert.equal((await setUp(token)).json().code, 'setup_done');
});

test('a user signs in by e-mail, in any case, reads its account, and signs out', async () => {
  await using server = await startTestServer();
  const { signIn, user } = people(server);
  const id = await user('Ada@Example.com');
  const answer = await signIn(' ada@example.COM');
  assert.equal(answer.statusCode, 201);
  assert.match(
    String(answer.headers['set-cookie']),
    /^millrace=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
  );
  const browser = browserWith(cookieOf(answer));
  const me = await server.call('GET', '/api/v1/session', undefined, browser);
  assert.deepEqual([me.json().user.id, me.json().name, me.json().rights], [id, 'Ada@Example.com', []]);
  const out = await server.call('DELETE', '/api/v1/session', undefined, browser);
  assert.match(String(out.headers['set-cookie']), /^millrace=; .*Max-Age=0/);
  assert.equal((await server.call('GET', '/api/v1/me', undefined, browser)).statusCode, 401);
});

test('over https the cookie is bound to host and transport, and a cookie with the plain name is ignored', async () => {
  await using server = await startTestServer({ publicUrl: 'https://millrace.example' });
  const { signIn, user } = people(server);
  await user('ada@example.com');
  const answer = await signIn('ada@example.com');
  assert.match(String(answer.headers['set-cookie']), /^__Host-millrace=[\w-]{43}; Path=\/; .*HttpOnly; .*; Secure$/);
  const get = (cookie: string) => server.call('GET', '/api/v1/me', undefined, browserWith(cookie));
  assert.equal((await get(cookieOf(answer))).statusCode, 200);
  assert.equal((await get(cookieOf(answer).replace('__Host-', ''))).statusCode, 401);
});

test("a new installation has its default roles, and one that can't be changed", async () => {
  await using server = await startTestServer();
  const { data } = (await server.call('GET', '/api/v1/roles')).json();
  const names = data.map(({ name }: { name: string }) => name).sort();
  assert.deepEqual(names, ['Administrator', 'Analyst', 'Integrator', 'Marketer', 'Operator']);
  const fixed = `/api/v1/roles/${administratorRoleId}`;
  assert.deepEqual((await server.call('GET', fixed)).json().rights, allRights);
  assert.equal((await server.call('PATCH', fixed, { rights: [] })).statusCode, 409);
  assert.equal((await server.call('DELETE', fixed)).statusCode, 409);
  assert.equal((await server.call('POST', '/api/v1/roles', { name: 'administrator', rights: [] })).statusCode, 409);
});

test('users, roles and tokens are documents like others: ETag, If-Match, filters, pages, unknown fields', async () => {
  await using server = await startTestServer();
  const { user, role } = people(server);
  const roleId = await role('Readers', ['events:view', 'connections:manage']);
  const id = await user('ada@example.com', [roleId]);
  server.clock.now += 1;
  await user('bob@example.com');
  const at = `/api/v1/users/${id}`;
  const before = (await server.call('GET', at)).json();
  const changed = await server.call('PATCH', at, { ...Object(before), email: 'ada@b.example' });
  assert.deepEqual([changed.statusCode, changed.headers['etag'], changed.json().version], [200, '"2"', 2]);
  assert.equal((await server.call('PATCH', at, { status: 'disabled' }, { 'if-match': '"1"' })).statusCode, 412);
  assert.equal((await server.call('DELETE', at, undefined, { 'if-match': '"1"' })).statusCode, 412);
  assert.equal((await server.call('PATCH', at, { stauts: 'disabled' })).json().errors[0].code, 'unknown_field');
  assert.equal((await server.call('PATCH', at, { email: 'BOB@example.com' })).json().code, 'name_taken');
  assert.equal((await server.call('PATCH', at, { roleIds: ['rol_none'] })).json().errors[0].pointer, '/roleIds/0');
  const emails = async (query: string) =>
    (await server.call('GET', `/api/v1/users?${query}`)).json().data.map((one: { email: string }) => one.email);
  assert.deepEqual(await emails(''), ['bob@example.com', 'ada@b.example']);
  assert.deepEqual(await emails('email=BOB'), ['bob@example.com']);
  assert.deepEqual(await emails(`roleId=${roleId}`), ['ada@b.example']);
  const first = (await server.call('GET', '/api/v1/users?limit=1')).json();
  assert.deepEqual(await emails(`limit=1&cursor=${first.page.next}`), ['ada@b.example']);
  const inUse = await server.call('DELETE', `/api/v1/roles/${roleId}`);
  assert.deepEqual([inUse.json().code, inUse.json().users], ['in_use', [{ kind: 'user', id, name: 'ada@b.example' }]]);
  const renamed = await server.call('PATCH', `/api/v1/roles/${roleId}`, { name: 'Watchers' });
  assert.deepEqual([renamed.json().users, renamed.json().updatedBy], [1, 'admin']);
  assert.equal((await server.call('DELETE', at)).statusCode, 204);
  assert.equal((await server.call('DELETE', `/api/v1/roles/${roleId}`)).statusCode, 204);
  assert.equal((await server.call('GET', at)).statusCode, 404);
  const { data } = (await server.call('GET', '/api/v1/rights')).json();
  assert.deepEqual(
    data.map((one: { right: string }) => one.right),
    allRights,
  );
});

test('an invited user sets a password with a link that works once, within seven days', async () => {
  await using server = await startTestServer({ publicUrl: 'https://millrace.example' });
  const made = await server.make('/users', { email: 'ada@example.com' });
  const tokenIn = (url: unknown) => /^https:\/\/millrace\.example\/welcome#invite=([\w-]{43})$/.exec(String(url))?.[1];
  const accept = (inviteToken: unknown) => server.call('POST', '/api/v1/invitation', { inviteToken, password }, nobody);
  const first = tokenIn(made['inviteUrl']);
  const renewed = await server.call('POST', `/api/v1/users/${made['id']}/invite`);
  const second = tokenIn(renewed.json().inviteUrl);
  assert.equal((await accept(first)).statusCode, 401);
  const [one, other] = await Promise.all([accept(second), accept(second)]);
  assert.deepEqual([one.statusCode, other.statusCode], [201, 401]);
  assert.deepEqual([one.json().user.email, one.json().user.invited], ['ada@example.com', false]);
  const late = tokenIn((await server.call('POST', `/api/v1/users/${made['id']}/invite`)).json().inviteUrl);
  server.clock.now += 7 * 86_400_000;
  assert.equal((await accept(late)).statusCode, 401);
});

test('an invitation is not returned again with the Idempotency-Key of its request', async () => {
  await using server = await startTestServer({ publicUrl: 'https://millrace.example' });
  const create = () => server.call('POST', '/api/v1/users', { email: 'ada@example.com' }, { 'idempotency-key': 'k' });
  const first = await create();
  assert.match(first.json().inviteUrl, /invite=/);
  const second = await create();
  assert.deepEqual([second.statusCode, second.body.includes('invite=')], [409, false]);
});

test('a token is returned once, has its rights, records its last use, and expires', async () => {
  await using server = await startTestServer();
  const { somebody } = people(server);
  const ada = await somebody('ada@example.com', ['connections:manage', 'users:manage']);
  const made = await ada.ask('POST', '/me/tokens', { name: 'CI', rights: ['connections:view'] });
  const { id, token, expiresAt } = made.json();
  assert.match(token, /^mlr_[\w-]{43}$/);
  assert.equal(Date.parse(expiresAt) - server.clock.now, 365 * 86_400_000);
  const as = (path: string) => server.call('GET', `/api/v1${path}`, undefined, { authorization: `Bearer ${token}` });
  assert.equal((await as('/connections')).statusCode, 200);
  assert.equal((await as('/users')).statusCode, 403);
  const got = (await ada.ask('GET', `/tokens/${id}`)).json();
  assert.deepEqual([got.lastUsedAt, 'token' in got], [new Date(server.clock.now).toISOString(), false]);
  const soon = new Date(server.clock.now + 60_000).toISOString();
  assert.equal((await ada.ask('PATCH', `/tokens/${id}`, { expiresAt: soon })).statusCode, 200);
  server.clock.now += 60_000;
  assert.equal((await as('/connections')).statusCode, 401);
  const past = await ada.ask('POST', '/tokens', { name: 'Past', rights: [], expiresAt: soon });
  assert.equal(past.json().errors[0].pointer, '/expiresAt');
});

test('sessions are listed only to their user, and end one by one or all but the current one', async () => {
  await using server = await startTestServer();
  const { somebody, signIn } = people(server);
  const ada = await somebody('ada@example.com', []);
  server.clock.now += 1;
  const phone = browserWith(cookieOf(await signIn('ada@example.com', password, { 'user-agent': 'Phone' })));
  const laptop = browserWith(cookieOf(await signIn('ada@example.com')));
  const { data } = (await ada.ask('GET', '/me/sessions')).json();
  assert.deepEqual([data.length, data[2].current], [3, true]);
  const onPhone = data.find((one: { userAgent: string }) => one.userAgent === 'Phone');
  assert.equal((await ada.ask('DELETE', `/me/sessions/${onPhone.id}`)).statusCode, 204);
  assert.equal((await server.call('GET', '/api/v1/me', undefined, phone)).statusCode, 401);
  const bob = await somebody('bob@example.com', 'all');
  assert.equal((await bob.ask('DELETE', `/me/sessions/${data[2].id}`)).statusCode, 404);
  assert.equal((await ada.ask('DELETE', '/me/sessions')).statusCode, 204);
  assert.equal((await server.call('GET', '/api/v1/me', undefined, laptop)).statusCode, 401);
  assert.equal((await ada.ask('GET', '/me')).statusCode, 200);
});

test('own tokens and sessions are listed in pages', async () => {
  await using server = await startTestServer();
  const { somebody, signIn } = people(server);
  const ada = await somebody('ada@example.com', []);
  await signIn('ada@example.com');
  for (const name of ['A', 'B']) await ada.ask('POST', '/me/tokens', { name, rights: [] });
  for (const path of ['/me/tokens', '/me/sessions']) {
    const all = (await ada.ask('GET', path)).json();
    assert.deepEqual([all.data.length, all.page], [2, { next: null, prev: null }]);
    const first = await ada.ask('GET', `${path}?limit=1`);
    const { data, page } = first.json();
    assert.deepEqual(data, [all.data[0]]);
    assert.match(String(first.headers['link']), /rel="next"/);
    const second = (await ada.ask('GET', `${path}?limit=1&cursor=${page.next}`)).json();
    assert.deepEqual([second.data, second.page.next], [[all.data[1]], null]);
  }
});

test('own tokens are deleted one by one, unless If-Match is stale, or all but the one in use at once', async () => {
  await using server = await startTestServer();
  const { somebody } = people(server);
  const ada = await somebody('ada@example.com', []);
  const bob = await somebody('bob@example.com', []);
  const make = async (who: Pick<typeof ada, 'ask'>, name: string) =>
    (await who.ask('POST', '/me/tokens', { name, rights: [] })).json();
  const [one, two, of] = [await make(ada, 'One'), await make(ada, 'Two'), await make(bob, 'Bob')];
  const by = ({ token }: { token: string }) => ({
    ask: (method: string, path: string, body?: unknown) =>
      server.call(method, `/api/v1${path}`, body, { authorization: `Bearer ${token}` }),
  });
  const as = async (token: { token: string }) => (await by(token).ask('GET', '/me')).statusCode;
  const remove = (headers: Record<string, string>) => ada.ask('DELETE', `/me/tokens/${one.id}`, undefined, headers);
  assert.deepEqual([(await remove({ 'if-match': '"2"' })).statusCode, await as(one)], [412, 200]);
  assert.deepEqual([(await remove({ 'if-match': '"1"' })).statusCode, await as(one)], [204, 401]);
  const three = await make(ada, 'Three');
  const child = await make(by(two), 'Made with Two');
  assert.equal((await by(child).ask('DELETE', '/me/tokens')).statusCode, 204);
  assert.deepEqual([await as(child), await as(two), await as(three), await as(of)], [200, 200, 200, 200]);
  assert.equal((await ada.ask('DELETE', '/me/tokens')).statusCode, 204);
  assert.deepEqual((await ada.ask('GET', '/me/tokens')).json().data, []);
  assert.deepEqual([await as(child), await as(two), await as(three), await as(of)], [401, 401, 401, 200]);
});

test('changes name their author, by session and by token', async () => {
  await using server = await startTestServer();
  const { somebody } = people(server);
  const ada = await somebody('ada@example.com', ['connections:manage']);
  const crm = { name: 'CRM', baseUrl: 'https://crm.example' };
  assert.equal((await ada.ask('POST', '/connections', crm)).json().updatedBy, 'ada@example.com');
  const { token } = (await ada.ask('POST', '/me/tokens', { name: 'CI', rights: ['connections:manage'] })).json();
  const made = await server.call(
    'POST',
    '/api/v1/connections',
    { ...crm, name: 'B' },
    { authorization: `Bearer ${token}` },
  );
  assert.equal(made.json().updatedBy, 'CI (ada@example.com)');
});
