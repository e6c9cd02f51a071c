import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browserWith, cookieOf, password, people } from '../../src/api/testing/people.testing.ts';
import { startTestServer, type TestServer } from '../../src/api/testing/server.testing.ts';
import { administratorRoleId, allRights, type Right } from '../../src/contract/accounts/rights.ts';

// Attempts to gain rights. All are made by a user who manages users and connections, one after the other on one
// server; after all of them no user has more rights than before.

type Somebody = Awaited<ReturnType<ReturnType<typeof people>['somebody']>>;

let server: TestServer;
let setupToken: string | null;
let mallory: Somebody;
let admin: Somebody;
before(async () => {
  server = await startTestServer();
  setupToken = server.parts.identity.setup.token;
  admin = await people(server).somebody('admin@example.com', 'all');
  mallory = await people(server).somebody('mallory@example.com', ['users:manage', 'connections:manage']);
});
after(() => server.close(0));

const allowed: Right[] = ['connections:view', 'connections:manage', 'users:view', 'users:manage'];
const bearer = (token: unknown) => ({ authorization: `Bearer ${token}`, cookie: '' });

async function made(path: string, body: unknown, by = mallory): Promise<Record<string, string>> {
  const answer = await by.ask('POST', path, body);
  assert.equal(answer.statusCode, 201, `${path}: ${answer.body}`);
  return answer.json();
}

async function assertRights(headers: Record<string, string>, rights: readonly Right[]): Promise<void> {
  const me = await server.call('GET', '/api/v1/me', undefined, headers);
  assert.equal(me.statusCode, 200);
  assert.deepEqual(me.json().rights, rights);
}

type Attempt = () => Promise<[method: string, path: string, body?: unknown, headers?: Record<string, string>]>;

