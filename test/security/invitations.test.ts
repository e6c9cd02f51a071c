import assert from 'node:assert/strict';
import { test } from 'node:test';
import { password, people } from '../../src/api/testing/people.testing.ts';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import { administratorRoleId } from '../../src/contract/accounts/rights.ts';

const nobody = { authorization: '' };
const chosen = 'a password that Eve knows';

type Asking = { ask(method: string, path: string, body?: unknown): Promise<{ json(): Record<string, string> }> };

/** Eve manages users and events, and Bob may see events. Bob is invited by others, and works with his password. */
async function startServer() {
  const server = await startTestServer({ publicUrl: 'https://millrace.example' });
  const { somebody, role, user } = people(server);
  const roleId = await role('Viewers', ['events:view']);
  const bob = await user('bob@example.com', [roleId]);
  return {
    ...server,
    somebody,
    bob,
    roleId,
    eve: await somebody('eve@example.com', ['users:manage', 'events:view']),
    change: (path: string, patch: unknown) => server.call('PATCH', `/api/v1${path}`, patch),
    async invite(by: Asking): Promise<string> {
      const { inviteUrl } = (await by.ask('POST', `/users/${bob}/invite`)).json();
      return /#invite=([\w-]{43})$/.exec(inviteUrl ?? '')?.[1] ?? '';
    },
    async accept(inviteToken: string): Promise<number> {
      const answer = await server.call('POST', '/api/v1/invitation', { inviteToken, password: chosen }, nobody);
      return answer.statusCode;
    },
    asToken: (token: string): Asking => ({
      ask: (method, path, body) =>
        server.call(method, `/api/v1${path}`, body, { authorization: `Bearer ${token}`, cookie: '' }),
    }),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

test('an invitation does not open an account that was given rights its inviter lacks', async () => {
  await using server = await startServer();
  const gains = {
    'the Administrator role': () => server.change(`/users/${server.bob}`, { roleIds: [administratorRoleId] }),
    'another right of a role': () =>
      server.change(`/roles/${server.roleId}`, { rights: ['events:view', 'audit:view'] }),
  };
  for (const [title, gain] of Object.entries(gains)) {
    await server.change(`/users/${server.bob}`, { roleIds: [server.roleId] });
    const link = await server.invite(server.eve);
    assert.equal((await gain()).statusCode, 200);
    assert.equal(await server.accept(link), 401, title);
    assert.equal((await people(server).signIn('bob@example.com', password)).statusCode, 201, title);
  }
});

test('an invitation ends with its inviter: disabled, deleted, or without its rights', async () => {
  await using server = await startServer();
  const { somebody } = server;
  const ends = {
    disabled: (one: { id: string }) => server.change(`/users/${one.id}`, { status: 'disabled' }),
    deleted: (one: { id: string }) => server.call('DELETE', `/api/v1/users/${one.id}`),
    'without Manage Users': (one: { roleId: string }) =>
      server.change(`/roles/${one.roleId}`, { rights: ['events:view'] }),
    'without a right of the invited': (one: { roleId: string }) =>
      server.change(`/roles/${one.roleId}`, { rights: ['users:manage'] }),
  };
  for (const [index, [title, end]] of Object.entries(ends).entries()) {
    const inviter = await somebody(`inviter${index}@example.com`, ['users:manage', 'events:view']);
    const link = await server.invite(inviter);
    assert.ok((await end(inviter)).statusCode < 300);
    assert.equal(await server.accept(link), 401, title);
  }
});

test('an invitation made with a token ends with the token, and opens no more than the token could', async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', 'all');
  const make = async () =>
    (await ada.ask('POST', '/me/tokens', { name: 'Narrow', rights: ['users:manage', 'events:view'] })).json();
  const [deleted, narrow] = [await make(), await make()];
  const first = await server.invite(server.asToken(deleted.token));
  await ada.ask('DELETE', `/me/tokens/${deleted.id}`);
  assert.equal(await server.accept(first), 401);
  const second = await server.invite(server.asToken(narrow.token));
  await server.change(`/users/${server.bob}`, { roleIds: [administratorRoleId] });
  assert.equal(await server.accept(second), 401);
});

test('an invitation by someone who has the rights works after the invited person got more', async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', 'all');
  const link = await server.invite(ada);
  await server.change(`/users/${server.bob}`, { roleIds: [administratorRoleId] });
  assert.equal(await server.accept(link), 201);
  assert.equal((await people(server).signIn('bob@example.com', chosen)).statusCode, 201);
});
