import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../test/support/storage.ts';
import { healthOf, openMessageQueues } from './message-queue.ts';
import { finishedMax, messagesOf, type NotifiedIssue, type OutboxMessage } from './outbox.ts';

/** The queues on a new database. `again` opens them as after a start. */
async function open() {
  const { notes } = await openStorage();
  return { notes, queues: await openMessageQueues(notes), again: () => openMessageQueues(notes) };
}

test('unfinished messages and reported issues are read back as they were last saved', async () => {
  const { queues, again } = await open();
  for (const id of ['b', 'a']) queues.put(message(id));
  for (const id of ['i1', 'i2']) queues.note(reported(id));
  await queues.saved();
  const tried = message('a', { attempts: 1, detail: 'down', firstAttemptAt: 5, dueAt: 15 });
  const over = reported('i2', { isOpen: false, remindAt: null });
  queues.put(tried);
  queues.note(over);
  await queues.saved();
  const { waiting, notified, failure, blockedUntil } = (await again()).of('alr_1');
  assert.deepEqual(
    [waiting, [...notified.values()]],
    [
      [tried, message('b')],
      [reported('i1'), over],
    ],
  );
  assert.deepEqual([failure, blockedUntil], [{ since: 5, detail: 'down' }, 15]);
});

test('dropped messages, cancelled reports and the records of removed alerts are removed', async () => {
  const { queues, notes, again } = await open();
  const other = { alertId: 'alr_2' };
  for (const one of [message('a'), message('b'), message('c', other), message('d', { ...other, status: 'sent' })])
    queues.put(one);
  for (const one of [reported('i1'), reported('i2'), reported('i1', other)]) queues.note(one);
  await queues.saved();
  queues.drop(message('a'));
  queues.forget(reported('i1'));
  queues.close('alr_2');
  queues.close('alr_3');
  await queues.saved();
  assert.deepEqual(
    (await notes.list('alert_')).map(({ name }) => name),
    ['alert_message/alr_1/b', 'alert_report/alr_1/i2'],
  );
  assert.deepEqual(
    [...(await again()).all()].map(([id]) => id),
    ['alr_1'],
  );
});

test('an alert knows after a start when it last sent a message and last failed, without tests', async () => {
  const { queues, again } = await open();
  const sent = { status: 'sent' as const, detail: 'fine' };
  const failed = { status: 'failed' as const };
  for (const one of [
    message('a', { ...sent, finishedAt: 10 }),
    message('b', { ...sent, finishedAt: 30 }),
    message('c', { ...failed, finishedAt: 20, detail: 'down' }),
    message('d', { ...failed, finishedAt: 40, about: 'test', detail: 'test' }),
    message('e', { ...failed, finishedAt: 25, detail: 'gone', alertId: 'alr_2' }),
    message('f', { ...failed, finishedAt: 24, detail: 'slow', alertId: 'alr_2' }),
  ])
    queues.put(one);
  await queues.saved();
  const after = await again();
  const at = (ms: number) => new Date(ms).toISOString();
  const shown = (alertId: string) => {
    const { state, reason, since, lastSentAt } = healthOf(after.of(alertId));
    return [state, reason, since, lastSentAt];
  };
  assert.deepEqual(shown('alr_1'), ['ok', null, null, at(30)]);
  assert.deepEqual(shown('alr_2'), ['failing', 'gone', at(25), null]);
});

test('the messages of an alert are read in pages, and only the newest finished ones are kept', async () => {
  const { queues, notes, again } = await open();
  queues.put(message('l'));
  for (let i = 0; i < finishedMax + 5; i++)
    queues.put(message(`m${String(i).padStart(4, '0')}`, { status: 'sent', finishedAt: i }));
  queues.put(message('x', { alertId: 'alr_2' }));
  await queues.saved();
  const ids = async (query: { limit: number; before?: string; after?: string }) =>
    (await messagesOf(notes, { alertId: 'alr_1', ...query })).map((one) => one.id);
  assert.deepEqual(await ids({ limit: 2 }), ['m0104', 'm0103']);
  assert.deepEqual(await ids({ limit: 2, before: 'm0103' }), ['m0102', 'm0101']);
  assert.deepEqual(await ids({ limit: 2, after: 'm0101' }), ['m0103', 'm0102']);
  assert.deepEqual((await ids({ limit: 200 })).slice(-2), ['m0005', 'l'], 'one that waits is kept');
  const after = await again();
  after.put(message('m0105', { status: 'sent', finishedAt: 105 }));
  await after.saved();
  assert.deepEqual((await ids({ limit: 200 })).slice(-2), ['m0006', 'l'], 'also after a start');
});

function message(id: string, part: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id,
    alertId: 'alr_1',
    about: 'changes',
    status: 'waiting',
    title: 'New: a “thing” – ü',
    notices: [notice],
    total: 1,
    attempts: 0,
    createdAt: 1,
    dueAt: 2,
    firstAttemptAt: null,
    finishedAt: null,
    detail: null,
    ...part,
  };
}

function reported(issueId: string, part: Partial<NotifiedIssue> = {}): NotifiedIssue {
  return { alertId: 'alr_1', issueId, notice: { ...notice, issueId }, isOpen: true, remindAt: 9, at: 1, ...part };
}

const notice: NotifiedIssue['notice'] = {
  id: 'iss_1-1',
  issueId: 'iss_1',
  change: 'opened',
  kind: 'failing',
  severity: 'critical',
  title: 'HTTP 500 from CRM › Orders',
  detail: 'It answered 500.',
  likelyFix: 'Ask its operator.',
  connectionId: 'con_1',
  destinationId: 'dst_1',
  actionId: null,
  at: '2026-01-01T00:00:00.000Z',
  path: '/issues/iss_1',
};