/** Each gets 403 `forbidden`. */
const forbidden: Record<string, Attempt> = {
  'give the own role a right that one lacks': async () => [
    'PATCH',
    `/roles/${mallory.roleId}`,
    { rights: [...allowed, 'audit:view'] },
  ],
  'make a role of rights that one lacks': async () => ['POST', '/roles', { name: 'More', rights: ['settings:manage'] }],
  'make a role of everything': async () => ['POST', '/roles', { name: 'All', rights: allRights }],
  'widen a View to the Manage that one lacks': async () => {
    const role = await people(server).role('Viewers', ['actions:view']);
    return ['PATCH', `/roles/${role}`, { rights: ['actions:manage'] }];
  },
  'give oneself the Administrator role': async () => [
    'PATCH',
    `/users/${mallory.id}`,
    { roleIds: [mallory.roleId, administratorRoleId] },
  ],
  'give oneself a role with rights that one lacks': async () => {
    const role = await people(server).role('Auditors', ['audit:view']);
    return ['PATCH', `/users/${mallory.id}`, { roleIds: [mallory.roleId, role] }];
  },
  'create an administrator': async () => [
    'POST',
    '/users',
    { email: 'puppet@example.com', password, roleIds: [administratorRoleId] },
  ],
  'create an administrator by invitation': async () => [
    'POST',
    '/users',
    { email: 'puppet@example.com', roleIds: [administratorRoleId] },
  ],
  'create a user who may what one may not': async () => {
    const role = await people(server).role('Deliverers', ['deliveries:manage']);
    return ['POST', '/users', { email: 'puppet@example.com', password, roleIds: [role] }];
  },
  'make another user an administrator': async () => [
    'PATCH',
    `/users/${await people(server).user('friend@example.com')}`,
    { roleIds: [administratorRoleId] },
  ],
  'set the password of an administrator': async () => ['PATCH', `/users/${admin.id}`, { password }],
  'change the e-mail of an administrator': async () => ['PATCH', `/users/${admin.id}`, { email: 'x@example.com' }],
  'take the role of an administrator away': async () => ['PATCH', `/users/${admin.id}`, { roleIds: [] }],
  'disable an administrator': async () => ['PATCH', `/users/${admin.id}`, { status: 'disabled' }],
  'delete an administrator': async () => ['DELETE', `/users/${admin.id}`],
  'invite an administrator to a new password': async () => ['POST', `/users/${admin.id}/invite`],
  'set the password of a user with more rights': async () => [
    'PATCH',
    `/users/${(await people(server).somebody('auditor@example.com', ['audit:view'])).id}`,
    { password },
  ],
  'invite a user with more rights to set a new password': async () => [
    'POST',
    `/users/${(await people(server).somebody('auditor2@example.com', ['audit:view'])).id}/invite`,
  ],
  'enable a user with more rights again': async () => {
    const { id } = await people(server).somebody('auditor3@example.com', ['audit:view']);
    await server.call('PATCH', `/api/v1/users/${id}`, { status: 'disabled' });
    return ['PATCH', `/users/${id}`, { status: 'enabled' }];
  },
  'get the mail of a user with more rights, and with it the link for a forgotten password': async () => [
    'PATCH',
    `/users/${(await people(server).somebody('auditor4@example.com', ['audit:view'])).id}`,
    { email: 'mallory2@example.com' },
  ],
  'give a role with more rights a name that single sign-on assigns': async () => [
    'PATCH',
    `/roles/${await people(server).role('Watchers', ['audit:view'])}`,
    { name: 'Staff' },
  ],
  'make a token of rights that one lacks': async () => ['POST', '/tokens', { name: 'More', rights: ['events:view'] }],
  'make an own token of rights that one lacks': async () => [
    'POST',
    '/me/tokens',
    { name: 'More', rights: ['payloads:view'] },
  ],
  'widen an own token to rights that one lacks': async () => {
    const { id } = await made('/me/tokens', { name: 'Wider', rights: [] });
    return ['PATCH', `/tokens/${id}`, { rights: ['events:view'] }];
  },
  'widen the token of an administrator': async () => {
    const { id } = await made('/me/tokens', { name: 'Of the admin', rights: [] }, admin);
    return ['PATCH', `/tokens/${id}`, { rights: ['users:manage'] }];
  },
  'delete the token of an administrator': async () => {
    const { id } = await made('/me/tokens', { name: 'Of the admin', rights: [] }, admin);
    return ['DELETE', `/tokens/${id}`];
  },
  'change a token of MILLRACE_ADMIN_TOKEN': async () => {
    const { id } = await server.make('/tokens', { name: 'Of automation', rights: [] });
    return ['PATCH', `/tokens/${id}`, { name: 'Mine' }];
  },
  'make a token with a token that lacks its rights': async () => {
    const { token } = await made('/me/tokens', { name: 'Narrow', rights: ['users:manage'] });
    return ['POST', '/tokens', { name: 'Wide', rights: ['connections:manage'] }, bearer(token)];
  },
  'have a token prolong itself': async () => {
    const expiresAt = new Date(server.clock.now + 60_000).toISOString();
    const { id, token } = await made('/me/tokens', { name: 'Short', rights: ['users:manage'], expiresAt });
    return ['PATCH', `/tokens/${id}`, { expiresAt: null }, bearer(token)];
  },
  'have a token prolong the token that it was made with': async () => {
    const expiresAt = new Date(server.clock.now + 60_000).toISOString();
    const parent = await made('/me/tokens', { name: 'Parent', rights: ['users:manage'], expiresAt });
    const by = bearer(parent['token']);
    const child = await server.call('POST', '/api/v1/tokens', { name: 'Child', rights: ['users:manage'] }, by);
    return ['PATCH', `/tokens/${parent['id']}`, { expiresAt: null }, bearer(child.json().token)];
  },
  'act as an administrator with a narrow token of one': async () => {
    const { token } = await made('/me/tokens', { name: 'Narrow', rights: ['users:manage'] }, admin);
    return ['PATCH', `/users/${admin.id}`, { email: 'x@example.com' }, bearer(token)];
  },
  'make an administrator with a narrow token of one': async () => {
    const { token } = await made('/me/tokens', { name: 'Narrow', rights: ['users:manage'] }, admin);
    const id = await people(server).user('friend2@example.com');
    return ['PATCH', `/users/${id}`, { roleIds: [administratorRoleId] }, bearer(token)];
  },
};

