import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { envName, settingNames } from '../../config/names.ts';
import { allRights } from '../../contract/accounts/rights.ts';
import { curlCommand } from '../../contract/documents/curl.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { delivery } from '../../contract/records/delivery.ts';
import { event, explanationOutput } from '../../contract/records/event.ts';
import { startTestServer } from '../testing/server.testing.ts';

const attempt: Attempt = {
  id: 'att_1',
  number: 1,
  counted: true,
  batchId: null,
  records: 1,
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 5,
  timings: { queueMs: 0, tokenMs: null, dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 5 },
  request: {
    method: 'POST',
    url: 'https://crm.example/orders?mail=a%40b.example',
    headers: [
      ['Content-Type', 'application/json'],
      ['Authorization', 'Bearer [secret]'],
      ['X-Empty', ''],
    ],
    body: '{"payload":"it\'s $HOME `id`"}',
  },
  response: { status: 200, headers: [], body: 'payload kept', truncated: false },
  error: null,
  outcome: 'delivered',
  versions: { action: null, destination: 1, connection: 1 },
};

async function startStory() {
  const server = await startTestServer();
  const connection = await server.make('/connections', { name: 'CRM', baseUrl: 'https://crm.example' });
  const dest = await server.make(`/connections/${connection['id']}/destinations`, {
    name: 'Orders',
    status: 'enabled',
  });
  const to = { destinationId: String(dest['id']), connectionId: String(connection['id']) };
  const bought = { parameter: 'wt.ev', operator: 'equals', value: 'buy' };
  const action = await server.make('/actions', {
    name: 'Bought',
    description: 'x',
    rules: { all: [bought] },
    destinations: [{ destinationId: to.destinationId }],
  });
  const collector = await server.make('/collectors', { name: 'C' });
  const send = async (...events: Record<string, string>[]): Promise<string[]> =>
    (await server.call('POST', `/v3/${collector['key']}`, { events })).json().ids;
  const rights = allRights.filter((right) => right !== 'payloads:view');
  server.grant('blind', rights);
  const blind = (method: string, url: string, body?: unknown) =>
    server.call(method, url, body, { authorization: 'Bearer blind' });
  return { ...server, to, actionId: String(action['id']), send, blind };
}

test('events are listed newest first, filtered, and page by page both ways', async () => {
  await using story = await startStory();
  const ids = await story.send({ 'wt.ev': 'a' }, { 'wt.ev': 'buy', 'wt.dcsvid': 'v' }, { 'wt.ev': 'c' });
  const list = async (query: string) => (await story.call('GET', `/api/v1/events?${query}`)).json();
  const first = await list('limit=2');
  for (const one of first.data) event.parse(one);
  const idsOf = (page: { data: { id: string }[] }) => page.data.map((one) => one.id);
  assert.deepEqual(idsOf(first), [ids[2], ids[1]]);
  const second = await list(`limit=2&cursor=${first.page.next}`);
  assert.deepEqual([idsOf(second), second.page.next], [[ids[0]], null]);
  assert.deepEqual(idsOf(await list(`limit=2&cursor=${second.page.prev}`)), idsOf(first));
  assert.deepEqual(idsOf(await list('visitorId=v')), [ids[1]]);
  assert.deepEqual(idsOf(await list('name=c')), [ids[2]]);
});

test('events are found by a parameter, by its value, by an action that matches them and by time', async () => {
  await using story = await startStory();
  const ids = await story.send({ 'wt.ev': 'buy', sku: '7' }, { 'wt.ev': 'look', sku: '8' }, { 'wt.ev': 'buy' });
  const list = async (query: string) => {
    const answer = (await story.call('GET', `/api/v1/events?${query}`)).json();
    return answer.data.map((one: { id: string }) => one.id);
  };
  const { actionId } = story;
  assert.deepEqual(await list('parameter=sku'), [ids[1], ids[0]]);
  assert.deepEqual(await list('parameter=sku&value=8'), [ids[1]]);
  assert.deepEqual(await list(`actionId=${actionId}`), [ids[2], ids[0]]);
  assert.deepEqual(await list(`actionId=${actionId}&parameter=sku`), [ids[0]]);
  assert.deepEqual(await list('actionId=act_none'), []);
  assert.deepEqual(await list('receivedBefore=2026-01-02T03:04:05Z'), []);
  assert.deepEqual(await list('receivedAfter=2026-01-02T03:04:05Z&limit=1'), [ids[2]]);
  assert.equal((await story.call('GET', '/api/v1/events?value=8')).statusCode, 422);
});

