import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserWith, cookieOf, password, people } from '../../src/api/testing/people.testing.ts';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import { administratorRoleId } from '../../src/contract/accounts/rights.ts';
import { digestOf } from '../../src/identity/one-time-secret.ts';

const hourMs = 3_600_000;
type Entry = { id: string; result: string };
const nobody = { authorization: '' };
const newPassword = 'a quite new password';

/** A server that "sends" links into a list, with functions to ask for one and to use one. */
async function startServer() {
  const links: { userId: string; email: string; secret: string }[] = [];
  const server = await startTestServer({ trustedProxies: ['127.0.0.1'] }, undefined, async (link) => {
    links.push(link);
  });
  const { passwordResets } = server.parts.identity;
  let addresses = 0;
  return {
    ...people(server),
    ...server,
    links,
    async request(email: string, address = `198.51.100.${++addresses}`) {
      const headers = { ...nobody, 'x-forwarded-for': address };
      const answer = await server.call('POST', '/api/v1/password-resets', { email }, headers);
      await passwordResets.settled();
      return answer;
    },
    async link(email: string): Promise<string> {
      const before = links.length;
      await this.request(email);
      assert.equal(links.length, before + 1);
      return links.at(-1)?.secret ?? '';
    },
    use: (resetToken: string, chosen = newPassword) =>
      server.call('POST', '/api/v1/password-resets/complete', { resetToken, password: chosen }, nobody),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

test('a link sets a new password once, signs in, and ends all other sessions', async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', ['events:view']);
  const secret = await server.link('ADA@example.com ');
  const answer = await server.use(secret);
  assert.equal(answer.statusCode, 201);
  const me = await server.call('GET', '/api/v1/me', undefined, browserWith(cookieOf(answer)));
  assert.equal(me.json().user.id, ada.id);
  const former = await ada.ask('GET', '/me');
  assert.deepEqual([former.statusCode, former.json().reason], [401, 'password_changed']);
  assert.equal((await server.signIn('ada@example.com')).statusCode, 401);
  assert.equal((await server.signIn('ada@example.com', newPassword)).statusCode, 201);
  assert.equal((await server.use(secret, 'one more new password')).statusCode, 401);
  const { data } = (await server.call('GET', '/api/v1/audit?limit=10')).json();
  const acts = data
    .filter((one: Entry) => one.id === ada.id && one.result === 'done')
    .map(({ act }: { act: string }) => act);
  assert.deepEqual(acts.slice(1, 4), ['sign_in', 'set_password', 'request_password_reset']);
});

test('two uses of a link at the same time set one password', async () => {
  await using server = await startServer();
  await server.user('ada@example.com');
  const secret = await server.link('ada@example.com');
  const answers = await Promise.all([server.use(secret), server.use(secret, 'one more new password')]);
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [201, 401]);
});

test('a link is valid for one hour, and a new one replaces it', async () => {
  await using server = await startServer();
  await server.user('ada@example.com');
  const first = await server.link('ada@example.com');
  const second = await server.link('ada@example.com');
  assert.equal((await server.use(first)).statusCode, 401);
  server.clock.now += hourMs;
  assert.equal((await server.use(second)).statusCode, 401);
  const third = await server.link('ada@example.com');
  server.clock.now += hourMs - 1;
  assert.equal((await server.use(third)).statusCode, 201);
});

test('a new password, a new e-mail address and disabling void a link', async () => {
  await using server = await startServer();
  const voids = {
    'pat@example.com': { password: newPassword },
    'max@example.com': { email: 'moved@example.com' },
    'dan@example.com': { status: 'disabled' },
  };
  for (const [email, patch] of Object.entries(voids)) {
    const id = await server.user(email);
    const secret = await server.link(email);
    assert.equal((await server.call('PATCH', `/api/v1/users/${id}`, patch)).statusCode, 200);
    await server.call('PATCH', `/api/v1/users/${id}`, { status: 'enabled' });
    assert.equal((await server.use(secret)).statusCode, 401, email);
  }
});

