import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { environment, setUpAddress, spawnProcess } from '../support/process.ts';

const password = 'correct horse battery';

const post = (url: string, path: string, body: unknown) =>
  fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('a start prints a one-time address until there is an administrator, who stays signed in over a kill -9', async () => {
  using folder = temporaryFolder();
  const { MILLRACE_ADMIN_TOKEN: _, ...env } = environment(folder.path);
  let first: string;
  {
    await using server = spawnProcess(env);
    await server.listening;
    first = setUpAddress(server)?.hash.replace('#setup=', '') ?? '';
    assert.match(first, /^[\w-]{43}$/);
  }
  let cookie: string;
  let token: string;
  {
    // With MILLRACE_ADMIN_TOKEN too: that is no administrator who could sign in.
    await using server = spawnProcess(environment(folder.path));
    const url = await server.listening;
    const address = setUpAddress(server);
    assert.deepEqual([address?.origin, address?.pathname, address?.search], [url, '/welcome', '']);
    const setUp = (setupToken: unknown) => post(url, '/setup', { setupToken, email: 'ada@example.com', password });
    assert.equal((await setUp(first)).status, 401);
    const answer = await setUp(address?.hash.replace('#setup=', ''));
    assert.equal(answer.status, 201);
    cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const made = await fetch(`${url}/api/v1/me/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, origin: url },
      body: JSON.stringify({ name: 'CI', rights: ['users:view'] }),
    });
    assert.equal(made.status, 201);
    ({ token } = (await made.json()) as { token: string }); // what the route answers
    await server.end('SIGKILL');
  }
  await using server = spawnProcess(env);
  const url = await server.listening;
  assert.equal(setUpAddress(server), null);
  const me = await fetch(`${url}/api/v1/me`, { headers: { cookie } });
  assert.deepEqual([me.status, Object(await me.json()).name], [200, 'ada@example.com']);
  const { data } = await createClient({ url, token }).call('listUsers');
  assert.deepEqual([data.length, data[0]?.invited], [1, false]);
  assert.equal((await post(url, '/session', { email: 'ada@example.com', password: `${password}?` })).status, 401);
  assert.equal((await post(url, '/session', { email: 'ada@example.com', password })).status, 201);
});

test('a session over https without the public URL is one line in the log and a problem of the ready server', async () => {
  using folder = temporaryFolder();
  await using server = spawnProcess(environment(folder.path));
  const url = await server.listening;
  const setupToken = setUpAddress(server)?.hash.replace('#setup=', '');
  const made = await post(url, '/setup', { setupToken, email: 'ada@example.com', password });
  const cookie = made.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  for (let n = 0; n < 2; n++) {
    const me = await fetch(`${url}/api/v1/me`, { headers: { cookie, 'x-forwarded-proto': 'https' } });
    assert.equal(me.status, 200);
  }
  const ready = await fetch(`${url}/readyz?verbose`);
  assert.equal(ready.status, 200);
  assert.match(Object(await ready.json()).problems.session_cookies, /MILLRACE_PUBLIC_URL/);
  await server.end();
  assert.equal(server.stdout().match(/Session cookies are not Secure/g)?.length, 1);
});