test('a page of a search reads 5,000 events, may be empty, and the next page continues there', async () => {
  await using story = await startStory();
  await story.send({ sku: 'rare' });
  for (let i = 0; i < 6; i++) await story.send(...Array.from({ length: 1_000 }, () => ({ 'wt.ev': 'look' })));
  for (const filter of ['parameter=sku', 'parameter=sku&value=rare']) {
    const first = (await story.call('GET', `/api/v1/events?${filter}`)).json();
    assert.deepEqual(first.data, []);
    const second = (await story.call('GET', `/api/v1/events?${filter}&cursor=${first.page.next}`)).json();
    assert.deepEqual([second.data.length, second.page.next], [1, null]);
  }
  const first = (await story.call('GET', `/api/v1/events?actionId=${story.actionId}`)).json();
  assert.deepEqual([first.data.length, typeof first.page.next], [0, 'string']);
});

test('deliveries are found by their displayed reason, also that of a hold', async () => {
  await using story = await startStory();
  const sent = await story.deliver(story.to, { attemptLog: [attempt] });
  const held = await story.deliver(story.to);
  story.closed.set(story.to.destinationId, { reason: 'destination_paused', detail: null, probeAt: null });
  const list = async (query: string) =>
    (await story.call('GET', `/api/v1/deliveries?${query}`)).json().data.map((one: { id: string }) => one.id);
  assert.deepEqual(await list('reason=destination_paused'), [held]);
  assert.deepEqual(await list('reason=destination_paused&status=held'), [held]);
  assert.deepEqual(await list('reason=exhausted'), []);
  assert.deepEqual(await list('status=delivered'), [sent]);
});

test('without payloads:view responses have neither data nor bodies nor values', async () => {
  await using story = await startStory();
  const [id] = await story.send({ 'wt.ev': 'buy', secretish: 'payload-canary' });
  const sent = await story.deliver(story.to, { eventId: id ?? '', actionId: story.actionId, attemptLog: [attempt] });
  const paths = ['/events', `/events/${id}`, `/events/${id}/explain`, '/deliveries', `/deliveries/${sent}`];
  for (const path of paths) {
    const seen = await story.blind('GET', `/api/v1${path}`);
    assert.equal(seen.statusCode, 200);
    assert.doesNotMatch(seen.body, /canary|payload":|payload kept|b\.example/, path);
  }
  const shown = (await story.blind('GET', `/api/v1/events/${id}`)).json();
  assert.deepEqual([shown.data, shown.ext, shown.session], [{}, {}, {}]);
  const log = (await story.blind('GET', `/api/v1/deliveries/${sent}`)).json().attemptLog[0];
  assert.deepEqual([log.request.body, log.response.body, log.request.url], [null, null, 'https://crm.example/orders']);
  const explained = (await story.blind('GET', `/api/v1/events/${id}/explain`)).json();
  assert.equal(explained.actions[0].explanation.conditions[0].actual, null);
  const condition = { parameter: 'secretish', operator: 'startsWith', value: 'p' };
  const guesses: [string, object][] = [
    ['/behaviors/check', { condition, eventId: id }],
    ['/conditions/count', { conditions: [condition] }],
  ];
  for (const [path, body] of guesses) assert.equal((await story.blind('POST', `/api/v1${path}`, body)).statusCode, 403);
  assert.equal((await story.blind('GET', `/api/v1/deliveries/${sent}/curl`)).statusCode, 403);
  assert.equal((await story.call('GET', `/api/v1/events/${id}`)).json().data.secretish, 'payload-canary');
});

test('without payloads:view an attempt has neither a path nor header values that can have data of an event', async () => {
  await using story = await startStory();
  const url = 'https://crm.example/people/canary';
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['X-Mail', 'canary'],
    ['Authorization', 'Bearer [secret]'],
  ];
  const request = { method: 'POST', url, headers, body: null };
  const response = { status: 429, headers: [['Retry-After', '5'] as [string, string], ...headers], body: null };
  const attemptLog = [{ ...attempt, request, response: { ...response, truncated: false } }];
  const sent = await story.deliver(story.to, { eventId: null, actionId: story.actionId, attemptLog });
  const shown = async () => (await story.blind('GET', `/api/v1/deliveries/${sent}`)).json().attemptLog[0];
  const hidden = [['Content-Type', 'application/json'], ['X-Mail', '[hidden]'], headers[2]];
  const log = await shown();
  assert.deepEqual([log.request.headers, log.response.headers], [hidden, [['Retry-After', '5'], ...hidden]]);
  assert.equal(log.request.url, url);
  const path = '/people/{{ it.data[0].mail }}';
  const change = (body: object) => story.call('PATCH', `/api/v1/destinations/${story.to.destinationId}`, body);
  const { version } = (await change({ path })).json();
  assert.equal((await shown()).request.url, url, 'the path of the version that was sent has no tags');
  const versions = { ...attempt.versions, destination: version };
  const later = await story.deliver(story.to, {
    eventId: null,
    actionId: story.actionId,
    attemptLog: [{ ...attempt, versions, request, response: null }],
  });
  await change({ path: '/people' });
  await change({ status: 'paused' });
  const [old] = (await story.blind('GET', `/api/v1/deliveries/${later}`)).json().attemptLog;
  assert.equal(old.request.url, 'https://crm.example/[hidden]', 'and that of this version has');
});