test('a link does not open an account that got more rights since', async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', ['events:view']);
  const gains = [
    () => server.call('PATCH', `/api/v1/roles/${ada.roleId}`, { rights: ['events:view', 'payloads:view'] }),
    () => server.call('PATCH', `/api/v1/users/${ada.id}`, { roleIds: [administratorRoleId] }),
  ];
  for (const gain of gains) {
    const secret = await server.link('ada@example.com');
    assert.equal((await gain()).statusCode, 200);
    assert.equal((await server.use(secret)).statusCode, 401);
  }
  const fewer = await server.link('ada@example.com');
  await server.call('PATCH', `/api/v1/users/${ada.id}`, { roleIds: [] });
  assert.equal((await server.use(fewer)).statusCode, 201);
});

test('the response does not tell whether a user has the e-mail address, and does not wait for the mail', async () => {
  const { promise: forever } = Promise.withResolvers<void>();
  const sent: string[] = [];
  await using server = await startTestServer({}, undefined, ({ email }) => {
    sent.push(email);
    return forever;
  });
  const { user } = people(server);
  await user('ada@example.com');
  const id = await user('dan@example.com');
  await server.call('PATCH', `/api/v1/users/${id}`, { status: 'disabled' });
  const ask = (email: string) => server.call('POST', '/api/v1/password-resets', { email }, nobody);
  const answers = [
    await ask('dan@example.com'),
    await ask('nobody@example.com'),
    await ask('no e-mail at all'),
    await ask('ada@example.com'),
  ];
  for (const { statusCode, body, headers } of answers)
    assert.deepEqual([statusCode, body, headers['content-length']], [202, '', answers[0]?.headers['content-length']]);
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, ['ada@example.com']);
});

test('links are limited per e-mail address, known or not, and per address of the sender', async () => {
  await using server = await startServer();
  await server.user('ada@example.com');
  for (const email of ['ada@example.com', 'nobody@example.com']) {
    for (let n = 0; n < 3; n++) assert.equal((await server.request(email)).statusCode, 202);
    const fourth = await server.request(email.toUpperCase());
    assert.deepEqual([fourth.statusCode, fourth.headers['retry-after']], [429, '1200'], email);
  }
  assert.equal(server.links.length, 3);
  const address = '203.0.113.9';
  for (let n = 0; n < 20; n++) assert.equal((await server.request(`${n}@example.com`, address)).statusCode, 202);
  assert.equal((await server.request('ada2@example.com', address)).statusCode, 429);
  assert.equal((await server.request('ada2@example.com')).statusCode, 202);
});

test('only the hash of a link is stored', async () => {
  await using server = await startServer();
  const id = await server.user('ada@example.com');
  const secret = await server.link('ada@example.com');
  const { directory } = server.parts.identity;
  assert.equal(directory.snapshot.users.get(id)?.reset?.digest, digestOf(secret));
  const user = await server.call('GET', `/api/v1/users/${id}`);
  assert.ok(!user.body.includes('reset'));
});

test('a server without a mail server says so, and sends nothing', async () => {
  await using server = await startTestServer();
  const methods = await server.call('GET', '/api/v1/sign-in-methods', undefined, nobody);
  assert.equal(methods.json().passwordReset, false);
  const answer = await server.call('POST', '/api/v1/password-resets', { email: 'ada@example.com' }, nobody);
  assert.deepEqual([answer.statusCode, answer.json().code], [409, 'conflict']);
});

test('another site can request no link and use none', async () => {
  await using server = await startServer();
  await server.user('ada@example.com');
  const foreign = { ...nobody, 'sec-fetch-site': 'cross-site' };
  for (const [path, body] of [
    ['/password-resets', { email: 'ada@example.com' }],
    ['/password-resets/complete', { resetToken: await server.link('ada@example.com'), password }],
  ] as const)
    assert.equal((await server.call('POST', `/api/v1${path}`, body, foreign)).statusCode, 403, path);
  assert.equal(server.links.length, 1);
});
