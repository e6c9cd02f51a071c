import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../contract/secret.ts';
import { secretPointers } from '../documents/secret-fields.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

// Also valid base64, which signing secrets must be.
const canary = 'canary7f3aDoNotShowThisToAnybody';
const header = (name: string) => ({ name, value: `${canary}-${name}`, secret: true });

const auths = [
  { type: 'basic', username: 'u', password: canary },
  { type: 'bearer', token: canary },
  {
    type: 'oauth2',
    grant: 'jwt',
    clientId: 'c',
    clientSecret: canary,
    accessTokenUrl: 'https://id.example/token',
    jwt: canary,
    extraParams: { audience: 'shown', assertion_extra: canary },
    extraHeaders: { 'X-Extra': canary },
  },
  {
    type: 'oauth2',
    grant: 'password',
    clientId: 'c',
    clientSecret: canary,
    accessTokenUrl: 'https://id.example/token',
    username: 'u',
    password: canary,
  },
];

const settings = {
  headers: [header('X-Api-Key'), { name: 'X-Plain', value: 'shown' }],
  proxy: { url: 'http://proxy.example:3128', username: 'p', password: canary },
  signing: { scheme: 'standard-webhooks', secret: canary, previousSecret: canary },
};

async function stored(server: TestServer, id: unknown) {
  const body = server.configuration.snapshot.documents.connection.get(String(id))?.body;
  assert.ok(body);
  return body;
}

test('no response contains a secret, whichever field it was written to', async () => {
  await using server = await startTestServer();
  const seen: string[] = [];
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await server.call(method, `/api/v1${path}`, body);
    assert.ok(answer.statusCode < 500, `${method} ${path} ${answer.body}`);
    seen.push(answer.body, JSON.stringify(answer.headers));
    return answer;
  };
  for (const [i, auth] of auths.entries()) {
    const made = (
      await call('POST', '/connections', { name: `C${i}`, baseUrl: 'https://crm.example', auth, settings })
    ).json();
    assert.ok(made.id, JSON.stringify(made));
    const dest = await call('POST', `/connections/${made.id}/destinations`, {
      name: 'D',
      settings: { headers: [header('X-D')] },
    });
    await call('GET', `/connections/${made.id}`);
    await call('PUT', `/connections/${made.id}`, made);
    await call('PATCH', `/connections/${made.id}`, { description: 'd' });
    await call('GET', `/connections/${made.id}/versions`);
    await call('GET', `/destinations/${dest.json().id}/versions`);
    await call('POST', `/connections/${made.id}/rollback`, { version: 1 });
    await call('POST', `/connections/${made.id}/test`);
    await call('POST', '/connections/test', { name: 'x', baseUrl: 'https://crm.example', auth });
    await call('PATCH', `/connections/${made.id}`, { baseUrl: 'https://evil.example' });
    await call('PATCH', `/connections/${made.id}`, { auth: { ...auth, unknown: canary } });
    await call('DELETE', `/connections/${made.id}`);
  }
  await call('GET', '/connections');
  assert.equal(seen.join('\n').includes(canary), false);
  assert.ok(seen.join('\n').includes('shown'));
});

test('a secret is shown as a mark with its time, and the mark sent back keeps it', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', {
    name: 'C',
    baseUrl: 'https://crm.example',
    auth: auths[2],
    settings,
  });
  const auth = made['auth'] as Record<string, Record<string, unknown>>;
  assert.deepEqual(auth['clientSecret'], { set: true, updatedAt: '2026-01-02T03:04:05.000Z' });
  assert.deepEqual(auth['extraParams'], { audience: 'shown', assertion_extra: auth['clientSecret'] });
  server.clock.now += 60_000;
  const kept = await server.call('PUT', `/api/v1/connections/${made['id']}`, made);
  assert.deepEqual(kept.json().auth, made['auth']);
  const body = await stored(server, made['id']);
  assert.ok(body.auth.type === 'oauth2' && body.auth.clientSecret instanceof Secret);
  assert.equal(body.auth.clientSecret.reveal(), canary);
});