test('an explanation has for every action whether it matched, the deciding comparison, and the deliveries', async () => {
  await using story = await startStory();
  const [bought, looked] = await story.send({ 'wt.ev': 'buy' }, { 'wt.ev': 'look' });
  const sent = await story.deliver(story.to, { eventId: bought ?? '', actionId: story.actionId });
  const explain = async (id: string | undefined) => {
    const body = (await story.call('GET', `/api/v1/events/${id}/explain`)).json();
    return explanationOutput.parse(body).actions[0];
  };
  const yes = await explain(bought);
  assert.deepEqual([yes?.matched, yes?.decidedBy, yes?.deliveries.map((one) => one.id)], [true, '/all/0', [sent]]);
  const no = await explain(looked);
  assert.deepEqual([no?.matched, no?.decidedBy, no?.deliveries], [false, '/all/0', []]);
  assert.equal((await story.call('GET', '/api/v1/events/evt_none/explain')).statusCode, 404);
});

test('one request returns the results of many events or deliveries, without unknown ones', async () => {
  await using story = await startStory();
  const [bought, looked] = await story.send({ 'wt.ev': 'buy' }, { 'wt.ev': 'look' });
  const sent = await story.deliver(story.to, {
    eventId: bought ?? '',
    actionId: story.actionId,
    attemptLog: [attempt],
  });
  const waiting = await story.deliver(story.to);
  const get = async (path: string) => (await story.call('GET', `/api/v1/${path}`)).json();
  assert.deepEqual((await get(`events/outcomes?ids=${bought},${looked}`)).data, [
    { eventId: bought, deliveries: [{ id: sent, actionId: story.actionId, status: 'delivered' }] },
    { eventId: looked, deliveries: [] },
  ]);
  const names = (await get(`events/names?ids=${looked},evt_none`)).data as { id: string; name: string }[]; // the contract's
  assert.deepEqual(
    names.map(({ id, name }) => [id, name]),
    [[looked, 'look']],
  );
  const { startedAt, durationMs, outcome } = attempt;
  assert.deepEqual((await get(`deliveries/last-attempts?ids=${sent},dlv_none,${waiting}`)).data, [
    { deliveryId: sent, last: { startedAt, durationMs, outcome, status: 200, errorKind: null } },
    { deliveryId: waiting, last: null },
  ]);
  const many = Array.from({ length: 101 }, (_, at) => `evt_${at}`).join();
  for (const ids of ['', many]) assert.equal((await get(`events/outcomes?ids=${ids}`)).status, 422);
});

test('a delivery is shown in the shape of the contract, with an ETag of its content', async () => {
  await using story = await startStory();
  const id = await story.deliver(story.to, { attemptLog: [attempt] });
  const answer = await story.call('GET', `/api/v1/deliveries/${id}`);
  const shown = delivery.parse(answer.json());
  assert.deepEqual([shown.status, shown.attemptLog], ['delivered', [attempt]]);
  const known = { 'if-none-match': String(answer.headers['etag']) };
  assert.equal((await story.call('GET', `/api/v1/deliveries/${id}`, undefined, known)).statusCode, 304);
  assert.equal((await story.call('GET', '/api/v1/deliveries')).json().data[0].attemptLog, undefined);
});

