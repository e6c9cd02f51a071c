import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../../src/contract/records/audit.ts';
import { type RouteId, routes, routeTable } from '../../src/contract/routes.ts';
import { deliveryOf, startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startFakeOpenIdProvider } from '../support/fake-openid-provider.ts';
import { post } from '../support/post.ts';
import { startReceiver } from '../support/receiver.ts';
import { linkIn, startSmtpServer } from '../support/smtp-server.ts';

type Given = { params?: { id?: string; name?: string }; body?: unknown };
type Made = { id: string; version: number };
type Asked = Pick<TestApp, 'fetch'>;

/** Where somebody also signs in on the way. (How the first administrator is made, src/api/records/audit.test.ts tells.) */
const signsIn = new Set<RouteId>(['acceptInvitation', 'completePasswordReset', 'endMySession']);

/**
 * With the first erasure the settings get the key of its code; the first single sign-on creates the user; a token is
 * created before all are deleted.
 */
const creates = new Set<RouteId>(['eraseVisitor', 'completeSingleSignOn', 'deleteMyTokens']);

const canary = 'canary-7f3a9c-secret';

/** Any route by its id, as JSON. */
async function ask(app: Asked, id: RouteId, { params = {}, body }: Given = {}): Promise<Made> {
  const { method, path } = routeTable[id];
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: 'id' | 'name') => encodeURIComponent(params[name] ?? ''));
  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch(address, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${id}: ${response.status} ${text}`);
  return text === '' ? { id: '', version: 0 } : JSON.parse(text);
}

/** A browser of the program, signed in by one of the routes that do that. */
async function browse(
  app: TestApp,
  id: 'signIn' | 'acceptInvitation' | 'completePasswordReset',
  body: unknown,
): Promise<Asked> {
  const { method, path } = routeTable[id];
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${app.url}${path}`, { method, body: JSON.stringify(body), headers });
  assert.equal(answer.status, 201, `${id}: ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  return {
    fetch: (path, init = {}) => {
      const headers = { ...Object(init.headers), cookie, 'sec-fetch-site': 'same-origin' };
      return fetch(`${app.url}${path}`, { ...init, headers });
    },
  };
}

async function newest(app: TestApp): Promise<AuditEntry[]> {
  return (await app.client.call('listAudit', { query: { limit: 200 } })).data;
}

test('every route that changes or sends something leaves exactly one entry, the others none', async () => {
  await using receiver = await startReceiver();
  await using smtp = await startSmtpServer();
  await using provider = await startFakeOpenIdProvider();
  await using app = await startTestApp({
    MILLRACE_INBOX: 'on',
    MILLRACE_OIDC_ISSUER: provider.issuer,
    MILLRACE_OIDC_CLIENT_ID: 'millrace',
    MILLRACE_OIDC_ROLES: 'all=Analyst',
    MILLRACE_SMTP_HOST: '127.0.0.1',
    MILLRACE_SMTP_PORT: String(smtp.port),
    MILLRACE_SMTP_SECURITY: 'none',
    MILLRACE_SMTP_FROM: 'millrace@example.com',
  });
  const wired = await wire(app, receiver);
  const { client } = app;
  const connectionId = wired.connection.id;
  const auth = { type: 'bearer', token: canary };
  const connection = { baseUrl: receiver.url, auth };
  const [eventId = '', otherId = ''] = await wired.send({ n: '1' }, { n: '3' });
  const delivered = await deliveryOf(app, eventId);
  const other = await deliveryOf(app, otherId);
  await client.call('replaceDestination', {
    params: { id: wired.destination.id },
    body: { ...wired.destination, status: 'paused' },
  });
  const [heldEvent = ''] = await wired.send({ n: '2' });
  const held = await deliveryOf(app, heldEvent, 'held');

  receiver.answer('/refused', { status: 400 });
  await (await wire(app, receiver, { destination: { path: '/refused' } })).deliver({ n: '3' }, 'failed');
  const issue = await eventually('the issue', async () => (await client.call('listIssues', {})).data[0]);

  const { id: alertId } = await client.call('createAlert', {
    body: { type: 'webhook', name: 'Tested', settings: { url: `${receiver.url}/alert` } },
  });

  const documents = {
    connection: connection,
    destination: { path: '/in', settings: { headers: [{ name: 'X-Key', value: canary, secret: true }] } },
    action: { description: 'd' },
    behavior: { condition: { parameter: 'a', operator: 'equals', value: 'b' } },
    collector: {},
    alert: { type: 'webhook', settings: { url: `${receiver.url}/alert` } },
  };
  const walks = new Map<RouteId, () => Promise<unknown>>();
  for (const [kind, body] of Object.entries(documents)) {
    const Kind = kind.charAt(0).toUpperCase() + kind.slice(1);
    const walk = (verb: string, run: (id: RouteId) => Promise<unknown>) => {
      const id = `${verb}${Kind}` as RouteId; // each kind of document has these routes
      walks.set(id, () => run(id));
    };
    let made: Made = { id: '', version: 0 };
    const named = (name: string) => ({ ...body, name: `${kind} ${name}` });
    walk('create', async (id) => {
      made = await ask(app, id, { params: { id: connectionId }, body: named('one') });
    });
    walk('replace', (id) => ask(app, id, { params: made, body: named('two') }));
    walk('change', (id) => ask(app, id, { params: made, body: { name: `${kind} three` } }));
    walk('rollback', (id) => ask(app, id, { params: made, body: { version: 1 } }));
    walk('apply', (id) => {
      const name = kind === 'destination' ? `${wired.connection.name}/${kind} one` : `${kind} one`;
      const other = kind === 'collector' ? { allowedOrigins: ['https://shop.example'] } : { description: 'applied' };
      return ask(app, id, { params: { name }, body: { ...body, ...other } });
    });
    walk('delete', (id) => ask(app, id, { params: made }));
    walk('restore', (id) => ask(app, id, { params: made }));
  }
  const { id: collectorId } = wired.collector;
  let replay: Made = { id: '', version: 0 };
  walks
    .set('testConnection', () => ask(app, 'testConnection', { params: { id: connectionId } }))
    .set('testUnsavedConnection', () => ask(app, 'testUnsavedConnection', { body: { name: 'Unsaved', ...connection } }))
    .set('fetchOpenapi', async () => {
      receiver.answer('/openapi', { body: 'openapi: 3.1.0' });
      return ask(app, 'fetchOpenapi', { body: { url: `${receiver.url}/openapi?key=${canary}` } });
    })
    .set('probeConnection', () => ask(app, 'probeConnection', { params: { id: connectionId } }))
    .set('releaseConnection', () => ask(app, 'releaseConnection', { params: { id: connectionId } }))
    .set('testDestination', () =>
      ask(app, 'testDestination', { params: wired.destination, body: { data: [{ text: canary }] } }),
    )
    .set('rotateCollectorKey', () => ask(app, 'rotateCollectorKey', { params: { id: collectorId } }))
    .set('endPreviousKey', () => ask(app, 'endPreviousKey', { params: { id: collectorId } }))
    .set('changeParameter', () => ask(app, 'changeParameter', { params: { name: 'n' }, body: { description: 'N' } }))
    .set('retryDelivery', () => ask(app, 'retryDelivery', { params: delivered, body: { render: true } }))
    .set('cancelDelivery', () => ask(app, 'cancelDelivery', { params: held }))
    .set('testAlert', () => ask(app, 'testAlert', { params: { id: alertId } }))
    .set('acknowledgeIssue', () => ask(app, 'acknowledgeIssue', { params: issue }))
    .set('muteIssue', () => ask(app, 'muteIssue', { params: issue, body: { until: null } }))
    .set('unmuteIssue', () => ask(app, 'unmuteIssue', { params: issue }))
    .set('resolveIssue', () => ask(app, 'resolveIssue', { params: issue, body: { note: 'Mended.' } }))
    .set('reopenIssue', () => ask(app, 'reopenIssue', { params: issue }))
    .set('createReplay', async () => {
      const body = { of: 'deliveries', ids: [delivered.id, other.id], only: 'all', ratePerSecond: 0.01 };
      replay = await ask(app, 'createReplay', { body });
    })
    .set('pauseReplay', () => ask(app, 'pauseReplay', { params: replay }))
    .set('resumeReplay', () => ask(app, 'resumeReplay', { params: replay }))
    .set('cancelReplay', () => ask(app, 'cancelReplay', { params: replay }))
    .set('setInboxRule', () =>
      ask(app, 'setInboxRule', { params: { name: 'shop' }, body: { status: 202, body: 'ok' } }),
    )
    .set('removeInboxRule', () => ask(app, 'removeInboxRule', { params: { name: 'shop' } }))
    .set('clearInbox', () => ask(app, 'clearInbox'))
    .set('eraseVisitor', () => ask(app, 'eraseVisitor', { body: { visitorId: canary } }))
    .set('changeSettings', () => ask(app, 'changeSettings', { body: { retention: { days: 31 } } }))
    .set('importConfiguration', () =>
      ask(app, 'importConfiguration', {
        body: { documents: [{ kind: 'behavior', name: 'New', ...documents.behavior }] },
      }),
    )
    .set('rotateSecrets', () => ask(app, 'rotateSecrets', { body: { newKey: true } }));

  const password = 'correct horse battery';
  const email = 'ada@example.com';
  let browser: Asked = app;
  let user: Made & { inviteUrl?: string } = { id: '', version: 0 };
  let role: Made = user;
  let token: Made = user;
  walks
    .set('createRole', async () => {
      role = await ask(app, 'createRole', { body: { name: 'Readers', rights: ['events:view'] } });
    })
    .set('changeRole', () =>
      ask(app, 'changeRole', { params: role, body: { rights: ['events:view', 'actions:view'] } }),
    )
    .set('createUser', async () => {
      user = await ask(app, 'createUser', { body: { email, roleIds: [role.id] } });
    })
    .set('changeUser', () => ask(app, 'changeUser', { params: user, body: { roleIds: [] } }))
    .set('inviteUser', async () => {
      user = await ask(app, 'inviteUser', { params: user });
    })
    .set('acceptInvitation', () => {
      const inviteToken = new URL(user.inviteUrl ?? '').hash.replace('#invite=', '');
      return browse(app, 'acceptInvitation', { inviteToken, password });
    })
    .set('signIn', async () => {
      browser = await browse(app, 'signIn', { email, password });
    })
    .set('endMySessions', () => ask(browser, 'endMySessions'))
    .set('createMyToken', async () => {
      token = await ask(browser, 'createMyToken', { body: { name: 'Mine', rights: [] } });
    })
    .set('deleteMyToken', () => ask(browser, 'deleteMyToken', { params: token }))
    .set('deleteMyTokens', async () => {
      await ask(browser, 'createMyToken', { body: { name: 'Mine too', rights: [] } });
      await ask(browser, 'deleteMyTokens');
    })
    .set('changeMe', () => ask(browser, 'changeMe', { body: { password: `${password}!`, currentPassword: password } }))
    .set('signOut', () => ask(browser, 'signOut'))
    .set('endMySession', async () => {
      browser = await browse(app, 'signIn', { email, password: `${password}!` });
      const me = (await (await browser.fetch('/api/v1/me')).json()) as { session: Made }; // of the session just opened
      return ask(browser, 'endMySession', { params: me.session });
    })
    .set('requestPasswordReset', async () => {
      await ask(app, 'requestPasswordReset', { body: { email } });
      await eventually('the e-mail with the link', () => smtp.mails[0] ?? null);
    })
    .set('completePasswordReset', () => {
      const resetToken = new URL(linkIn(smtp.mails[0])).hash.replace('#reset=', '');
      return browse(app, 'completePasswordReset', { resetToken, password });
    })
    .set('completeSingleSignOn', async () => {
      provider.person = { sub: 's', email: 'sam@example.com', groups: ['all'] };
      const begun = await post(app.url, '/sso', {});
      const { searchParams } = provider.authorize(String(begun.json['authorizationUrl']));
      const cookie = begun.cookie('millrace-sso');
      const answer = await post(app.url, '/sso/complete', Object.fromEntries(searchParams), { cookie });
      assert.equal(answer.status, 201, answer.text);
    })
    .set('deleteUser', () => ask(app, 'deleteUser', { params: user }))
    .set('deleteRole', () => ask(app, 'deleteRole', { params: role }))
    .set('createToken', async () => {
      token = await ask(app, 'createToken', { body: { name: 'CI', rights: ['events:view'] } });
    })
    .set('changeToken', () => ask(app, 'changeToken', { params: token, body: { name: 'CI 2' } }))
    .set('deleteToken', () => ask(app, 'deleteToken', { params: token }));

  const audited = routes.filter(({ id, audit }) => audit !== null && id !== 'setUp');
  assert.deepEqual([...walks.keys()].sort(), audited.map(({ id }) => id).sort(), 'each audited route has its walk');

  for (const [id, walk] of walks) {
    const { number: before = 0 } = (await newest(app)).at(0) ?? {};
    await walk();
    const entries = (await newest(app)).filter(({ number }) => number > before);
    // An import leaves the entries of its documents; its own act is only that of a refused one.
    const audit = id === 'importConfiguration' ? { act: 'create', kind: 'behavior' } : routeTable[id].audit;
    const entry = entries.find(({ act }) => act === audit?.act);
    assert.deepEqual(
      [entry?.kind, entry?.result, entry?.code, entry?.address, entry?.requestId?.slice(0, 4)],
      [audit?.kind, 'done', null, '127.0.0.1', 'req_'],
      id,
    );
    assert.deepEqual(
      entries.filter((one) => one !== entry).map(({ act }) => act),
      signsIn.has(id) ? ['sign_in'] : creates.has(id) ? ['create'] : [],
      `${id} left ${JSON.stringify(entries)}`,
    );
  }

  const { number: before } = (await newest(app))[0] ?? assert.fail();
  for (const { id, method, path } of routes.filter(({ audit }) => audit === null)) {
    if (id === 'streamEvents') continue;
    await app.fetch(path.replaceAll(/\{\w+\}/g, 'none'), { method, ...(method === 'GET' ? {} : { body: '{}' }) });
  }
  assert.equal((await newest(app))[0]?.number, before, 'what changes nothing leaves no entry');

  const all = JSON.stringify(await newest(app));
  assert.ok(!all.includes(canary), 'no secret, and no payload, stands in the trail');
  assert.ok(!all.includes(Buffer.from(canary).toString('base64').slice(0, 20)));
});

test('an entry tells before and after, with secrets masked wherever they were written', async () => {
  await using app = await startTestApp();
  const { client } = app;
  const body = { name: 'CRM', baseUrl: 'https://crm.example', auth: { type: 'bearer' as const, token: canary } };
  const { id } = await client.call('createConnection', { body });
  await client.call('changeConnection', {
    params: { id },
    body: { description: `the token is ${canary}`, auth: { token: `${canary}-2` } },
  });
  await client.call('changeConnection', { params: { id }, body: { status: 'paused' } });
  const { data } = await client.call('listAudit', { query: { kind: 'connection', id } });
  const [paused, changed, created] = data;
  assert.deepEqual(paused?.changes, [
    { pointer: '/status', before: 'enabled', after: 'paused' },
    { pointer: '/version', before: 2, after: 3 },
  ]);
  const places = Object.fromEntries((changed?.changes ?? []).map((one) => [one.pointer, one]));
  assert.equal(places['/description']?.after, 'the token is [secret]');
  assert.match(JSON.stringify(places['/auth/token']), /"after":\{"set":true.*"before":\{"set":true/);
  assert.deepEqual([created?.act, created?.name, created?.changes.length], ['create', 'CRM', 1]);
  assert.ok(!JSON.stringify(data).includes(canary));
});

test('applying what is there already changes nothing and leaves no entry', async () => {
  await using app = await startTestApp();
  const apply = () =>
    app.client.call('applyConnection', { params: { name: 'CRM' }, body: { baseUrl: 'https://crm.example' } });
  await apply();
  await apply();
  assert.deepEqual(
    (await newest(app)).map(({ act }) => act),
    ['create'],
  );
});