test('left out or null a secret is kept in a PUT and a PATCH; {"set": false} and empty text remove it', async () => {
  await using server = await startTestServer();
  const base = { name: 'C', baseUrl: 'https://crm.example' };
  const made = await server.make('/connections', { ...base, auth: auths[0] });
  const url = `/api/v1/connections/${made['id']}`;
  const password = async () => {
    const { auth } = await stored(server, made['id']);
    return auth.type === 'basic' ? (auth.password?.reveal() ?? null) : 'none';
  };
  for (const [method, body] of [
    ['PATCH', { auth: { username: 'v' } }],
    ['PATCH', { auth: { password: null } }],
    ['PUT', { ...base, auth: { type: 'basic', username: 'v' } }],
    ['PUT', { ...base, auth: { type: 'basic', username: 'v', password: null } }],
  ] as const) {
    assert.equal((await server.call(method, url, body)).statusCode, 200);
    assert.equal(await password(), canary, `${method} ${JSON.stringify(body)}`);
  }
  for (const [none, left] of [
    [{ set: false }, null],
    ['', ''],
  ]) {
    await server.call('PATCH', url, { auth: { password: 'new-password' } });
    assert.equal(await password(), 'new-password');
    await server.call('PATCH', url, { auth: { password: none } });
    assert.equal(await password(), left, 'an empty password of basic authentication is one');
  }
  await server.call('PATCH', url, { auth: { password: { set: false } } });
  const nothing = await server.call('PATCH', url, { auth: { password: { set: true } } });
  assert.deepEqual([nothing.statusCode, nothing.json().errors[0].pointer], [422, '/auth/password']);
});

test('secret headers are matched by name, in any order', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', {
    name: 'C',
    baseUrl: 'https://crm.example',
    settings: { headers: [header('X-A'), header('X-B')] },
  });
  const url = `/api/v1/connections/${made['id']}`;
  const shown = (made['settings'] as { headers: unknown[] }).headers;
  const values = async () =>
    (await stored(server, made['id'])).settings.headers.map(({ name, value }) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]);
  await server.call('PATCH', url, { settings: { headers: [shown[1], { name: 'X-C', value: 'plain' }, shown[0]] } });
  assert.deepEqual(await values(), [
    ['X-B', `${canary}-X-B`],
    ['X-C', 'plain'],
    ['X-A', `${canary}-X-A`],
  ]);
  await server.call('PATCH', url, { settings: { headers: [{ name: 'x-a', secret: true }] } });
  assert.deepEqual(await values(), [['x-a', `${canary}-X-A`]]);
  const opened = await server.call('PATCH', url, { settings: { headers: [{ ...Object(shown[0]), secret: false }] } });
  assert.equal(opened.statusCode, 422);
});

test('a secret is removed with its certificate, signature scheme or header', async () => {
  await using server = await startTestServer();
  const base = { name: 'C', baseUrl: 'https://crm.example' };
  const twice = [header('X-A'), { ...header('x-a'), value: `${canary}-second` }];
  const made = await server.make('/connections', { ...base, settings: { ...settings, headers: twice } });
  const url = `/api/v1/connections/${made['id']}`;
  const unset = (name: string) => ({ name, secret: true });
  await server.call('PATCH', url, { settings: { headers: [unset('X-B'), unset('X-A'), unset('x-a'), unset('X-A')] } });
  const { headers } = (await stored(server, made['id'])).settings;
  assert.deepEqual(
    headers.map(({ value }) => (value instanceof Secret ? value.reveal() : value)),
    [null, `${canary}-X-A`, `${canary}-second`, null],
  );
  const hmac = { scheme: 'hmac', algorithm: 'sha256', encoding: 'hex', header: 'X-S', format: '{signature}' };
  await server.call('PATCH', url, { settings: { signing: hmac } });
  assert.equal((await stored(server, made['id'])).settings.signing?.secret, null);
  const slack = { type: 'slack', name: 'S', settings: { hookUrl: 'https://hooks.example/T/secret' } };
  const alert = await server.make('/alerts', slack);
  const alertPath = `/api/v1/alerts/${alert['id']}`;
  const kept = await server.call('PUT', alertPath, { ...slack, settings: { hookUrl: null } });
  assert.equal(kept.json().settings.hookUrl.set, true, kept.body);
});