test('a due delivery behind a hold is held with the reason of the hold, one in flight is sending', async () => {
  await using story = await startStory();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.unshift(await story.deliver(story.to));
  const list = async (status: string, more = '') =>
    (await story.call('GET', `/api/v1/deliveries?status=${status}${more}`)).json();
  const idsOf = (page: { data: { id: string }[] }) => page.data.map((one) => one.id);
  assert.deepEqual(idsOf(await list('pending')), ids);
  story.sending.add(ids[1] ?? '');
  assert.deepEqual([idsOf(await list('sending')), idsOf(await list('pending'))], [[ids[1]], [ids[0], ids[2]]]);
  story.closed.set(story.to.destinationId, { reason: 'destination_paused', detail: null, probeAt: null });
  const held = await list('held', '&limit=1');
  assert.deepEqual(
    [idsOf(held), held.data[0].reason, held.data[0].nextAttemptAt],
    [[ids[0]], 'destination_paused', null],
  );
  const next = await list('held', `&limit=1&cursor=${held.page.next}`);
  assert.deepEqual(idsOf(next), [ids[2]]);
  assert.deepEqual(idsOf(await list('held', `&limit=1&cursor=${next.page.prev}`)), [ids[0]]);
  assert.deepEqual(
    [idsOf(await list('pending')), idsOf(await list('sending')), idsOf(await list('failed'))],
    [[], [ids[1]], []],
  );
});

test('a delivery can be retried unless it is in flight, and cancelled until it is finished', async () => {
  await using story = await startStory();
  const id = await story.deliver(story.to, { attemptLog: [attempt] });
  const post = (path: string, body?: unknown) => story.call('POST', `/api/v1/deliveries/${id}/${path}`, body);
  assert.equal((await post('cancel')).json().code, 'conflict');
  assert.equal((await post('retry')).json().status, 'pending');
  assert.deepEqual(story.woken, [story.to.destinationId]);
  story.sending.add(id);
  assert.deepEqual([(await post('retry')).statusCode, story.woken.length], [409, 1]);
  story.sending.delete(id);
  assert.equal((await post('retry', { render: true })).statusCode, 200);
  assert.equal((await post('retry', { rendr: true })).statusCode, 422);
  assert.deepEqual([(await post('cancel')).json().status, (await post('cancel')).statusCode], ['cancelled', 409]);
  assert.equal((await story.call('POST', '/api/v1/deliveries/dlv_none/retry')).statusCode, 404);
  await story.call('PATCH', `/api/v1/actions/${story.actionId}`, { destinations: [] });
  await story.call('DELETE', `/api/v1/destinations/${story.to.destinationId}`);
  assert.equal((await post('retry')).statusCode, 409);
});

test('cURL shows the last request with secrets as variables', async () => {
  await using story = await startStory();
  const id = await story.deliver(story.to, { attemptLog: [attempt] });
  const answer = await story.call('GET', `/api/v1/deliveries/${id}/curl`);
  assert.match(String(answer.headers['content-type']), /^text\/plain/);
  assert.match(answer.body, /--header 'Authorization: Bearer '"\$MILLRACE_CURL_AUTHORIZATION"/);
  assert.match(answer.body, /--header 'X-Empty;'/);
  const unsent = await story.deliver(story.to);
  assert.equal((await story.call('GET', `/api/v1/deliveries/${unsent}/curl`)).statusCode, 404);
});

