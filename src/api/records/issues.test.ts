import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cli } from '../../cli/cli.testing.ts';
import type { Issue } from '../../contract/records/issue.ts';
import { Secret } from '../../contract/secret.ts';
import { attempt } from '../../journal/conformance/journal-samples.testing.ts';
import type { Finding } from '../../watch/finding.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

const place = {
  connectionId: 'con_1',
  actionId: null,
  errorKind: 'http_4xx',
  likelyFix: 'Mend it.',
  detail: 'Broken.',
  cause: { code: 'deliveries_failing' as const, values: { subject: 'CRM › Orders', detail: 'Broken.' } },
};
const found = (n: number, more: Partial<Finding> = {}): Finding => ({
  ...place,
  fingerprint: `f${n}`,
  title: `Issue ${n}`,
  kind: 'failing',
  severity: 'warning',
  destinationId: `dst_${n}`,
  errorKind: 'http_4xx',
  ...more,
});

/** A server with this many issues, each a second after the previous one. */
async function withIssues(count: number) {
  const server = await startTestServer();
  for (let n = 1; n <= count; n++) {
    server.clock.now += 1_000;
    server.issues.see(found(n, n === 2 ? { kind: 'template', severity: 'critical', actionId: 'act_2' } : {}), {
      times: n,
      samples: [`dlv_${n}`],
      actionIds: ['act_1'],
    });
  }
  return server;
}