test('a change of address requires the stored secrets again and names them', async () => {
  await using server = await startTestServer();
  const base = { name: 'C', baseUrl: 'https://crm.example/v1' };
  const made = await server.make('/connections', { ...base, auth: auths[2], settings });
  const url = `/api/v1/connections/${made['id']}`;
  const proxied = ['/settings/proxy/password'];
  const authentic = [
    '/auth/clientSecret',
    '/auth/jwt',
    '/auth/extraParams/assertion_extra',
    '/auth/extraHeaders/X-Extra',
  ];
  const own = [
    ...authentic,
    '/settings/headers/0/value',
    '/settings/signing/secret',
    '/settings/signing/previousSecret',
  ];
  const elsewhere = { ...made, baseUrl: 'https://evil.example/v1' };
  const refused: [method: string, path: string, body: unknown, asked: string[]][] = [
    ['PATCH', url, { baseUrl: 'https://evil.example/v1' }, own],
    ['PATCH', url, { baseUrl: 'https://crm.example.evil.example/v1' }, own],
    ['PATCH', url, { baseUrl: 'http://crm.example/v1' }, own],
    ['PATCH', url, { baseUrl: 'https://crm.example:8443/v1' }, own],
    ['PATCH', url, { port: 8443 }, own],
    ['PUT', url, elsewhere, own],
    ['PUT', '/api/v1/connections/by-name/C', elsewhere, own],
    ['PATCH', url, { auth: { accessTokenUrl: 'https://evil.example/token' } }, authentic],
    ['PATCH', url, { auth: { accessTokenUrl: 'https://id.example:444/token' } }, authentic],
    ['PATCH', url, { settings: { proxy: { url: 'http://evil.example:3128' } } }, [...own, ...proxied]],
    ['PATCH', url, { baseUrl: 'https://evil.example', settings: { proxy: null } }, own],
    ['POST', '/api/v1/connections/test', elsewhere, own],
  ];
  for (const [method, path, body, asked] of refused) {
    const answer = await server.call(method, path, body);
    const said = `${method} ${JSON.stringify(body)} ${answer.body}`;
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'invalid_value'], said);
    const { errors } = answer.json() as { errors: { pointer: string; detail: string }[] };
    assert.deepEqual(errors.map((one) => one.pointer).sort(), [...asked].sort(), said);
    for (const { detail } of errors) assert.match(detail, /Send this secret again/);
  }
  for (const same of [{ baseUrl: 'https://CRM.example.:443/v2' }, { port: 443 }, { settings: { proxy: null } }])
    assert.equal((await server.call('PATCH', url, same)).statusCode, 200, JSON.stringify(same));
  const proxy = await server.call('PATCH', url, { settings: { proxy: { url: 'http://evil.example:3128' } } });
  assert.equal(proxy.statusCode, 422, 'a proxy where none was reads along too');
});

test('a rollback to another address restores everything but the secrets, names them, and the connection needs attention', async () => {
  await using server = await startTestServer();
  const base = { name: 'C', baseUrl: 'https://crm.example/v1' };
  const made = await server.make('/connections', { ...base, auth: auths[2], settings });
  const url = `/api/v1/connections/${made['id']}`;
  const moved = { ...base, baseUrl: 'https://new.example', auth: auths[1], settings: {} };
  assert.equal((await server.call('PUT', url, moved)).statusCode, 200);
  const back = await server.call('POST', `${url}/rollback`, { version: 1 });
  assert.equal(back.statusCode, 200, back.body);
  const { auth, baseUrl, settings: restored, warnings } = back.json();
  assert.deepEqual(
    [baseUrl, auth.type, auth.clientId, auth.accessTokenUrl],
    ['https://crm.example/v1', 'oauth2', 'c', 'https://id.example/token'],
  );
  const secrets = [
    auth.clientSecret,
    auth.jwt,
    auth.extraParams.assertion_extra,
    auth.extraHeaders['X-Extra'],
    restored.headers[0].value,
    restored.proxy.password,
    restored.signing.secret,
    restored.signing.previousSecret,
  ];
  assert.deepEqual(
    secrets,
    secrets.map(() => null),
  );
  assert.match(warnings.join(), /version 1 .*not restored.*\/auth\/clientSecret/);
  for (const pointer of ['/auth/jwt', '/settings/headers/0/value', '/settings/signing/secret'])
    assert.ok(warnings.join().includes(pointer), pointer);
  const body = await stored(server, made['id']);
  assert.equal(secretPointers(body).length, 0);

  const dest = await server.make(`/connections/${made['id']}/destinations`, {
    name: 'D',
    settings: { headers: [header('X-D')] },
  });
  const refused = await server.call('POST', `${url}/rollback`, { version: 2 });
  assert.deepEqual(
    [refused.statusCode, refused.json().errors[0].pointer],
    [422, '/baseUrl'],
    'a secret of a destination',
  );
  await server.call('PATCH', `/api/v1/destinations/${dest['id']}`, { settings: { headers: [] } });
  assert.equal((await server.call('POST', `${url}/rollback`, { version: 2 })).json().auth.token, null);
});