/** Each gets another error. */
const refused: Record<string, [status: number, code: string, attempt: Attempt]> = {
  'set the own password past the question for the present one': [
    409,
    'conflict',
    async () => ['PATCH', `/users/${mallory.id}`, { password }],
  ],
  'invite oneself to a new password': [409, 'conflict', async () => ['POST', `/users/${mallory.id}/invite`]],
  'change the Administrator role': [
    409,
    'conflict',
    async () => ['PATCH', `/roles/${administratorRoleId}`, { rights: [] }],
  ],
  'delete the Administrator role': [409, 'conflict', async () => ['DELETE', `/roles/${administratorRoleId}`]],
  'make a second Administrator role': [
    409,
    'name_taken',
    async () => ['POST', '/roles', { name: 'ADMINISTRATOR', rights: [] }],
  ],
  'write oneself rights': [422, 'invalid_value', async () => ['PATCH', `/users/${mallory.id}`, { rights: allRights }]],
  'write a password hash': [
    422,
    'invalid_value',
    async () => ['PATCH', `/users/${mallory.id}`, { passwordHash: '$argon2id$' }],
  ],
  'write whose a token is': [
    422,
    'invalid_value',
    async () => ['POST', '/tokens', { name: 'Theirs', rights: [], userId: admin.id }],
  ],
  'choose the value of a token': [
    422,
    'invalid_value',
    async () => ['POST', '/tokens', { name: 'Known', rights: [], token: 'mlr_known' }],
  ],
  'name a right that does not exist': [
    422,
    'invalid_value',
    async () => ['POST', '/roles', { name: 'Odd', rights: ['*'] }],
  ],
  'name a role by the prototype of objects': [
    422,
    'invalid_value',
    async () => ['PATCH', `/users/${mallory.id}`, { roleIds: ['__proto__', 'constructor'] }],
  ],
  'reach a role as a user': [404, 'not_found', async () => ['PATCH', `/users/${mallory.roleId}`, { roleIds: [] }]],
  'reach a user as a token': [404, 'not_found', async () => ['DELETE', `/tokens/${admin.id}`]],
  'reach a user as a role': [404, 'not_found', async () => ['DELETE', `/roles/${admin.id}`]],
  'reach a session as a token': [
    404,
    'not_found',
    async () => {
      const { data } = (await admin.ask('GET', '/me/sessions')).json();
      return ['DELETE', `/tokens/${data[0].id}`];
    },
  ],
  "end another's session": [
    404,
    'not_found',
    async () => {
      const { data } = (await admin.ask('GET', '/me/sessions')).json();
      return ['DELETE', `/me/sessions/${data[0].id}`];
    },
  ],
  "read another's session": [
    404,
    'not_found',
    async () => {
      const { data } = (await admin.ask('GET', '/me/sessions')).json();
      return ['GET', `/me/sessions/${data[0].id}`];
    },
  ],
  "delete another's token as one's own": [
    404,
    'not_found',
    async () => {
      const { id } = await made('/me/tokens', { name: 'Of the admin', rights: [] }, admin);
      return ['DELETE', `/me/tokens/${id}`];
    },
  ],
  'be set up a second time': [
    409,
    'setup_done',
    async () => ['POST', '/setup', { setupToken: String(setupToken), email: 'm2@example.com', password }],
  ],
  'set a password with an invitation made up': [
    401,
    'unauthorized',
    async () => ['POST', '/invitation', { inviteToken: '', password }],
  ],
};