async function list(server: TestServer, query = ''): Promise<Issue[]> {
  const answer = await server.call('GET', `/api/v1/issues${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().data;
}

test('issues are listed last opened first, page by page, and filters combine', async () => {
  await using server = await withIssues(5);
  const titles = async (query: string) => (await list(server, query)).map(({ title }) => title.at(-1)).join('');
  for (const [query, expected] of [
    ['', '54321'],
    ['?title=ISSUE%203', '3'],
    ['?kind=template', '2'],
    ['?severity=critical', '2'],
    ['?destinationId=dst_3', '3'],
    ['?connectionId=con_2', ''],
    ['?actionId=act_2', '2'],
    ['?actionId=act_1', '54321'],
    ['?state=open,muted', '54321'],
    ['?state=resolved', ''],
  ] as const)
    assert.equal(await titles(query), expected, query);
  const first = (await server.call('GET', '/api/v1/issues?limit=2')).json();
  const second = (await server.call('GET', `/api/v1/issues?limit=2&cursor=${first.page.next}`)).json();
  assert.deepEqual(
    [...first.data, ...second.data].map(({ title }) => title.at(-1)),
    ['5', '4', '3', '2'],
  );
  for (const query of ['?state=closed', '?state=', '?kind=bad', '?cursor=bad', '?more=1'])
    assert.equal((await server.call('GET', `/api/v1/issues${query}`)).statusCode, 422, query);
});

test('an operation changes the issue and is in the audit trail; one that does not fit its state is a conflict', async () => {
  await using server = await withIssues(1);
  const [{ id } = assert.fail()] = await list(server);
  const until = new Date(server.clock.now + 60_000).toISOString();
  for (const [verb, body, status, state] of [
    ['unmute', undefined, 409, 'open'],
    ['reopen', undefined, 409, 'open'],
    ['acknowledge', undefined, 200, 'acknowledged'],
    ['mute', { until: '2020-01-01T00:00:00Z' }, 422, 'acknowledged'],
    ['mute', {}, 422, 'acknowledged'],
    ['mute', { until: 'soon' }, 422, 'acknowledged'],
    ['mute', { until }, 200, 'muted'],
    ['unmute', undefined, 200, 'acknowledged'],
    ['resolve', { note: 'Mended.' }, 200, 'resolved'],
    ['resolve', undefined, 409, 'resolved'],
    ['acknowledge', undefined, 409, 'resolved'],
    ['reopen', undefined, 200, 'open'],
    ['mute', { until: null }, 200, 'muted'],
  ] as const) {
    const answer = await server.call('POST', `/api/v1/issues/${id}/${verb}`, body);
    assert.equal(answer.statusCode, status, `${verb}: ${answer.body}`);
    assert.equal((await server.call('GET', `/api/v1/issues/${id}`)).json().state, state, verb);
  }
  const [entry] = (await server.call('GET', `/api/v1/audit?kind=issue&id=${id}&act=resolve&result=done`)).json().data;
  assert.deepEqual(
    [entry.name, entry.changes],
    ['Issue 1', [{ pointer: '/state', before: 'acknowledged', after: 'resolved' }]],
  );
  assert.equal((await server.call('GET', '/api/v1/issues/iss_none')).statusCode, 404);
  assert.equal((await server.call('POST', '/api/v1/issues/iss_none/resolve')).statusCode, 404);
});

test('an issue shows the response of its newest stored sample, and its text only with the right to see payloads', async () => {
  await using server = await startTestServer();
  const body = `{"error":"SKU ${'x'.repeat(2_000)}"}`;
  const response = { status: 422, headers: [], body, truncated: false };
  const id = await server.deliver(
    { destinationId: `dst_${'0'.repeat(26)}`, connectionId: `con_${'0'.repeat(26)}` },
    { attemptLog: [{ ...attempt(1), response }] },
  );
  server.issues.see(found(1), { times: 2, samples: [id, 'dlv_removed'], actionIds: [] });
  server.grant('blind', ['deliveries:view']);
  const [{ id: issueId, sample: listed } = assert.fail()] = await list(server);
  assert.equal(listed, undefined);
  const get = async (token: string) =>
    (await server.call('GET', `/api/v1/issues/${issueId}`, undefined, { authorization: `Bearer ${token}` })).json();
  const { sample, cause } = await get('admin');
  assert.deepEqual([sample.deliveryId, sample.status, sample.response], [id, 422, body.slice(0, 1_000)]);
  assert.deepEqual(cause, place.cause);
  assert.deepEqual((await get('blind')).sample, { ...sample, response: null });
});

test('without the right to manage, operations are refused before the id is looked up', async () => {
  await using server = await withIssues(1);
  const [{ id } = assert.fail()] = await list(server);
  server.grant('viewer', ['deliveries:view']);
  server.grant('nobody', ['connections:manage', 'events:view']);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  assert.equal((await server.call('GET', '/api/v1/issues', undefined, bearer('viewer'))).statusCode, 200);
  for (const one of [id, 'iss_none'])
    for (const verb of ['acknowledge', 'resolve', 'mute', 'unmute', 'reopen'])
      assert.equal(
        (await server.call('POST', `/api/v1/issues/${one}/${verb}`, { until: null }, bearer('viewer'))).statusCode,
        403,
      );
  assert.equal((await server.call('GET', `/api/v1/issues/${id}`, undefined, bearer('nobody'))).statusCode, 403);
  assert.equal((await list(server))[0]?.state, 'open');
});

test('commands list, show and change issues', async () => {
  await using server = await withIssues(2);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const [second, first] = await list(server);
  async function run(...argv: string[]) {
    const one = cli({ settings: { url, adminToken: new Secret('admin', '') } });
    return { code: await one.run(...argv), ...one.written };
  }
  const id = first?.id ?? '';
  assert.match((await run('issues', 'list')).out, /open +critical +Issue 2[\s\S]*open +warning +Issue 1/);
  assert.match((await run('issues', 'get', id)).out, /likelyFix/);
  assert.equal(
    (await run('issues', 'acknowledge', id, second?.id ?? '')).out,
    `${id} acknowledged\n${second?.id} acknowledged\n`,
  );
  assert.equal((await run('issues', 'mute', id, '--until', '2026-02-01T00:00:00Z')).out, `${id} muted\n`);
  assert.equal((await run('issues', 'mute', id, '--hours', '2', '--until', 'x')).code, 2);
  assert.equal((await run('issues', 'resolve', id, '--note', 'Done.')).out, `${id} resolved\n`);
  assert.doesNotMatch((await run('issues', 'list')).out, /Issue 1/);
  assert.match((await run('issues', 'list', '--state', 'resolved')).out, /Issue 1/);
  assert.equal((await run('issues', 'unmute', id)).code, 3);
});