test('a rollback to another mail server restores an alert without its password', async () => {
  await using server = await startTestServer();
  const mail = {
    host: 'mail.example',
    username: 'u',
    password: canary,
    from: 'a@shop.example',
    to: ['b@shop.example'],
  };
  const made = await server.make('/alerts', { type: 'email', name: 'A', settings: mail });
  const url = `/api/v1/alerts/${made['id']}`;
  await server.call('PATCH', url, { settings: { host: 'other.example', password: 'another-one' } });
  const back = await server.call('POST', `${url}/rollback`, { version: 1 });
  assert.equal(back.statusCode, 200, back.body);
  assert.deepEqual([back.json().settings.host, back.json().settings.password], ['mail.example', null]);
});

test('a rollback restores secrets for the address that they were given for', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example', auth: auths[2] });
  const url = `/api/v1/connections/${made['id']}`;
  for (const auth of [{ type: 'none' }, auths[0]]) {
    assert.equal((await server.call('PATCH', url, { auth })).statusCode, 200);
    const back = await server.call('POST', `${url}/rollback`, { version: 1 });
    assert.deepEqual([back.statusCode, back.json().auth], [200, made['auth']]);
  }
});

test('a password for the token endpoint is not reused for the base URL', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example', auth: auths[3] });
  const auth = { type: 'basic', username: 'u', password: { set: true } };
  const answer = await server.call('PUT', `/api/v1/connections/${made['id']}`, { ...made, auth });
  assert.deepEqual([answer.statusCode, answer.json().errors?.[0].pointer], [422, '/auth/password']);
});

test("a destination's secret headers are not sent to a new host of its connection, and a rollback does not restore them", async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example' });
  const dest = await server.make(`/connections/${made['id']}/destinations`, {
    name: 'D',
    settings: { headers: [header('X-D')] },
  });
  const move = () => server.call('PATCH', `/api/v1/connections/${made['id']}`, { baseUrl: 'https://evil.example' });
  const refused = await move();
  assert.deepEqual([refused.statusCode, refused.json().errors[0].pointer], [422, '/baseUrl']);
  await server.call('PATCH', `/api/v1/destinations/${dest['id']}`, { settings: { headers: [] } });
  assert.equal((await move()).statusCode, 200);
  const rolled = await server.call('POST', `/api/v1/destinations/${dest['id']}/rollback`, { version: 1 });
  assert.deepEqual(rolled.json().settings.headers, [{ name: 'X-D', value: null, secret: true }]);
});

test('a deleted destination is restored without its secret headers when its connection has another host since', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example' });
  const connection = `/api/v1/connections/${made['id']}`;
  const settings = { headers: [header('X-D')] };
  const { id } = await server.make(`/connections/${made['id']}/destinations`, { name: 'D', settings });
  const restored = async (baseUrl: string) => {
    server.clock.now += 1;
    assert.equal((await server.call('DELETE', `/api/v1/destinations/${id}`)).statusCode, 204);
    assert.equal((await server.call('PATCH', connection, { baseUrl })).statusCode, 200);
    return (await server.call('POST', `/api/v1/destinations/${id}/restore`)).json();
  };
  assert.equal((await restored('https://crm.example/v2')).settings.headers[0].value.set, true);
  const moved = await restored('https://evil.example');
  assert.deepEqual(moved.settings.headers, [{ name: 'X-D', value: null, secret: true }]);
  assert.match(moved.warnings.join(), /secrets .* were not restored: \/settings\/headers\/0\/value/);
});

