import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createClient } from '../../src/client/client.ts';
import { databaseName } from '../../src/sqlite/database-file.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startSignInProvider } from '../support/oidc-provider.ts';
import { adminToken, environment, setUpAddress, spawnProcess } from '../support/process.ts';
import { linkIn, startSmtpServer } from '../support/smtp-server.ts';
import { barriers, barriersInAllLooks, openTab, prepare, startBrowser } from './browser.ts';

let browser: Browser & AsyncDisposable;
before(async () => {
  await prepare();
  browser = await startBrowser();
});
after(() => browser[Symbol.asyncDispose]());

const password = 'correct horse battery';

test('the printed address makes the administrator once; who is signed in stays so over reloads and in other tabs until signing out', async () => {
  using folder = temporaryFolder();
  await using server = spawnProcess(environment(folder.path));
  const url = await server.listening;
  const { pathname, hash } = setUpAddress(server) ?? new URL(url);
  await using tab = await openTab(browser, { url, token: null, expected: /^(401|409|422) / });
  const { page } = tab;
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

  await page.getByText('There is no administrator yet.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(url + pathname + hash);
  await heading('Set up Millrace');
  await page.reload();
  await heading('Set up Millrace');
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByText('Must have 12 to 256 characters.').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await heading(/Welcome/);
  assert.ok(!page.url().includes('setup='));
  // The access log of a proxy has the addresses of requests.
  const secret = hash.replace('#setup=', '');
  assert.ok(secret.length > 20 && requested.length > 0);
  assert.deepEqual(
    requested.filter((one) => one.includes(secret)),
    [],
  );

  await page.reload();
  await heading(/Welcome/);
  const other = await page.context().newPage();
  await other.goto(`${url}/connections`);
  await other.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByText('ada@example.com').waitFor();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading('Sign in');
  await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await other.close();

  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('wrong horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Wrong e-mail or password.').waitFor();
  await page.goto(url + pathname + hash);
  await page.getByLabel('E-mail').fill('eve@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByText('This link has expired or was already used.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  assert.deepEqual(tab.problems, []);
});

test('who signs in at a second server of one host stays signed in at the first', async () => {
  await using staging = await startTestApp();
  await using production = await startTestApp();
  for (const { client } of [staging, production]) {
    const roleIds = (await client.call('listRoles')).data.slice(0, 1).map(({ id }) => id);
    await client.call('createUser', { body: { email: 'ada@example.com', password, roleIds } });
  }
  await using tab = await openTab(browser, { url: staging.url, token: null, expected: /^401 / });
  const { page } = tab;
  for (const { url } of [staging, production]) {
    await page.goto(`${url}/connections`);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  }
  await page.goto(`${staging.url}/actions`);
  await page.getByRole('heading', { level: 1, name: 'View Actions' }).waitFor();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.goto(`${production.url}/actions`);
  await page.getByRole('heading', { level: 1, name: 'View Actions' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('an invited user sets a password, reaches the requested page after signing in, and learns why a session ended', async () => {
  using folder = temporaryFolder();
  await using server = spawnProcess(environment(folder.path));
  const url = await server.listening;
  const admin = createClient({ url, token: adminToken });
  const roles = await admin.call('listRoles');
  const analyst = roles.data.find(({ name }) => name === 'Analyst');
  const invited = await admin.call('createUser', { body: { email: 'ben@example.com', roleIds: [analyst?.id ?? ''] } });
  // A link of an earlier version, with the secret in its query, works; the secret moves out of the address.
  const { pathname, hash } = new URL(invited.inviteUrl ?? url);
  const path = `${pathname}?${hash.slice(1)}`;
  await using tab = await openTab(browser, { url, path, token: null, expected: /^40[13] / });
  const { page } = tab;
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  await page.waitForURL(`${url}/new-password${hash}`);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Set password' }).click();
  // Home, not the first steps: an Analyst can't take them.
  await heading('Home');
  const me = await admin.call('getUser', { params: { id: invited.id } });
  await admin.call('changeUser', { params: { id: invited.id }, body: { status: 'disabled' } });
  await page.goto(`${url}/deliveries?status=failed`);
  await heading('Sign in');
  await page.getByText('Your account was disabled or deleted.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await admin.call('changeUser', { params: { id: me.id }, body: { status: 'enabled' } });
  await page.getByLabel('E-mail').fill('BEN@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading('Deliveries');
  assert.equal(new URL(page.url()).search, '?status=failed');
  assert.deepEqual(tab.problems, []);
});

test('after each end of a session the page says why, and signing in leads back to the page and its draft', async () => {
  await using app = await startTestApp({ MILLRACE_PORT: String(await freePort()) });
  const email = 'ida@example.com';
  const roles = await app.client.call('listRoles');
  const roleIds = roles.data.filter(({ name }) => name === 'Integrator').map(({ id }) => id);
  await app.client.call('createUser', { body: { email, password, roleIds } });
  const path = '/connections/new/webhook?preset=slack';
  await using tab = await openTab(browser, { url: app.url, path, token: null, expected: /^401 /, restarts: true });
  const { page } = tab;
  const signIn = async (typed: string) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(typed);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  /** A request of the same person from another browser. */
  const elsewhere = async (method: string, to: string, body?: object) => {
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const credentials = JSON.stringify({ email, password });
    const session = await fetch(`${app.url}/api/v1/session`, { method: 'POST', headers, body: credentials });
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    const sent = { method, headers: { ...headers, cookie }, body: body === undefined ? null : JSON.stringify(body) };
    assert.ok((await fetch(`${app.url}/api/v1${to}`, sent)).ok);
  };
  const changed = `${password} staple`;
  const ends: readonly [reason: string, end: () => Promise<unknown>, next: string][] = [
    ['You were signed out from another browser.', () => elsewhere('DELETE', '/me/sessions'), password],
    [
      'Your password was changed. Sign in with the new one.',
      () => elsewhere('PATCH', '/me', { password: changed, currentPassword: password }),
      changed,
    ],
    ['Your session expired. Sign in again.', () => expireSessions(app), changed],
  ];
  const name = page.getByRole('textbox', { name: 'Connection Name' });
  await signIn(password);
  for (const [reason, end, next] of ends) {
    await name.fill(`Typed before: ${reason}`);
    await end();
    await page.getByRole('button', { name: 'Save and Continue' }).click();
    await page.getByText(reason).waitFor();
    await signIn('wrong horse battery');
    await page.getByText('Wrong e-mail or password.').waitFor();
    await signIn(next);
    await page.getByText(/^Restored unsaved changes/).waitFor();
    assert.equal(await name.inputValue(), `Typed before: ${reason}`);
    assert.equal(page.url(), `${app.url}${path}`);
  }
  assert.deepEqual(tab.problems, []);
});

/** As if no session had been used for long. The server reads what is stored when it starts, here at the same address. */
async function expireSessions(app: TestApp): Promise<void> {
  const db = new DatabaseSync(join(app.dir, databaseName));
  db.exec('UPDATE account_session SET created_at = 1, last_used_at = 1');
  db.close();
  await app.restart();
}

test('a forgotten password is set by a link in an e-mail; without a mail server the page says who can help', async () => {
  await using smtp = await startSmtpServer();
  using folder = temporaryFolder();
  const start = (env: Record<string, string>) => spawnProcess({ ...environment(folder.path), ...env });
  {
    await using server = start({});
    await using tab = await openTab(browser, { url: await server.listening, token: null });
    await tab.page.getByRole('button', { name: 'Forgot password?' }).click();
    await tab.page.getByText('Ask an administrator for a new invitation link.').waitFor();
    assert.deepEqual(await barriers(tab.page), []);
  }
  await using server = start({
    MILLRACE_SMTP_HOST: '127.0.0.1',
    MILLRACE_SMTP_PORT: String(smtp.port),
    MILLRACE_SMTP_SECURITY: 'none',
    MILLRACE_SMTP_FROM: 'millrace@example.com',
  });
  const url = await server.listening;
  const admin = createClient({ url, token: adminToken });
  await admin.call('createUser', { body: { email: 'ada@example.com', password } });
  await using tab = await openTab(browser, { url, token: null });
  const { page } = tab;
  await page.getByRole('button', { name: 'Forgot password?' }).click();
  await page.getByRole('heading', { level: 1, name: 'Reset your password' }).waitFor();
  await page.getByLabel('E-mail').fill('ada@example.com');
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Send link' }).click();
  await page.getByText('a link is on its way').waitFor();
  const mail = await eventually('the e-mail', () => smtp.mails[0] ?? null);
  const link = linkIn(mail);
  assert.deepEqual([mail.to, new URL(link).origin], [['ada@example.com'], url]);
  await page.goto(link);
  await page.getByRole('heading', { level: 1, name: 'Set a new password' }).waitFor();
  await page.getByLabel('Password').fill('a quite new password');
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('button', { name: 'Account' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('single sign-on leads to the provider and back to the wanted page; without the provider the password works', async () => {
  await using provider = await startSignInProvider();
  const secret = 'a client secret of the test, of some length';
  await using app = await startTestApp({
    MILLRACE_OIDC_ISSUER: provider.issuer,
    MILLRACE_OIDC_CLIENT_ID: 'millrace',
    MILLRACE_OIDC_CLIENT_SECRET: secret,
    MILLRACE_OIDC_ROLES: 'marketing=Marketer',
  });
  await provider.serve({ secret, redirectUri: `${app.url}/sign-in/sso` });
  provider.person = { sub: 'ada', email: 'ada@example.com', email_verified: true, groups: ['other'] };
  const expected = /^(401|403|503) /;
  await using tab = await openTab(browser, { url: app.url, path: '/connections', token: null, expected });
  const { page } = tab;
  const button = page.getByRole('button', { name: 'Sign in with SSO' });
  await button.waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await button.click();
  await page.getByText('None of your groups has a role here.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByRole('link', { name: 'Back to sign-in' }).click();
  provider.person = { ...provider.person, groups: ['marketing'] };
  await page.goto(`${app.url}/connections`);
  await button.click();
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  assert.ok(!page.url().includes('code='));
  await page.goto(`${app.url}/settings/account`);
  await page.getByText('You sign in with SSO.').waitFor();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();

  // A person with a password connects the account.
  const email = 'eve@example.com';
  await app.client.call('createUser', { body: { email, password } });
  provider.person = { ...provider.person, sub: 'eve', email };
  await page.context().clearCookies();
  await page.goto(`${app.url}/settings/account`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Connect to SSO' }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Connect to SSO' }).click();
  await page.getByText('You sign in with SSO.').waitFor();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();

  await provider[Symbol.asyncDispose]();
  // An open page would ask a server that is away.
  await page.goto('about:blank');
  await app.restart();
  await page.goto(`${app.url}/sign-in`);
  await button.click();
  await page.getByText('Single sign-on not available').waitFor();
  await app.client.call('createUser', { body: { email: 'ben@example.com', password } });
  await page.getByLabel('E-mail').fill('ben@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Account' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
