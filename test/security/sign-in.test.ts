import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { browserWith, cookieOf, password, people } from '../../src/api/testing/people.testing.ts';
import { type Answer, startTestServer, type TestServer } from '../../src/api/testing/server.testing.ts';
import { createPasswords } from '../../src/identity/password/passwords.ts';

// Every way to sign in: password, setup, invitation. Each case has its own source address, so that no delay affects
// another case; the delays have their own tests below.

let server: TestServer;
before(async () => {
  server = await startTestServer({ trustedProxies: ['127.0.0.1'] });
  await people(server).user('ada@example.com');
});
after(() => server.close(0));

let addresses = 0;
const elsewhere = () => ({ 'x-forwarded-for': `198.51.${Math.floor(++addresses / 250)}.${addresses % 250}` });
const signInAt = (to: TestServer, body: unknown, headers: Record<string, string> = {}) =>
  to.call('POST', '/api/v1/session', body, { authorization: '', ...elsewhere(), ...headers });
const signIn = (body: unknown, headers: Record<string, string> = {}) => signInAt(server, body, headers);
const told = (answer: Answer) => [answer.statusCode, answer.statusCode === 201 ? 'done' : answer.json().code];

let names = 0;
/** A new user whose e-mail no other case uses, prepared as given. */
async function user(then?: (id: string, email: string) => Promise<unknown>): Promise<string> {
  const email = `user${++names}@example.com`;
  const id = await people(server).user(email);
  await then?.(id, email);
  return email;
}
const change = (id: string, patch: unknown) => server.call('PATCH', `/api/v1/users/${id}`, patch);

const wrong = [401, 'wrong_credentials'];
const invalid = [422, 'invalid_value'];
const done = [201, 'done'];