test('a secret can be stored outside where the operator allows it, is returned with its location, and stays when that is sent back', async () => {
  await using server = await startTestServer();
  const base = { name: 'C', baseUrl: 'https://crm.example' };
  const auth = (token: unknown) => ({ ...base, auth: { type: 'bearer', token } });
  const made = await server.make('/connections', auth({ ref: 'env:CRM_TOKEN' }));
  const mark = { set: true, updatedAt: '2026-01-02T03:04:05.000Z', ref: 'env:CRM_TOKEN' };
  assert.deepEqual(made['auth'], { type: 'bearer', token: mark });
  const url = `/api/v1/connections/${made['id']}`;
  const token = async () => {
    const body = await stored(server, made['id']);
    assert.ok(body.auth.type === 'bearer' && body.auth.token !== null);
    return [body.auth.token.ref, body.auth.token.reveal(), body.auth.token.updatedAt];
  };
  const first = ['env:CRM_TOKEN', 'token-of-the-environment', mark.updatedAt];
  server.clock.now += 60_000;
  for (const [method, body] of [
    ['PUT', made],
    ['PUT', auth({ ref: 'env:CRM_TOKEN' })],
    ['PATCH', { auth: { token: { set: true } } }],
    ['PATCH', { auth: { token: { ref: 'env:CRM_TOKEN' } } }],
    ['PATCH', { description: 'x' }],
  ] as const) {
    assert.equal((await server.call(method, url, body)).statusCode, 200);
    assert.deepEqual(await token(), first, JSON.stringify(body));
  }
  for (const [value, words] of [
    [{ ref: 'env:SHELL' }, /env:SHELL is not allowed by MILLRACE_SECRET_REFS/],
    [{ ref: 'env:CRM_MISSING' }, /env:CRM_MISSING is not set/],
    [{ ref: 'file:/etc/hostname' }, /not allowed/],
    [{ ref: 'CRM_TOKEN' }, /Must be env:NAME or file:\/path/],
    [{ ref: 'env:CRM_TOKEN', more: 1 }, /Unknown field/],
    [{ ref: 7 }, /./],
  ] as const) {
    const answer = await server.call('PATCH', url, { auth: { token: value } });
    assert.equal(answer.statusCode, 422, answer.body);
    assert.match(answer.json().errors[0].pointer, /^\/auth\/token/);
    assert.match(answer.json().errors[0].detail, words);
  }
  assert.deepEqual(await token(), first);
  const kept = await server.call('PUT', url, { ...made, baseUrl: 'https://other.example' });
  assert.deepEqual([kept.statusCode, kept.json().errors?.[0].pointer], [422, '/auth/token']);
  const moved = { baseUrl: 'https://other.example', auth: { token: { ref: 'env:CRM_TOKEN' } } };
  assert.equal((await server.call('PATCH', url, moved)).statusCode, 200);
  await server.call('PATCH', url, { auth: { token: { ...mark, ref: 'env:CRM_OTHER' } } });
  assert.deepEqual((await token()).slice(0, 2), ['env:CRM_OTHER', 'another-of-the-environment']);
  const open = { type: 'oauth2', grant: 'client_credentials', clientId: 'c', accessTokenUrl: 'https://id.example/' };
  const shown = { ...open, extraParams: { audience: { ref: 'env:CRM_TOKEN' } } };
  const refused = await server.call('POST', '/api/v1/connections', { ...base, name: 'D', auth: shown });
  assert.deepEqual([refused.statusCode, refused.json().errors[0].pointer], [422, '/auth/extraParams/audience']);
});

test('the preview of a draft uses its secrets and does not save it', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example' });
  const dest = await server.make(`/connections/${made['id']}/destinations`, {
    name: 'D',
    settings: { headers: [header('X-D')] },
  });
  const answer = await server.call('POST', `/api/v1/destinations/${dest['id']}/preview`, {
    data: [{}],
    draft: { path: '/draft' },
  });
  assert.equal(answer.statusCode, 200, answer.body);
  const [draft] = server.drafts as { path: string; settings: { headers: { value: Secret }[] } }[];
  assert.equal(draft?.path, '/draft');
  assert.equal(draft?.settings.headers[0]?.value.reveal(), `${canary}-X-D`);
  assert.equal((await server.call('GET', `/api/v1/destinations/${dest['id']}`)).json().version, 1);
});
