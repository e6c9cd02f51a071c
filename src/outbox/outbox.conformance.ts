import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishedMax, type NotifiedIssue, type Outbox, type OutboxChange, type OutboxMessage } from './outbox.ts';

/** The conformance suite of the outbox, for every adapter. `open` returns a new and empty one. */
export function testOutbox(name: string, open: () => Promise<Outbox & AsyncDisposable>): void {
  const guarantee = (title: string, body: (outbox: Outbox) => Promise<void>) =>
    test(`${name} outbox: ${title}`, async () => {
      await using outbox = await open();
      await body(outbox);
    });

  guarantee('unfinished messages and reported issues are read back as they were last saved', async (outbox) => {
    assert.deepEqual(await outbox.load(), { waiting: [], notified: [], ends: [] });
    await outbox.save([put('b'), put('a'), note('i1'), note('i2')]);
    const again = message('a', { attempts: 1, detail: 'down', firstAttemptAt: 5, dueAt: 15 });
    const over = notified('i2', { isOpen: false, remindAt: null });
    await outbox.save([
      { op: 'put', message: again },
      { op: 'note', issue: over },
    ]);
    const { waiting, notified: known, ends } = await outbox.load();
    assert.deepEqual([waiting, ends], [[again, message('b')], []]);
    assert.deepEqual(known.sort(byIssue), [notified('i1'), over]);
  });

  guarantee('changes are made in their order', async (outbox) => {
    await outbox.save([put('a'), { op: 'close', alertId: 'alr_1' }, put('b')]);
    assert.deepEqual((await outbox.load()).waiting, [message('b')]);
  });

  guarantee('dropped messages, cancelled reports and the records of removed alerts are removed', async (outbox) => {
    const other = { alertId: 'alr_2' };
    await outbox.save([put('a'), put('b'), put('c', other), note('i1'), note('i2'), note('i1', other)]);
    await outbox.save([
      { op: 'drop', alertId: 'alr_1', messageId: 'a' },
      { op: 'drop', alertId: 'alr_1', messageId: 'unknown' },
      { op: 'forget', alertId: 'alr_1', issueId: 'i1' },
      { op: 'close', alertId: 'alr_2' },
      { op: 'close', alertId: 'alr_3' },
    ]);
    const { waiting, notified: known } = await outbox.load();
    assert.deepEqual([waiting, known], [[message('b')], [notified('i2')]]);
    assert.deepEqual(await outbox.messages({ alertId: 'alr_2', limit: 5 }), []);
  });

  guarantee('each alert has the time of its last sent message and its last failure, without tests', async (outbox) => {
    const sent = { status: 'sent' as const, detail: 'fine' };
    const failed = { status: 'failed' as const };
    await outbox.save([
      put('a', { ...sent, finishedAt: 10 }),
      put('b', { ...sent, finishedAt: 30 }),
      put('c', { ...failed, finishedAt: 20, detail: 'down' }),
      put('d', { ...failed, finishedAt: 40, about: 'test', detail: 'test' }),
      put('e', { ...failed, finishedAt: 25, detail: 'gone', alertId: 'alr_2' }),
    ]);
    assert.deepEqual((await outbox.load()).ends, [
      { alertId: 'alr_1', lastSentAt: 30, lastFailure: { at: 20, detail: 'down' } },
      { alertId: 'alr_2', lastSentAt: null, lastFailure: { at: 25, detail: 'gone' } },
    ]);
  });

  guarantee(
    'the messages of an alert are read in pages, and only the newest finished ones are kept',
    async (outbox) => {
      const finished = Array.from({ length: finishedMax + 5 }, (_, i) =>
        put(`m${String(i).padStart(4, '0')}`, { status: 'sent', finishedAt: i }),
      );
      await outbox.save(finished);
      await outbox.save([put('m0000a'), put('x', { alertId: 'alr_2' })]);
      const ids = async (query: { limit: number; before?: string; after?: string }) =>
        (await outbox.messages({ alertId: 'alr_1', ...query })).map((one) => one.id);
      assert.deepEqual(await ids({ limit: 2 }), ['m0104', 'm0103']);
      assert.deepEqual(await ids({ limit: 2, before: 'm0103' }), ['m0102', 'm0101']);
      assert.deepEqual(await ids({ limit: 2, after: 'm0101' }), ['m0103', 'm0102']);
      assert.deepEqual((await ids({ limit: 200 })).slice(-2), ['m0005', 'm0000a']);
    },
  );
}

function put(id: string, part: Partial<OutboxMessage> = {}): OutboxChange {
  return { op: 'put', message: message(id, part) };
}

function note(issueId: string, part: Partial<NotifiedIssue> = {}): OutboxChange {
  return { op: 'note', issue: notified(issueId, part) };
}

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

function notified(issueId: string, part: Partial<NotifiedIssue> = {}): NotifiedIssue {
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

const byIssue = (a: NotifiedIssue, b: NotifiedIssue) => (a.issueId < b.issueId ? -1 : 1);
