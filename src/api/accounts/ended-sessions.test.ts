import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserWith, cookieOf, people } from '../testing/people.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

const hourMs = 3_600_000;

test('the browser of an ended session learns why it ended, also after the session is cleaned up', async () => {
  await using server = await startTestServer();
  const { somebody, signIn } = people(server);
  const ada = await somebody('ada@example.com', ['events:view']);
  const sessionOf = async () => browserWith(cookieOf(await signIn('ada@example.com')));
  const reasonOf = async (browser: Record<string, string>) => {
    const answer = await server.call('GET', '/api/v1/me', undefined, browser);
    assert.equal(answer.statusCode, 401);
    return answer.json().reason;
  };
  const disable = (status: string) => server.call('PATCH', `/api/v1/users/${ada.id}`, { status });

  const revoked = await sessionOf();
  const changed = await sessionOf();
  const { data } = (await ada.ask('GET', '/me/sessions')).json();
  const { session } = (await server.call('GET', '/api/v1/me', undefined, revoked)).json();
  assert.equal(data.length, 3);
  await ada.ask('DELETE', `/me/sessions/${session.id}`);
  assert.equal(await reasonOf(revoked), 'signed_out');
  await ada.ask('PATCH', '/me', { password: 'correct horse battery' });
  assert.equal(await reasonOf(changed), 'password_changed');
  await disable('disabled');
  assert.equal(await reasonOf(browserWith(ada.cookie)), 'account_disabled');
  await disable('enabled');
  const expired = await sessionOf();
  server.clock.now += 12 * hourMs;
  assert.equal(await reasonOf(expired), 'expired');
  // A sign-in removes expired sessions.
  await sessionOf();
  assert.equal(await reasonOf(expired), 'expired');

  server.clock.now += 7 * 24 * hourMs;
  await sessionOf();
  assert.equal(await reasonOf(revoked), 'unknown');
});

test('the holder of an expired token learns that it expired', async () => {
  await using server = await startTestServer();
  const expiresAt = new Date(server.clock.now + hourMs).toISOString();
  const { somebody } = people(server);
  const ada = await somebody('ada@example.com', ['events:view']);
  const { token } = (await ada.ask('POST', '/me/tokens', { name: 'T', rights: [], expiresAt })).json();
  const ask = (value: string) => server.call('GET', '/api/v1/me', undefined, { authorization: `Bearer ${value}` });
  server.clock.now += hourMs;
  assert.equal((await ask(token)).json().reason, 'expired');
  assert.equal((await ask('mlr_guessed')).json().reason, 'unknown');
});

test('a stranger learns nothing about ended sessions', async () => {
  await using server = await startTestServer();
  const { somebody } = people(server);
  const ada = await somebody('ada@example.com', ['events:view']);
  await ada.ask('DELETE', '/session');
  const ask = (headers: Record<string, string>) => server.call('GET', '/api/v1/me', undefined, headers);
  const guessed = await ask(browserWith(`millrace=${'A'.repeat(43)}`));
  assert.equal(guessed.json().reason, 'unknown');
  assert.ok(!('reason' in (await ask({ authorization: '' })).json()));
  assert.equal((await ask(browserWith(ada.cookie))).json().reason, 'signed_out');
});