test('no one grants rights they lack, and only an administrator changes an administrator', async () => {
  for (const [title, attempt] of Object.entries(forbidden)) {
    const [method, path, body, headers] = await attempt();
    const answer = await mallory.ask(method, path, body, headers);
    assert.deepEqual([answer.statusCode, answer.json().code], [403, 'forbidden'], `${title}: ${answer.body}`);
  }
  for (const [title, [status, code, attempt]] of Object.entries(refused)) {
    const [method, path, body, headers] = await attempt();
    const answer = await mallory.ask(method, path, body, headers);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], `${title}: ${answer.body}`);
  }
  assert.ok(Object.keys(forbidden).length + Object.keys(refused).length >= 50);
  await assertRights(browserWith(mallory.cookie), allowed);
  await assertRights(browserWith(admin.cookie), allRights);
  assert.equal((await people(server).signIn('puppet@example.com')).statusCode, 401);
  assert.equal((await people(server).signIn('admin@example.com')).statusCode, 201);
});

test('a caller without the right learns nothing of ids: known and unknown ones get the same response', async () => {
  const viewer = await people(server).somebody('viewer@example.com', ['events:view']);
  const { id: tokenId } = await server.make('/tokens', { name: 'A token', rights: [] });
  for (const [path, known] of [
    ['/users', admin.id],
    ['/roles', mallory.roleId],
    ['/tokens', tokenId],
  ])
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const [one, other] = await Promise.all(
        [known, 'none'].map((id) => viewer.ask(method, `${path}/${id}`, method === 'PATCH' ? {} : undefined)),
      );
      assert.deepEqual([one?.statusCode, one?.json().detail], [403, other?.json().detail]);
    }
});

test('the last administrator stays, also under concurrent requests', async () => {
  await using fresh = await startTestServer();
  const { somebody, user } = people(fresh);
  const ada = await somebody('ada@example.com', 'all');
  const invited = await fresh.make('/users', { email: 'invited@example.com', roleIds: [administratorRoleId] });
  const disabled = await user('disabled@example.com', [administratorRoleId]);
  await fresh.call('PATCH', `/api/v1/users/${disabled}`, { status: 'disabled' });
  // Users who are invited or disabled do not count, nor does MILLRACE_ADMIN_TOKEN.
  const end = (id: unknown) => [
    () => ada.ask('PATCH', `/users/${id}`, { roleIds: [] }),
    () => ada.ask('PATCH', `/users/${id}`, { status: 'disabled' }),
    () => ada.ask('DELETE', `/users/${id}`),
    () => fresh.call('DELETE', `/api/v1/users/${id}`),
  ];
  for (const attempt of end(ada.id)) assert.equal((await attempt()).json().code, 'last_administrator');
  assert.equal((await ada.ask('DELETE', `/users/${invited['id']}`)).statusCode, 204);
  const bob = await somebody('bob@example.com', 'all');
  const both = await Promise.all([ada.id, bob.id].map((id) => fresh.call('DELETE', `/api/v1/users/${id}`)));
  assert.deepEqual(both.map(({ statusCode }) => statusCode).sort(), [204, 409]);
});

