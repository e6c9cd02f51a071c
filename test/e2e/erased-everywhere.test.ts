import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deliveryOf, sendEvents, wire } from '../support/app.ts';
import { openStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, adminToken, environment, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

const visitorId = 'canary-visitor-90cd';
const mail = 'canary.mara@shop.example';

test('every feature that can keep a visitor id or a value of an event is without them after an erasure', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-erased-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const receiver = stack.use(await startReceiver());
  const temporary = await mkdtemp(join(tmpdir(), 'millrace-erased-tmp-'));
  stack.defer(() => rm(temporary, { recursive: true, force: true }));
  const env = { ...environment(dir), MILLRACE_LOG_LEVEL: 'debug', MILLRACE_INBOX: 'true', TMPDIR: temporary };
  const server = stack.use(spawnProcess(env));
  const url = await server.listening;
  const client = adminClient(url);
  const app = { url, client };
  const theirs = { 'wt.dcsvid': visitorId, mail, nick: 'canary-nick-5e1f' };
  /** Every place that still has one of the two: files of the data folder, temporary ones, and what the process printed. */
  const found = async () => {
    const paths = [dir, temporary].map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((name) => join(folder, name)),
    );
    const names = (await Promise.all(paths)).flat();
    const files = names.map(async (name) => [name, await readFile(name, 'latin1').catch(() => '')] as const);
    const places = [...(await Promise.all(files)), ['stdout', server.stdout()], ['stderr', server.stderr()]] as const;
    return places.flatMap(([name, text]) =>
      (text.match(/.{0,80}(?:canary-visitor|canary-nick|canary\.mara|canary%2emara).{0,40}/gis) ?? []).map(
        (hit) => `${name}: ${hit}`,
      ),
    );
  };

  receiver.answer('/refuses', (request) => ({ status: 400, body: `no such person: ${request.body}` }));
  receiver.answer('/batched/canary-nick-5e1f', ({ target }) => ({ headers: { 'x-echo': target } }));
  const plain = await wire(app, receiver);
  const refuses = await wire(app, receiver, { destination: { path: '/refuses' } });
  const throws = await wire(app, receiver, {
    destination: {
      path: '/throws',
      template: '{{! throw new Error("no account for " + it.data[0].mail + ", " + it.events[0].visitorId); }}',
    },
  });
  const batched = await wire(app, receiver, {
    destination: {
      path: '/batched/{{ it.data[0].nick }}?first={{ it.data[0].mail }}',
      settings: {
        batch: { records: 10, waitMs: 100 },
        headers: [{ name: 'X-First', value: '{{ it.data[0]["wt.dcsvid"] }}' }],
      },
    },
  });
  await client.call('createAlert', {
    body: { name: 'Hook', type: 'webhook', settings: { url: `${receiver.url}/alert` } },
  });
  const [three = ''] = await throws.send(theirs);
  await deliveryOf(app, three, 'failed');
  // Later issues wait for the next message.
  await eventually('the alert to be sent', () => receiver.at('/alert').some(({ body }) => body.includes('[hidden]')));
  const [two = ''] = await refuses.send(theirs);
  await deliveryOf(app, two, 'failed');
  const [one = ''] = await plain.send({ ...theirs, messageId: 'canary-message' }, { 'wt.dcsvid': 'other', n: 1 });
  const delivered = await deliveryOf(app, one);
  const [four = '', five = ''] = await batched.send(theirs, { 'wt.dcsvid': 'other', n: 1 });
  await deliveryOf(app, four);
  const shared = await deliveryOf(app, five);
  assert.match(JSON.stringify(shared.attemptLog), /first=canary.*x-echo/, 'both in one request');

  // A trace and a stream of their events, which stay open.
  const trace = await client.call('startTrace', { body: { name: `What becomes of ${visitorId}` } });
  const traced = `/v3/${plain.collector.key}?${trace.attach.parameter}=${trace.id}`;
  const feed = stack.use(
    await openStream((init) =>
      fetch(`${url}/api/v1/events/stream`, { ...init, headers: { authorization: `Bearer ${adminToken}` } }),
    ),
  );
  await fetch(`${url}${traced}`, { method: 'POST', body: JSON.stringify({ events: [theirs] }) });
  assert.equal((await client.call('getTrace', { params: trace })).events.length, 1);
  assert.match(String((await feed.messages.next()).value?.data), /canary-visitor/);

  // Requests that name them, with what they leave behind.
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${adminToken}`, ...init.headers } });
  const json = { 'content-type': 'application/json', 'idempotency-key': 'a-key' };
  const sample = { data: [{ mail, visitor: visitorId, nick: theirs.nick }] };
  const draft = JSON.stringify({ data: [{ nick: theirs.nick }] });
  const previewed = { method: 'POST', body: draft, headers: { ...json, 'idempotency-key': 'another-key' } };
  await api(`/api/v1/destinations/${plain.destination.id}/preview`, previewed);
  for (const path of [`/destinations/${plain.destination.id}/preview`, `/destinations/${plain.destination.id}/test`]) {
    const response = await api(`/api/v1${path}`, { method: 'POST', body: JSON.stringify(sample), headers: json });
    assert.equal(response.status, 200, path);
  }
  for (const path of [
    `/events?visitorId=${visitorId}`,
    `/events?q=${encodeURIComponent(mail)}`,
    `/deliveries?visitorId=${visitorId}`,
    `/deliveries?q=${encodeURIComponent(mail)}`,
    `/events/${one}/explain`,
    `/deliveries/${delivered.id}/curl`,
  ])
    await (await api(`/api/v1${path}`)).text();
  await client.call('retryDelivery', { params: { id: delivered.id }, body: { render: true } });
  await deliveryOf(app, one);
  const replay = { of: 'events', filter: { visitorId }, only: 'all', ratePerSecond: null } as const;
  await client.call('createReplay', { body: { ...replay, plan: true } });
  await client.call('createReplay', { body: replay });
  await eventually('the replay to end', async () => {
    const { data } = await client.call('listReplays', { query: {} });
    return data[0]?.state === 'done';
  });
  // Refused at the door.
  const deep = `${'{"a":'.repeat(40)}"${mail}"${'}'.repeat(40)}`;
  for (const body of [
    `{"events":[{"wt.dcsvid":"${visitorId}","x":${deep}}]}`,
    `{"events":[{"wt.dcsvid":"${visitorId}",`,
    `{"events":[{"wt.dcsvid":"${visitorId}",!}]}`,
    `{"events":[{"wt.dcsvid":"${visitorId}","wt.ev":{"${visitorId}":1}}], "${visitorId}":1}`,
    `{"events":{"${visitorId}":1}}`,
  ])
    await fetch(`${url}/v3/${plain.collector.key}`, { method: 'POST', body });
  await fetch(`${url}/v3/unknown`, { method: 'POST', body: JSON.stringify({ events: [theirs] }) });
  await fetch(`${url}/${plain.collector.key}/dcs.gif?wt.dcsvid=${visitorId}&mail=${encodeURIComponent(mail)}`);
  await fetch(`${url}/inbox/some?visitor=${visitorId}`, { method: 'POST', body: mail });
  await sendEvents(app, plain.collector.key, { 'wt.dcsvid': visitorId, mail });
  await api(`/api/v1/nothing/${visitorId}`);
  await api('/api/v1/actions', { method: 'POST', body: JSON.stringify({ name: visitorId }), headers: json });

  for (const body of [{ visitorId }, { parameter: 'mail', value: mail }]) {
    const { id } = await client.call('eraseVisitor', { body });
    await eventually('the erasure to be done', async () => {
      const { state } = await client.call('getErasure', { params: { id: id ?? '' } });
      return state === 'done';
    });
  }
  assert.deepEqual(await found(), []);
  await plain.send({ 'wt.dcsvid': 'after', n: 1 });
  for (let isAfter = false; !isAfter; ) {
    const { data = '' } = (await feed.messages.next()).value ?? {};
    isAfter = data.includes('"after"');
    if (isAfter) assert.doesNotMatch(data, /canary/);
  }
  const repeated = await api(`/api/v1/destinations/${plain.destination.id}/preview`, previewed);
  assert.equal(repeated.status, 409, 'its key stays used');
  const { attemptLog } = await client.call('getDelivery', { params: shared });
  assert.equal(attemptLog?.[0]?.request?.url, `${receiver.url}/[erased]`);
  assert.deepEqual(
    attemptLog?.[0]?.request?.headers.filter(([name]) => name === 'X-First' || name === 'Content-Type'),
    [
      ['X-First', '[erased]'],
      ['Content-Type', 'application/json'],
    ],
  );
  const { data } = await client.call('listAudit', { query: { limit: 200 } });
  const [started] = data.filter(({ kind, act }) => kind === 'replay' && act === 'create');
  const [erased] = data
    .filter(({ kind }) => kind === 'erasure')
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  const code = erased?.changes.find(({ pointer }) => pointer === '/code')?.after;
  assert.ok(typeof code === 'string');
  assert.ok(JSON.stringify(started?.changes).includes(`"visitorId":"${code}"`));
  const responses = await Promise.all([
    client.call('listIssues', { query: { limit: 200 } }),
    client.call('listReplays', { query: { limit: 200 } }),
    client.call('listDeliveries', { query: { limit: 200 } }),
    client.call('listParameters', { query: { limit: 200 } }),
    client.call('listInboxRequests', { query: {} }),
    client.call('listTraces', { query: {} }),
    client.call('getTrace', { params: trace }),
    client.call('listRejectedRequests', { query: {} }),
    client.call('listAudit', { query: { limit: 200 } }),
  ]);
  assert.ok(!/canary/.test(JSON.stringify(responses)), 'in no response');
  assert.match(JSON.stringify(responses[0]), /no account for \[erased\], \[erased\]/);
});
