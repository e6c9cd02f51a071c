import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thresholds } from '../../src/watch/thresholds.ts';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

test('a destination that answers 500 is an issue, which a restart keeps and which closes itself when it is mended', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 500 });
  const issueLimits = {
    ...thresholds,
    checkEveryMs: 50,
    failing: { ...thresholds.failing, forMs: 0, quietMs: 0, successes: 3 },
  };
  await using app = await startTestApp({}, { issueLimits });
  const settings = { retry: { scheduleMs: [0, 20, 20, 20, 3_600_000] } };
  const wired = await wire(app, receiver, { connection: { settings } });
  await wired.send({ n: '1' });
  const newest = async () => (await app.client.call('listIssues', {})).data[0];
  const issue = await eventually('an issue', newest);
  const name = wired.connection.name;
  assert.deepEqual(
    [issue.title, issue.kind, issue.state, issue.destinationId, issue.errorKind, issue.actionIds],
    [`HTTP 500 from ${name} › ${name}`, 'failing', 'open', wired.destination.id, 'http_5xx', [wired.action.id]],
  );
  const [sample = ''] = issue.samples;
  assert.equal((await app.client.call('getDelivery', { params: { id: sample } })).connectionId, wired.connection.id);
  await app.client.call('acknowledgeIssue', { params: { id: issue.id } });

  await app.restart();
  const kept = await app.client.call('getIssue', { params: { id: issue.id } });
  assert.deepEqual([kept.state, kept.acknowledgedBy], ['acknowledged', 'Administrator token']);
  assert.ok(kept.changes.some(({ act, id }) => act === 'create' && id === wired.destination.id));
  // That of several nodes which reports it may not have begun to.
  await eventually('the metric', async () => /^millrace_issues_open 1$/m.test(await app.metrics()));

  receiver.answer('/in', { status: 200 });
  for (const n of [2, 3, 4]) await wired.deliver({ n: String(n) });
  const closed = await eventually('the issue to close', async () => {
    const now = await newest();
    return now?.state === 'resolved' ? now : null;
  });
  assert.deepEqual(
    [closed.id, closed.resolvedBy, closed.resolution],
    [issue.id, 'millrace', '3 deliveries in a row succeeded.'],
  );
});