test("a token has its maker's current rights: it loses and regains them, and ends with its maker and its parent", async () => {
  const ada = await people(server).somebody('ada@example.com', ['users:manage', 'connections:manage', 'events:view']);
  const { id, token } = await made('/me/tokens', { name: 'T', rights: ['connections:manage', 'events:view'] }, ada);
  const child = await server.call('POST', '/api/v1/me/tokens', { name: 'C', rights: ['events:view'] }, bearer(token));
  const rightsOf = async (value: unknown) => {
    const me = await server.call('GET', '/api/v1/me', undefined, bearer(value));
    return me.statusCode === 200 ? me.json().rights : me.statusCode;
  };
  const role = (rights: Right[]) => server.call('PATCH', `/api/v1/roles/${ada.roleId}`, { rights });
  const status = (value: string) => server.call('PATCH', `/api/v1/users/${ada.id}`, { status: value });
  assert.deepEqual(await rightsOf(token), ['connections:view', 'connections:manage', 'events:view']);
  await role(['connections:view', 'events:view']);
  assert.deepEqual(await rightsOf(token), ['connections:view', 'events:view']);
  await role(['connections:view']);
  assert.deepEqual([await rightsOf(token), await rightsOf(child.json().token)], [['connections:view'], []]);
  await role(['connections:manage', 'events:view']);
  assert.deepEqual(await rightsOf(child.json().token), ['events:view']);
  await status('disabled');
  assert.deepEqual([await rightsOf(token), await rightsOf(child.json().token)], [401, 401]);
  await status('enabled');
  assert.deepEqual(await rightsOf(token), ['connections:view', 'connections:manage', 'events:view']);
  await server.call('DELETE', `/api/v1/tokens/${id}`);
  assert.deepEqual([await rightsOf(token), await rightsOf(child.json().token)], [401, 401]);
});

test('rights lost while a change waits do not apply to that change', async () => {
  const eve = await people(server).somebody('eve@example.com', ['users:manage', 'events:view']);
  const [ended, made] = await Promise.all([
    server.call('PATCH', `/api/v1/users/${eve.id}`, { status: 'disabled' }),
    eve.ask('POST', '/roles', { name: 'Made by nobody', rights: ['events:view'] }),
  ]);
  assert.deepEqual([ended.statusCode, made.statusCode], [200, 401]);
  const bob = await people(server).somebody('bob@example.com', ['users:manage', 'events:view']);
  const [less, wide] = await Promise.all([
    server.call('PATCH', `/api/v1/roles/${bob.roleId}`, { rights: ['users:manage'] }),
    bob.ask('POST', '/tokens', { name: 'Kept', rights: ['events:view'] }),
  ]);
  assert.deepEqual([less.statusCode, wide.statusCode], [200, 403]);
});

test('a stream of events ends at once with the session, the right or the user that opened it', async () => {
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const ends: ((person: Somebody) => Promise<unknown>)[] = [
    (person) => person.ask('DELETE', '/session'),
    (person) => server.call('PATCH', `/api/v1/roles/${person.roleId}`, { rights: ['connections:view'] }),
    (person) => server.call('DELETE', `/api/v1/users/${person.id}`),
  ];
  for (const [index, end] of ends.entries()) {
    const reader = await people(server).somebody(`reader${index}@example.com`, ['events:view']);
    const response = await fetch(`${url}/api/v1/events/stream`, { headers: { cookie: reader.cookie } });
    assert.equal(response.status, 200);
    await end(reader);
    assert.equal(await response.text(), ': events as they are matched\n\n');
  }
});

test('responses about accounts contain no secret', async () => {
  const { token, id } = await made('/me/tokens', { name: 'Canary', rights: [] });
  const cookie = cookieOf(await people(server).signIn('mallory@example.com'));
  const answers = await Promise.all(
    [
      '/users?limit=200',
      '/roles',
      '/tokens?limit=200',
      `/tokens/${id}`,
      '/me',
      '/session',
      '/me/sessions',
      '/me/tokens',
    ].map((path) => mallory.ask('GET', path)),
  );
  const { identity } = server.parts;
  const { users, tokens, sessions } = identity.directory.snapshot;
  const secrets = [
    token,
    cookie.split('=')[1],
    ...Array.from(users.values(), (one) => one.passwordHash),
    ...Array.from(tokens.values(), (one) => one.digest),
    ...Array.from(sessions.values(), (one) => one.digest),
  ];
  for (const { body, statusCode } of answers) {
    assert.equal(statusCode, 200);
    for (const secret of secrets) assert.ok(!body.includes(secret ?? 'none'));
  }
});
