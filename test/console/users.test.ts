import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administratorRoleId } from '../../src/contract/accounts/rights.ts';
import { barriers, barriersInAllLooks, chooseFilter, edit, loaded, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
});
after(() => console_[Symbol.asyncDispose]());

const password = 'correct horse battery';

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${console_.app.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
    body: JSON.stringify(body),
  });
}

test('a role is made of ticked rights, a user invited with it, and the address shown once and good for one password', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings', expected: /^404 .*usr_/ });
  const { page } = tab;
  const pages = page.getByRole('navigation', { name: 'Settings pages' });
  await pages.getByRole('link', { name: 'Roles & Rights' }).click();
  const roles = page.getByRole('region', { name: 'Roles', exact: true });
  await roles.getByRole('row', { name: /Administrator.*All \d+ rights.*0 users.*Fixed/ }).waitFor();
  assert.deepEqual(await barriers(page), []);

  await page.getByRole('link', { name: 'New Role' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Enter a name.').waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('Front desk');
  const right = (name: string) => page.getByRole('checkbox', { name, exact: true });
  await right('Manage Connections').check();
  assert.ok(await right('View Connections').isChecked(), 'Manage brings View');
  await right('View Connections').uncheck();
  assert.ok(!(await right('Manage Connections').isChecked()), 'without View there is no Manage');
  await right('Manage Deliveries').check();
  await right('View Payloads').check();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Save' }).click();
  await roles.getByRole('row', { name: /Front desk.*3 rights.*0 users/ }).waitFor();

  await pages.getByRole('link', { name: 'Users' }).click();
  await page.getByText('No users yet').waitFor();
  await page.getByRole('link', { name: 'New User' }).click();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('mara');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Enter an e-mail address.').waitFor();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('mara@shop.example');
  await page.getByRole('checkbox', { name: 'Front desk' }).check();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invitation for mara@shop.example' });
  const address = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  await page.keyboard.press('Escape');
  assert.ok(await dialog.isVisible(), 'no stray key loses it');
  assert.deepEqual(await barriersInAllLooks(page), []);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const users = page.getByRole('region', { name: 'Users', exact: true });
  await users.getByRole('row', { name: /mara@shop\.example Enabled.*no password yet Front desk Never/ }).waitFor();
  assert.deepEqual(await barriers(page), []);
  const inviteToken = new URL(address).hash.replace('#invite=', '');
  assert.ok(inviteToken.length > 20 && !(await page.content()).includes(inviteToken));
  assert.ok(!JSON.stringify(await page.evaluate('({ ...localStorage, ...sessionStorage })')).includes(inviteToken));
  assert.equal((await post('/invitation', { inviteToken, password })).status, 201);
  assert.equal((await post('/session', { email: 'mara@shop.example', password })).status, 201);

  await page.getByRole('textbox', { name: 'Filter' }).fill('no-one-else');
  await page.getByText('No users match.').waitFor();
  assert.match(page.url(), /filter=no-one-else/);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await chooseFilter(page, 'Role', 'Front desk');
  await page.reload();
  await users.getByRole('link', { name: 'mara@shop.example' }).click();
  await edit(page);
  await page.getByRole('switch', { name: 'Enabled' }).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('mara@shop.example saved').waitFor();
  await page.getByRole('button', { name: 'New invitation' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New invitation' }).click();
  const again = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  assert.notEqual(again, address);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await edit(page);
  await page.getByRole('switch', { name: 'Enabled' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Unsaved changes').waitFor({ state: 'detached' });

  // A role lists its users, and can be deleted when it has none.
  await visit(page, '/settings/roles');
  await page.getByRole('button', { name: 'More for Front desk' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const question = page.getByRole('dialog', { name: 'Delete Front desk?' });
  await question.getByText('1 user with this role').waitFor();
  assert.equal(await question.getByRole('button', { name: 'Delete' }).count(), 0);
  await question.getByRole('link', { name: 'mara@shop.example' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('mara@shop.example deleted').waitFor();
  await visit(page, '/settings/roles');
  await page.getByRole('button', { name: 'More for Front desk' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await question.getByRole('button', { name: 'Delete' }).click();
  await roles.getByRole('link', { name: 'Front desk' }).waitFor({ state: 'detached' });
  assert.deepEqual(tab.problems, []);
});

test('the dialog of a role in use names ten of its users and leads to all of them', async () => {
  const { app, browser } = console_;
  const { id } = await app.client.call('createRole', { body: { name: 'Support', rights: ['events:view'] } });
  for (let number = 10; number < 22; number++)
    await app.client.call('createUser', { body: { email: `agent${number}@shop.example`, roleIds: [id] } });
  await using tab = await openTab(browser, { url: app.url, path: '/settings/roles' });
  const { page } = tab;
  await page.getByRole('button', { name: 'More for Support' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const question = page.getByRole('dialog', { name: 'Delete Support?' });
  await question.getByText('12 users with this role').waitFor();
  assert.equal(await question.getByRole('link', { name: /@shop\.example/ }).count(), 10);
  await question.getByRole('link', { name: 'and 2 more' }).click();
  await page.getByRole('button', { name: 'Remove filter Role: Support' }).waitFor();
  assert.match(page.url(), new RegExp(`/settings/users\\?role=${id}`));
  assert.deepEqual(tab.problems, []);
});

test('an API token is shown once and never again, works, and is refused from its deletion on', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings' });
  const { page } = tab;
  await loaded(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill('api tokens');
  await page.getByRole('option', { name: /^API tokens/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'New Token' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Nightly import');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByText('Choose at least one right.').waitFor();
  await page.getByRole('checkbox', { name: 'View Events' }).check();
  await page.getByRole('combobox', { name: 'Expires' }).selectOption('In 30 days');
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Create token' }).click();
  const value = await page.getByRole('textbox', { name: 'Token' }).inputValue();
  const asked = () => fetch(`${app.url}/api/v1/me`, { headers: { authorization: `Bearer ${value}` } });
  assert.match(await (await asked()).text(), /"rights":\["events:view"\]/);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  const list = page.getByRole('region', { name: 'API tokens', exact: true });
  await list.getByRole('row', { name: /Nightly import 1 right Administrator token \d+ \w+/ }).waitFor();
  assert.ok(!(await page.content()).includes(value));
  assert.ok(!JSON.stringify(await page.evaluate('({ ...localStorage, ...sessionStorage })')).includes(value));
  assert.deepEqual(await barriers(page), []);

  await chooseFilter(page, 'Owner', 'Mine');
  await page.waitForURL(/owner=me/);
  await page.getByRole('button', { name: 'More for Nightly import' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nightly import deleted').waitFor();
  assert.equal((await asked()).status, 401);
  assert.deepEqual(tab.problems, []);
});

test('a missing right to view, change or grant is explained, and the last administrator stays', async () => {
  const { app, browser } = console_;
  const { client } = app;
  const { id } = await client.call('createUser', {
    body: { email: 'ada@shop.example', password, roleIds: [administratorRoleId] },
  });
  const tokenWith = async (...rights: ('users:view' | 'users:manage')[]) =>
    (await client.call('createToken', { body: { name: `With ${rights}`, rights } })).token;

  await using blind = await openTab(browser, { url: app.url, path: '/settings/users', token: await tokenWith() });
  await blind.page.getByRole('heading', { name: /View Users/ }).waitFor();
  assert.deepEqual(blind.problems, []);

  const looking = await tokenWith('users:view');
  await using watcher = await openTab(browser, { url: app.url, path: '/settings/users', token: looking });
  await watcher.page.getByRole('link', { name: 'ada@shop.example' }).click();
  await watcher.page.getByText('To change users you need the right “Manage Users”: ask an administrator.').waitFor();
  assert.equal(await watcher.page.getByRole('button', { name: 'Save' }).count(), 0);
  assert.deepEqual(await barriers(watcher.page), []);
  await visit(watcher.page, '/settings/users/new');
  await watcher.page.getByRole('heading', { name: /Manage Users/ }).waitFor();
  assert.deepEqual(watcher.problems, []);

  const managing = await tokenWith('users:manage');
  await using manager = await openTab(browser, { url: app.url, path: '/settings/roles/new', token: managing });
  await manager.page.getByText('You can’t grant rights you don’t have').waitFor();
  assert.ok(await manager.page.getByRole('checkbox', { name: 'View Connections' }).isDisabled());
  assert.ok(await manager.page.getByRole('checkbox', { name: 'Manage Users' }).isEnabled());
  await visit(manager.page, '/settings/users/new');
  await manager.page.getByText('Only administrators can assign this role.').waitFor();
  assert.ok(await manager.page.getByRole('checkbox', { name: 'Administrator' }).isDisabled());
  await visit(manager.page, `/settings/users/${id}`);
  await manager.page.getByText('Only administrators can change an administrator.').waitFor();
  assert.deepEqual(manager.problems, []);

  await using tab = await openTab(browser, { url: app.url, path: '/settings/users', expected: /^409 / });
  const { page } = tab;
  await page.getByRole('button', { name: 'More for ada@shop.example' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page
    .getByRole('group', { name: /Last administrator|^$/ })
    .getByText('Last administrator')
    .waitFor();
  await visit(page, `/settings/roles/${administratorRoleId}`);
  await page.getByText('This role can’t be changed').waitFor();
  await page.getByRole('cell', { name: 'View Audit' }).waitFor();
  assert.equal(await page.getByRole('checkbox').count(), 0, 'what is only read is text');
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});

test('everybody changes the own password with the present one, and sees and ends the own sessions', async () => {
  const { app, browser } = console_;
  const email = 'otto@shop.example';
  await app.client.call('createUser', { body: { email, password } });
  const signIn = async () =>
    (await post('/session', { email, password })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const cookie = await signIn();
  await signIn();
  const made = await post('/me/tokens', { name: 'Own', rights: [] }, { cookie });
  const { token } = (await made.json()) as { token: string }; // what this route answers by contract
  {
    await using tab = await openTab(browser, { url: app.url, path: '/settings/account', token });
    await tab.page.getByText('A token has no access to your sessions.').waitFor();
    assert.deepEqual(await barriers(tab.page), []);
    assert.deepEqual(tab.problems, []);
  }
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/settings/account',
    token: null,
    expected: /^401 /,
  });
  const { page } = tab;
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const sessions = page.getByRole('region', { name: 'Your sessions', exact: true }).getByRole('table');
  await sessions
    .getByRole('row', { name: /127\.0\.0\.1/ })
    .first()
    .waitFor();
  assert.equal(await sessions.getByRole('row').count(), 4);
  assert.deepEqual(await barriers(page), []);
  await sessions
    .getByRole('button', { name: /^Sign out/ })
    .first()
    .click();
  await page.getByText('Session signed out').waitFor();

  await page.getByLabel('Current password').fill('not this one, no');
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Use at least 12 characters.').waitFor();
  await page.getByLabel('New password').fill(`${password} staple`);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Wrong password.').waitFor();
  await page.getByLabel('Current password').fill(password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Password changed').waitFor();
  await sessions.getByText('This session').waitFor();
  assert.equal(await sessions.getByRole('row').count(), 2);
  assert.equal((await post('/session', { email, password })).status, 401);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Account' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