test('the shell runs nothing in a cURL command, and curl gets every argument unchanged', () => {
  const nasty = [
    `'; echo pwned; '`,
    '$(id)',
    '`id`',
    '\\',
    '"',
    '!x',
    '@/etc/passwd',
    'a\nb',
    '{a,b}[1-2]',
    '-o /tmp/x',
    '*',
    // Bracketed paste ends with the first, an old terminal is renamed by the second; the last two reorder the text.
    'a\u001b[201~\rid\r',
    '\u001b]0;title\u0007b',
    'tab\tbell\u0007\u007f8',
    'c1 \u009b31m \u0085',
    'bidi \u202e \u2066',
  ];
  for (const text of nasty) {
    const shells = /[^\n -~]/.test(text) ? ['bash'] : ['bash', 'sh'];
    const headers: [string, string][] = [
      ['X-A', text],
      ['9-Secret', `pre [secret] ${text}`],
    ];
    const command = curlCommand({ method: 'POST', url: `https://x.example/${text}`, headers, body: text });
    assert.match(command, /^[\n -~]+$/, 'nothing that a terminal interprets');
    const script = `curl() { printf '%s\\0' "$@"; }\nMILLRACE_CURL_9_SECRET=shh\n${command}`;
    const given = [
      '--request',
      'POST',
      '--url',
      `https://x.example/${text}`,
      '--header',
      `X-A: ${text}`,
      '--header',
      `9-Secret: pre shh ${text}`,
      '--data-raw',
      text,
    ];
    for (const shell of shells) {
      const args = execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
      assert.deepEqual(args.slice(2), given, shell);
    }
  }
});

test('a cURL command reads no variable that the operator may have set for something else', () => {
  const names = ['AWS-Secret-Access-Key', 'Admin-Token', 'Secret-Key', 'Millrace-Admin-Token', 'Path', 'X'];
  const headers = names.map((name): [string, string] => [name, '[secret]']);
  const command = curlCommand({ method: 'GET', url: 'https://x.example/?key=[secret]', headers, body: '[secret]' });
  const own = [
    'AWS_SECRET_ACCESS_KEY',
    ...settingNames.map(envName),
    ...settingNames.map((name) => `${envName(name)}_FILE`),
  ];
  const env = Object.fromEntries(own.map((name) => [name, 'of the operator']));
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const args = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env });
  assert.doesNotMatch(args, /of the operator/);
  assert.ok(settingNames.every((name) => !envName(name).startsWith('MILLRACE_CURL_')));
});

test('the Inbox stores requests, responds without echoing them, and can be cleared', async () => {
  await using story = await startStory();
  const big = 'x'.repeat(70_000);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await story.call(method, '/inbox/crm/deep/path?a=1', `<script>${big}`, {
      'content-type': 'text/html',
    });
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(
      ['content-security-policy', 'x-content-type-options', 'content-type'].map((name) => answer.headers[name]),
      ['sandbox', 'nosniff', 'text/plain; charset=utf-8'],
    );
    assert.deepEqual(Object.keys(answer.json()), ['received']);
  }
  const get = await story.call('GET', '/inbox/other');
  const list = (await story.call('GET', '/api/v1/inbox/requests?inbox=crm')).json();
  assert.equal(list.data.length, 4);
  const [last] = list.data;
  assert.deepEqual(
    [last.path, last.query, last.truncated, last.body.length],
    ['/inbox/crm/deep/path', 'a=1', true, 65_536],
  );
  assert.ok(
    (await story.call('GET', '/api/v1/inbox/requests'))
      .json()
      .data.some((one: { id: string }) => one.id === get.json().received),
  );
  assert.equal((await story.call('DELETE', '/api/v1/inbox/requests')).statusCode, 204);
  assert.deepEqual((await story.call('GET', '/api/v1/inbox/requests')).json().data, []);
});

test('an inbox responds by its rule, fails the first requests, and responds 200 again without it', async () => {
  await using story = await startStory();
  const rule = (method: string, name: string, body?: object) =>
    story.call(method, `/api/v1/inbox/rules/${name}`, body === undefined ? undefined : JSON.stringify(body));
  const set = await rule('PUT', 'crm', { status: 201, body: '{"id":7}', failFirst: 2, delayMs: 1 });
  assert.deepEqual(set.json(), { inbox: 'crm', status: 201, body: '{"id":7}', failFirst: 2, delayMs: 1, failsLeft: 2 });
  const codes = [];
  for (let i = 0; i < 3; i++) codes.push((await story.call('POST', '/inbox/crm/x')).statusCode);
  const last = await story.call('POST', '/inbox/crm/x');
  assert.deepEqual(
    [codes, last.json(), last.headers['content-type']],
    [[503, 503, 201], { id: 7 }, 'application/json; charset=utf-8'],
  );
  assert.equal((await story.call('POST', '/inbox/other')).statusCode, 200);
  const seen = (await story.call('GET', '/api/v1/inbox/requests?inbox=crm')).json().data;
  assert.deepEqual(seen.map((one: { status: number }) => one.status).sort(), [201, 201, 503, 503]);
  const listed = (await story.call('GET', '/api/v1/inbox/rules')).json().data;
  assert.deepEqual([listed.length, listed[0].failsLeft], [1, 0]);
  assert.equal((await rule('PUT', 'crm', { status: 100 })).statusCode, 422);
  assert.equal((await rule('DELETE', 'crm')).statusCode, 204);
  assert.equal((await rule('DELETE', 'crm')).statusCode, 404);
  assert.equal((await story.call('POST', '/inbox/crm/x')).statusCode, 200);
});