const cases: Record<string, [expected: unknown[], attempt: () => Promise<Answer>]> = {
  'the right password': [done, async () => signIn({ email: await user(), password })],
  'a wrong password': [wrong, async () => signIn({ email: await user(), password: `${password}!` })],
  'no such e-mail': [wrong, () => signIn({ email: 'nobody@example.com', password })],
  'an empty password': [wrong, async () => signIn({ email: await user(), password: '' })],
  'an empty e-mail': [wrong, () => signIn({ email: '', password })],
  'the password with a blank behind it': [wrong, async () => signIn({ email: await user(), password: `${password} ` })],
  'the password in capitals': [wrong, async () => signIn({ email: await user(), password: password.toUpperCase() })],
  'the password of another user': [
    wrong,
    async () => {
      const email = await user((id) => change(id, { password: 'another long password' }));
      return signIn({ email, password });
    },
  ],
  'the password that it had before': [
    wrong,
    async () => signIn({ email: await user((id) => change(id, { password: 'a quite new password' })), password }),
  ],
  'the hash of the password': [
    wrong,
    async () => {
      const email = await user();
      const hash = server.parts.identity.directory.snapshot.usersByEmail.get(email)?.passwordHash;
      return signIn({ email, password: hash });
    },
  ],
  'a disabled user': [
    wrong,
    async () => signIn({ email: await user((id) => change(id, { status: 'disabled' })), password }),
  ],
  'a user who was enabled again': [
    done,
    async () => {
      const email = await user(async (id) => {
        await change(id, { status: 'disabled' });
        await change(id, { status: 'enabled' });
      });
      return signIn({ email, password });
    },
  ],
  'a deleted user': [
    wrong,
    async () => signIn({ email: await user((id) => server.call('DELETE', `/api/v1/users/${id}`)), password }),
  ],
  'the e-mail that it had before': [
    wrong,
    async () => signIn({ email: await user((id) => change(id, { email: 'renamed@example.com' })), password }),
  ],
  'an invited user without a password': [
    wrong,
    async () => {
      await server.make('/users', { email: 'invited@example.com' });
      return signIn({ email: 'invited@example.com', password: '' });
    },
  ],
  'the e-mail in other capitals': [done, async () => signIn({ email: (await user()).toUpperCase(), password })],
  'the e-mail between blanks': [done, async () => signIn({ email: `  ${await user()}\t`, password })],
  'the e-mail in wide letters': [
    wrong,
    async () => signIn({ email: (await user()).replace('example', 'ｅｘａｍｐｌｅ'), password }),
  ],
  'the e-mail with an invisible space': [
    wrong,
    async () => signIn({ email: (await user()).replace('@', '\u200b@'), password }),
  ],
  'the password as another keyboard composes it': [
    done,
    async () => {
      const email = await user((id) => change(id, { password: 'caf\u00e9 caf\u00e9 caf\u00e9' }));
      return signIn({ email, password: 'cafe\u0301 cafe\u0301 cafe\u0301' });
    },
  ],
  'a query for everybody as e-mail': [wrong, () => signIn({ email: "' OR 1=1 --", password })],
  'a pattern as e-mail': [wrong, () => signIn({ email: '%@example.com', password })],
  'a list as e-mail': [invalid, () => signIn({ email: ['ada@example.com'], password })],
  'an operator as password': [invalid, () => signIn({ email: 'ada@example.com', password: { $ne: null } })],
  'true as password': [invalid, () => signIn({ email: 'ada@example.com', password: true })],
  'null as password': [invalid, () => signIn({ email: 'ada@example.com', password: null })],
  'no password': [invalid, () => signIn({ email: 'ada@example.com' })],
  'an unknown field': [invalid, () => signIn({ email: 'ada@example.com', password, remember: true })],
  'a prototype': [invalid, () => signIn('{"email":"ada@example.com","password":"x","__proto__":{"id":"usr_1"}}')],
  'a list': [invalid, () => signIn([])],
  'a password of a megabyte': [invalid, () => signIn({ email: 'ada@example.com', password: 'x'.repeat(1_000_000) })],
  'an e-mail of a megabyte': [invalid, () => signIn({ email: 'x'.repeat(1_000_000), password })],
  'U+0000 in the password': [invalid, () => signIn({ email: 'ada@example.com', password: `${password}\0` })],
  'half of a surrogate pair': [invalid, () => signIn('{"email":"ada@example.com","password":"\\ud800 long enough"}')],
  'a form': [
    [415, 'unsupported_media_type'],
    () => signIn('email=ada&password=x', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  'JSON as plain text, as a form of another site can send it': [
    [415, 'unsupported_media_type'],
    () => signIn(JSON.stringify({ email: 'ada@example.com', password }), { 'content-type': 'text/plain' }),
  ],
  'a multipart form': [
    [415, 'unsupported_media_type'],
    () => signIn('--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
  ],
  'no body': [[400, 'malformed_json'], () => signIn('')],
  'broken JSON': [[400, 'malformed_json'], () => signIn('{"email":')],
  'a page of another site': [
    [403, 'cross_site_request'],
    async () => signIn({ email: await user(), password }, { 'sec-fetch-site': 'cross-site' }),
  ],
  'a page of a neighbouring site': [
    [403, 'cross_site_request'],
    async () => signIn({ email: await user(), password }, { origin: 'https://evil.example' }),
  ],
  'set-up by a page of another site': [
    [403, 'cross_site_request'],
    () => server.call('POST', '/api/v1/setup', {}, { authorization: '', 'sec-fetch-site': 'cross-site' }),
  ],
  'an invitation by a page of another site': [
    [403, 'cross_site_request'],
    () => server.call('POST', '/api/v1/invitation', {}, { authorization: '', origin: 'null' }),
  ],
  'set-up with an empty token': [[401, 'unauthorized'], () => setUp({ setupToken: '' })],
  'set-up with the token of an invitation': [
    [401, 'unauthorized'],
    async () => {
      const { inviteUrl } = await server.make('/users', { email: 'guest@example.com' });
      return setUp({ setupToken: String(inviteUrl).split('=')[1] });
    },
  ],
  'an invitation with the token of the set-up': [
    [401, 'unauthorized'],
    () => accept(server.parts.identity.setup.token),
  ],
  'an invitation of a user who was disabled since': [
    [401, 'unauthorized'],
    async () => {
      const { id, inviteUrl } = await server.make('/users', { email: 'guest2@example.com' });
      await change(String(id), { status: 'disabled' });
      return accept(String(inviteUrl).split('=')[1]);
    },
  ],
  'an invitation of a user who was deleted since': [
    [401, 'unauthorized'],
    async () => {
      const { id, inviteUrl } = await server.make('/users', { email: 'guest3@example.com' });
      await server.call('DELETE', `/api/v1/users/${id}`);
      return accept(String(inviteUrl).split('=')[1]);
    },
  ],
  'an invitation after a password was set for its user': [
    [401, 'unauthorized'],
    async () => {
      const { id, inviteUrl } = await server.make('/users', { email: 'guest4@example.com' });
      await change(String(id), { password });
      return accept(String(inviteUrl).split('=')[1]);
    },
  ],
  'a new password of eleven characters': [invalid, () => setUp({ password: 'elevenchars' })],
  'a new password of twelve characters outside the BMP, two units each': [
    [401, 'unauthorized'],
    () => setUp({ password: '🐎🔋🧷🎹🪁🧭🐌🍋🌵🪀🧊🎈' }),
  ],
  'a new password of 257 characters': [invalid, () => setUp({ password: 'ab c'.repeat(65) })],
  'the e-mail as new password': [
    invalid,
    () => server.call('POST', '/api/v1/users', { email: 'long.name@example.com', password: 'LONG.name@example.com' }),
  ],
  'the name in the e-mail as new password': [
    invalid,
    () =>
      server.call('POST', '/api/v1/users', { email: 'a.quite.long.name@example.com', password: 'a.quite.long.name' }),
  ],
  'a new password of one sign again and again': [
    invalid,
    () => server.call('POST', '/api/v1/users', { email: 'x@example.com', password: 'a'.repeat(40) }),
  ],
  'a new password of one word again and again': [
    invalid,
    () => server.call('POST', '/api/v1/users', { email: 'x@example.com', password: 'passpasspasspass' }),
  ],
};

function setUp(more: Record<string, unknown>): Promise<Answer> {
  const body = { setupToken: 'guessed', email: 'first@example.com', password, ...more };
  return server.call('POST', '/api/v1/setup', body, { authorization: '', ...elsewhere() });
}

function accept(inviteToken: unknown): Promise<Answer> {
  return server.call('POST', '/api/v1/invitation', { inviteToken, password }, { authorization: '', ...elsewhere() });
}

/** The cases with an unexpected response. */
async function wrongCases(): Promise<string[]> {
  const wrong: string[] = [];
  for (const [title, [expected, attempt]] of Object.entries(cases)) {
    const answer = await attempt();
    const isIn = cookieOf(answer) !== '';
    if (!isDeepStrictEqual(told(answer), expected) || isIn !== (answer.statusCode === 201))
      wrong.push(`${title}: ${answer.statusCode} ${answer.body}`);
  }
  return wrong;
}

test('e-mail and password sign a user in, and nothing else does', async () => {
  assert.deepEqual(await wrongCases(), []);
  assert.ok(Object.keys(cases).length >= 55, `${Object.keys(cases).length} cases`);
  assert.deepEqual(server.failures, []);
});

test('a server that accepts any password, or none at all, is detected', async () => {
  const strict = server;
  const passwords = createPasswords({ memoryKiB: 8, passes: 1 });
  server = await startTestServer({ trustedProxies: ['127.0.0.1'] }, { ...passwords, verify: async () => true });
  const wrong = (await wrongCases()).map((one) => one.split(':', 1)[0]);
  await server.close(0);
  server = strict;
  for (const title of ['a wrong password', 'an empty password', 'the hash of the password'])
    assert.ok(wrong.includes(title), title);
  assert.ok(!wrong.includes('no such e-mail') && !wrong.includes('the right password'));
});

test('known and unknown e-mails, disabled users and invited ones take exactly one verification, and get the same response', async () => {
  const { passwords } = server.parts.identity;
  const disabled = await user((id) => change(id, { status: 'disabled' }));
  await server.make('/users', { email: 'invited5@example.com' });
  const details = new Set<string>();
  for (const email of [await user(), 'nobody@example.com', disabled, 'invited5@example.com', 'not an e-mail', '']) {
    const before = { ...passwords.stats };
    const answer = await signIn({ email, password: 'a wrong password' });
    assert.equal(answer.statusCode, 401);
    const { instance: _, requestId: __, ...rest } = answer.json();
    details.add(JSON.stringify([rest, Object.keys(answer.headers)]));
    assert.equal(passwords.stats.verifications - before.verifications, 1, email);
    assert.equal(passwords.stats.hashes, before.hashes);
  }
  assert.equal(details.size, 1);
});

test('failures of an account are delayed longer and longer, from any address, known or not, and then cost nothing', async () => {
  const { passwords } = server.parts.identity;
  const fail = (email: string) => signIn({ email, password: 'a wrong password' });
  for (const email of [await user(), 'unknown.one@example.com']) {
    for (let i = 0; i < 5; i++) assert.equal((await fail(email)).statusCode, 401);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = passwords.stats.verifications;
      // Even the right password does not reveal now whether it is right.
      const refused = await signIn({ email, password });
      assert.deepEqual(told(refused), [429, 'sign_in_delayed']);
      assert.equal(refused.headers['retry-after'], String(seconds));
      assert.equal(passwords.stats.verifications, before);
      server.clock.now += seconds * 1_000;
      assert.equal((await fail(email)).statusCode, 401);
    }
  }
});

test('concurrent attempts do not bypass the delay', async () => {
  const email = await user();
  const answers = await Promise.all(
    Array.from({ length: 25 }, (_, i) => signIn({ email, password: `a wrong password ${i}` })),
  );
  const statuses = answers.map(({ statusCode }) => statusCode).sort();
  assert.deepEqual(statuses, [...Array(5).fill(401), ...Array(20).fill(429)]);
});

test('an address that fails for many accounts is delayed, and with it its network', async () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const email = await user();
  for (const network of ['203.0.113.7', '2001:db8:1:2::1']) {
    for (let i = 0; i < 20; i++) {
      const answer = await signIn({ email: `guess${i}@example.com`, password }, from(network));
      assert.equal(answer.statusCode, 401);
    }
    const next = network.includes(':') ? '2001:db8:1:2:ffff::9' : network;
    assert.equal((await signIn({ email, password }, from(next))).statusCode, 429);
    assert.equal((await signIn({ email, password }, from('2001:db8:1:3::1'))).statusCode, 201);
  }
});

test('while an address is delayed, so are known and unknown accounts there, signed in from it or not', async () => {
  const office = { 'x-forwarded-for': '192.0.2.77' };
  const email = await user();
  assert.equal((await signIn({ email, password }, office)).statusCode, 201);
  for (let i = 0; i < 20; i++) await signIn({ email: `unknown${i}@example.com`, password }, office);
  const responses = [];
  for (const one of [email, 'unknown@example.com'])
    responses.push((await signIn({ email: one, password: 'a wrong password' }, office)).statusCode);
  assert.deepEqual(responses, [429, 429]);
  server.clock.now += 1_000;
  assert.equal((await signIn({ email, password }, office)).statusCode, 201);
});

test('the port that some proxies append to an address is no part of it: in limits, sessions and the audit trail', async () => {
  const email = await user();
  for (const [written, address] of [
    [(port: number) => `198.51.100.200:${port}`, '198.51.100.200'],
    [(port: number) => `192.0.2.1, [2001:db8:9:9::1]:${port}, 127.0.0.1:80`, '2001:db8:9:9::1'],
  ] as const) {
    let port = 40_000;
    const from = () => ({ 'x-forwarded-for': written(port++) });
    const { statusCode, headers } = await signIn({ email, password }, from());
    assert.equal(statusCode, 201);
    const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
    const own = await server.call('GET', '/api/v1/me', undefined, { ...browserWith(cookie), ...from() });
    assert.equal(own.json().session.address, address);
    const { data } = (await server.call('GET', '/api/v1/audit?act=sign_in&limit=1')).json();
    assert.equal(data[0].address, address);
    for (let i = 0; i < 20; i++) await signIn({ email: `port${i}@example.com`, password }, from());
    assert.equal((await signIn({ email: 'port@example.com', password }, from())).statusCode, 429);
  }
});

test('failed attempts of others lock no one out of an account: an address where it is signed in is counted separately', async () => {
  const email = await user();
  const home = { 'x-forwarded-for': '192.0.2.1' };
  assert.equal((await signIn({ email, password }, home)).statusCode, 201);
  for (let i = 0; i < 6; i++) await signIn({ email, password: 'a wrong password' });
  assert.equal((await signIn({ email, password })).statusCode, 429);
  assert.equal((await signIn({ email, password }, home)).statusCode, 201);
  for (let i = 0; i < 5; i++) await signIn({ email, password: 'a wrong password' }, home);
  assert.equal((await signIn({ email, password }, home)).statusCode, 429);
});

test('a successful sign-in clears the failures, and failures are forgotten after a quarter of an hour', async () => {
  const email = await user();
  const fail = () => signIn({ email, password: 'a wrong password' });
  for (let i = 0; i < 4; i++) await fail();
  assert.equal((await signIn({ email, password })).statusCode, 201);
  for (let i = 0; i < 5; i++) assert.equal((await fail()).statusCode, 401);
  assert.equal((await fail()).statusCode, 429);
  server.clock.now += 15 * 60_000;
  for (let i = 0; i < 5; i++) assert.equal((await fail()).statusCode, 401);
});

test('when too many passwords wait the next ones are refused at once, without counting as failures', async () => {
  const passwords = createPasswords({ memoryKiB: 8, passes: 1, waitingMax: 2 });
  await using busy = await startTestServer({ trustedProxies: ['127.0.0.1'] }, passwords);
  await people(busy).user('ada@example.com');
  const attempt = () => signInAt(busy, { email: 'ada@example.com', password });
  const answers = await Promise.all(Array.from({ length: 8 }, attempt));
  const refused = answers.filter(({ statusCode }) => statusCode === 503);
  assert.equal(answers.filter(({ statusCode }) => statusCode === 201).length + refused.length, 8);
  assert.ok(refused.length >= 1);
  for (const one of refused) assert.deepEqual([one.json().code, one.headers['retry-after']], ['sign_in_busy', '1']);
  assert.equal((await attempt()).statusCode, 201);
});

test('a hash with other costs is replaced at the next sign-in, and hashes cost what the operator is told', async () => {
  const email = await user();
  const { directory } = server.parts.identity;
  const hashOf = () => directory.snapshot.usersByEmail.get(email)?.passwordHash ?? '';
  const weak = await createPasswords({ memoryKiB: 16, passes: 2 }).hash(password);
  const id = directory.snapshot.usersByEmail.get(email)?.id ?? '';
  await directory.change(({ users }) => {
    const before = users.get(id);
    assert.ok(before !== undefined);
    return { changes: [{ op: 'put', kind: 'user', value: { ...before, passwordHash: weak } }], entries: [] };
  });
  assert.match(hashOf(), /m=16,t=2/);
  assert.equal((await signIn({ email, password })).statusCode, 201);
  assert.match(hashOf(), /m=8,t=1/);
  assert.equal((await signIn({ email, password })).statusCode, 201);
  assert.match(await createPasswords().hash(password), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});