test('the Inbox shows neither credentials nor stored secrets, and payloads only with payloads:view', async () => {
  await using story = await startStory();
  const canary = 'canary7f3aDoNotShow';
  await story.make('/connections', {
    name: 'S',
    baseUrl: 'https://s.example',
    auth: { type: 'bearer', token: canary },
  });
  const headers = {
    authorization: 'Bearer fetched-token',
    cookie: 'a=b',
    'x-key': canary,
    'content-type': 'text/plain',
    'x-mail': 'payload',
  };
  await story.call('POST', `/inbox/x/${canary}/payload?q=${canary}&kept=payload`, `body ${canary}`, headers);
  const seen = await story.call('GET', '/api/v1/inbox/requests');
  assert.doesNotMatch(seen.body, /canary|fetched-token|a=b/);
  assert.match(seen.body, /Bearer \[secret\]/);
  assert.equal(seen.json().data[0].body, 'body [secret]');
  const found = async (by: typeof story.call, text: string) =>
    (await by('GET', `/api/v1/inbox/requests?text=${text}`)).json().data.length;
  assert.deepEqual([await found(story.call, 'BODY'), await found(story.blind, 'body')], [1, 0]);
  assert.deepEqual([await found(story.blind, '/inbox/X'), await found(story.blind, 'nowhere')], [1, 0]);
  const blind = await story.blind('GET', '/api/v1/inbox/requests');
  const [one] = blind.json().data;
  assert.deepEqual([one.path, one.query, one.body], ['/inbox/x/[hidden]', '', '']);
  assert.doesNotMatch(blind.body, /payload/);
  assert.deepEqual([await found(story.call, 'X/%5Bsec'), await found(story.blind, 'X/%5Bsec')], [1, 0]);
});

test('a disabled Inbox is not found', async () => {
  await using server = await startTestServer({ inbox: { isOpen: () => false, isAutomatic: false } });
  for (const path of ['/inbox/x', '/inbox/x/y', '/api/v1/inbox/requests'])
    assert.equal((await server.call('GET', path)).statusCode, 404);
});

test('references to events cut their names, and explanations of conditions the values of an event', async () => {
  await using server = await startTestServer();
  const { key } = await server.make('/collectors', { name: 'C' });
  const name = `${'x'.repeat(254)}😀${'y'.repeat(50_000)}`;
  const sent = await server.call('POST', `/v3/${key}`, { events: [{ 'wt.ev': name }, { 'wt.ev': 'short' }] });
  const [long, short] = sent.json().ids;
  const cut = `${'x'.repeat(254)}\ufffd`;
  const named = (await server.call('GET', `/api/v1/events/names?ids=${long},${short}`)).json();
  assert.deepEqual(
    named.data.map((one: { name: string }) => one.name),
    [cut, 'short'],
  );
  const isNamed = { parameter: 'name', operator: 'startsWith', value: 'x' };
  const counted = await server.call('POST', '/api/v1/conditions/count', { conditions: [isNamed], last: 10 });
  assert.deepEqual([counted.json().counts, counted.json().matching[0].name], [[1], cut]);
  const condition = { all: Array.from({ length: 190 }, () => isNamed) };
  const checked = await server.call('POST', '/api/v1/behaviors/check', { condition, eventId: long });
  assert.equal(checked.statusCode, 200);
  assert.ok(checked.body.length < 1_048_576, `${checked.body.length} characters`);
  const [{ actual, isCut, result }] = checked.json().explanation.conditions;
  assert.deepEqual([actual, isCut, result], [name.slice(0, 1_000), true, true]);
});
