import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { openStorage } from '../../test/support/storage.ts';
import type { Notes } from '../notes/notes.ts';
import { alertId, notice, openNotifier, webhookAlert } from './notifier.testing.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const down = () => ({ error: { kind: 'connect' as const, message: 'It refused the connection.' } });

test('a change of an issue is reported once, within the gathering time, with a link; the same notice again is not', async () => {
  const clock = fakeClock();
  await using notifier = await openNotifier(clock);
  const opened = notice('i1', 'opened', clock, { severity: 'critical' });
  await notifier.notifier.take(opened);
  await notifier.notifier.take(opened);
  assert.deepEqual(notifier.sent(), []);
  await clock.advance(5 * second);
  await notifier.notifier.take(opened);
  await clock.advance(2 * minute);
  assert.deepEqual(notifier.sent(), [
    { id: 'message_0000', type: 'issues.changed', title: 'New: HTTP 500 from i1 (critical)', changes: ['i1 opened'] },
  ]);
  await notifier.notifier.take(notice('i1', 'resolved', clock));
  await clock.advance(5 * second);
  assert.equal(notifier.sent()[1]?.title, 'Resolved: HTTP 500 from i1');
});

test('after a clock that was ahead, alerts are sent in time, and what is new about known issues is not ignored', async () => {
  const clock = fakeClock();
  let aheadMs = 365 * 24 * hour;
  let isDown = false;
  const wrong = { ...clock, now: () => clock.now() + aheadMs };
  const answer = () => (isDown ? down() : { status: 200 });
  await using notifier = await openNotifier(wrong, { answer });
  await notifier.notifier.take(notice('i1', 'opened', wrong));
  await clock.advance(2 * minute);
  isDown = true;
  await notifier.notifier.take(notice('i2', 'opened', wrong));
  await clock.advance(5 * second);
  aheadMs = 0;
  isDown = false;
  await clock.advance(2 * minute);
  await notifier.notifier.take(notice('i1', 'resolved', wrong));
  await clock.advance(2 * minute);
  assert.deepEqual(
    notifier.sent().map(({ changes }) => changes),
    [['i1 opened'], ['i2 opened'], ['i2 opened'], ['i1 resolved']],
  );
});

test('many changes at once are one message, and an alert sends at most one message a minute', async () => {
  const clock = fakeClock();
  await using notifier = await openNotifier(clock);
  for (let i = 0; i < 12; i++) await notifier.notifier.take(notice(`i${i}`, 'opened', clock));
  await clock.advance(5 * second);
  for (let i = 0; i < 3; i++) await notifier.notifier.take(notice(`i${i}`, 'resolved', clock));
  await notifier.notifier.take(notice('j', 'opened', clock));
  await clock.advance(59 * second);
  assert.deepEqual(
    notifier.sent().map(({ title, changes }) => [title, changes.length]),
    [['12 issues opened', 12]],
  );
  await clock.advance(second);
  assert.equal(notifier.sent()[1]?.title, '4 issues: 1 opened, 3 resolved');
});

test('an issue that was resolved before its message was sent is not reported', async () => {
  const clock = fakeClock();
  await using notifier = await openNotifier(clock);
  await notifier.notifier.take(notice('i1', 'opened', clock));
  await notifier.notifier.take(notice('i1', 'resolved', clock));
  await notifier.notifier.take(notice('i2', 'opened', clock));
  await notifier.notifier.take(notice('i2', 'worsened', clock, { severity: 'critical' }));
  await clock.advance(hour);
  assert.deepEqual(
    notifier.sent().map((one) => one.changes),
    [['i2 opened']],
  );
});

test('only changes that the rules of an alert select are reported', async () => {
  const clock = fakeClock();
  const rules = { kinds: ['failing', 'storage'], minSeverity: 'critical', connectionIds: ['con_1'], on: ['opened'] };
  await using notifier = await openNotifier(clock, { alert: webhookAlert({ rules }) });
  const critical = { severity: 'critical' as const };
  for (const one of [
    notice('warning', 'opened', clock),
    notice('kind', 'opened', clock, { ...critical, kind: 'silent' }),
    notice('elsewhere', 'opened', clock, { ...critical, connectionId: 'con_2' }),
    notice('nowhere', 'opened', clock, { ...critical, connectionId: null }),
    notice('change', 'reopened', clock, critical),
    notice('wanted', 'opened', clock, critical),
    notice('wanted', 'resolved', clock, critical),
  ])
    await notifier.notifier.take(one);
  await clock.advance(hour);
  assert.deepEqual(
    notifier.sent().map((one) => one.changes),
    [['wanted opened']],
  );
});

test('a notice that no alert selects writes nothing', async () => {
  const clock = fakeClock();
  const { notes } = await openStorage();
  let writes = 0;
  const save: Notes['save'] = async (...changes) => {
    writes += 1;
    await notes.save(...changes);
  };
  const alert = webhookAlert({ rules: { on: ['resolved'] } });
  await using notifier = await openNotifier(clock, { alert, notes: { ...notes, save } });
  await notifier.notifier.take(notice('i1', 'opened', clock));
  assert.equal(writes, 0);
  await notifier.notifier.take(notice('i2', 'resolved', clock));
  assert.equal(writes, 1);
});

test('an issue that stays open is reported again at the reminder interval, until it is resolved, acknowledged or muted', async () => {
  const clock = fakeClock();
  await using notifier = await openNotifier(clock, { alert: webhookAlert({ rules: { remindEveryMs: 4 * hour } }) });
  await notifier.notifier.take(notice('i1', 'opened', clock));
  await notifier.notifier.take(notice('i2', 'opened', clock));
  await notifier.notifier.take(notice('i3', 'opened', clock));
  await clock.advance(hour);
  await notifier.notifier.take(notice('i3', 'resolved', clock));
  await clock.advance(4 * hour);
  notifier.resolved.add('i2');
  await clock.advance(4 * hour);
  assert.deepEqual(
    notifier.sent().map(({ type, changes }) => [type, ...changes]),
    [
      ['issues.changed', 'i1 opened', 'i2 opened', 'i3 opened'],
      ['issues.changed', 'i3 resolved'],
      ['issues.open', 'i1 reminded', 'i2 reminded'],
      ['issues.open', 'i1 reminded'],
    ],
  );
});

test('in quiet hours only critical issues are reported; the others follow in one summary', async () => {
  const clock = fakeClock(Date.parse('2026-01-07T21:30:00Z'));
  const quietHours = { timeZone: 'Europe/London', from: '22:00', to: '07:00' };
  await using notifier = await openNotifier(clock, {
    alert: webhookAlert({ quietHours, rules: { remindEveryMs: 3 * hour } }),
  });
  await notifier.notifier.take(notice('evening', 'opened', clock));
  await clock.advance(hour);
  await notifier.notifier.take(notice('night', 'opened', clock));
  await notifier.notifier.take(notice('short', 'opened', clock));
  await notifier.notifier.take(notice('worst', 'opened', clock, { severity: 'critical' }));
  await clock.advance(hour);
  await notifier.notifier.take(notice('short', 'resolved', clock));
  notifier.resolved.add('worst');
  await clock.advance(7.5 * hour - 1);
  assert.deepEqual(
    notifier.sent().map((one) => one.changes),
    [['evening opened'], ['worst opened']],
  );
  await clock.advance(1);
  const summary = notifier.sent()[2];
  assert.deepEqual(summary?.changes, ['night opened', 'short resolved', 'evening reminded']);
  assert.equal(summary?.title, 'During quiet hours: 3 issues: 1 opened, 1 resolved, 1 still open');
});

test("a message that can't be sent is retried at growing intervals with the same id for a day, and the alert is shown as failing", async () => {
  const clock = fakeClock();
  await using notifier = await openNotifier(clock, { answer: down });
  await notifier.notifier.take(notice('i1', 'opened', clock));
  await clock.advance(5 * second);
  const since = new Date(clock.now()).toISOString();
  await notifier.notifier.take(notice('i2', 'opened', clock));
  await clock.advance(10 * minute);
  assert.equal(notifier.sent().length, 4);
  assert.deepEqual(notifier.notifier.health(alertId), {
    state: 'failing',
    reason: 'It refused the connection.',
    since,
    lastSentAt: null,
    waiting: 2,
  });
  await clock.advance(26 * hour);
  const tries = notifier.sent();
  const first = tries.filter((one) => one.id === tries[0]?.id);
  assert.ok(first.length > 25 && first.length < 32, `${first.length} tries`);
  assert.ok(first.every((one) => one.changes.join() === 'i1 opened'));
  // Changes gathered during the retries have a day of their own.
  assert.deepEqual(tries.at(-1)?.changes, ['i2 opened']);
  const ends = (await notifier.notifier.messages({ alertId, limit: 10 })).map((one) => [one.status, one.about]);
  assert.deepEqual(ends.slice(-2), [
    ['waiting', 'changes'],
    ['failed', 'changes'],
  ]);
});

test('a message that a receiver rejects for good does not block the next one', async () => {
  const clock = fakeClock();
  await using notifier = await openNotifier(clock, {
    answer: (index) => ({ status: index === 0 ? 422 : 204, body: 'no' }),
  });
  await notifier.notifier.take(notice('i1', 'opened', clock));
  await clock.advance(5 * second);
  assert.equal(notifier.notifier.health(alertId).reason, 'HTTP 422: no');
  await notifier.notifier.take(notice('i2', 'opened', clock));
  await clock.advance(5 * second);
  assert.deepEqual(
    notifier.sent().map((one) => one.changes),
    [['i1 opened'], ['i2 opened']],
  );
  assert.equal(notifier.notifier.health(alertId).state, 'ok');
});

test('messages left by a crash are sent afterwards, whether they were being gathered or tried', async () => {
  const clock = fakeClock();
  const { notes } = await openStorage();
  let release = () => {};
  {
    // The process dies while the first message is in flight; nothing is written after that.
    const hangs = new Promise<void>((resolve) => {
      release = resolve;
    });
    const dead = { ...notes };
    const notifier = await openNotifier(clock, { notes: dead, answer: () => hangs.then(() => ({ status: 200 })) });
    await notifier.notifier.take(notice('i1', 'opened', clock));
    await clock.advance(5 * second);
    assert.equal(notifier.sent().length, 1);
    await notifier.notifier.take(notice('i2', 'opened', clock));
    dead.save = async () => {};
  }
  await using notifier = await openNotifier(clock, { notes });
  await clock.advance(2 * minute);
  assert.deepEqual(
    notifier.sent().map(({ id, changes }) => [id, ...changes]),
    [
      ['message_0000', 'i1 opened'],
      ['message_0001', 'i2 opened'],
    ],
  );
  release();
});

test('a corrected alert is tried at once; a disabled or deleted alert sends nothing more', async () => {
  const clock = fakeClock();
  let isDown = true;
  await using notifier = await openNotifier(clock, { answer: () => (isDown ? down() : { status: 200 }) });
  await notifier.notifier.take(notice('i1', 'opened', clock));
  await clock.advance(20 * minute);
  const before = notifier.sent().length;
  isDown = false;
  await notifier.change(webhookAlert({ description: 'corrected' }));
  await clock.advance(0);
  assert.equal(notifier.sent().length, before + 1);
  assert.equal(notifier.notifier.health(alertId).state, 'ok');
  await notifier.notifier.take(notice('i2', 'opened', clock));
  await notifier.change(webhookAlert({ status: 'disabled' }));
  await notifier.notifier.take(notice('i3', 'opened', clock));
  await clock.advance(hour);
  await notifier.change(webhookAlert());
  await notifier.notifier.take(notice('i4', 'opened', clock));
  await notifier.remove();
  await clock.advance(48 * hour);
  assert.equal(notifier.sent().length, before + 1);
  assert.deepEqual(await notifier.notifier.messages({ alertId, limit: 10 }), []);
});

test('a full disk loses no message, and the caller gets the error', async () => {
  const clock = fakeClock();
  const { notes } = await openStorage();
  const { save } = notes;
  let isFull = true;
  notes.save = async (...changes) => {
    if (isFull) throw new Error('full');
    return save(...changes);
  };
  await using notifier = await openNotifier(clock, { notes });
  const opened = notice('i1', 'opened', clock);
  await assert.rejects(notifier.notifier.take(opened), /full/);
  await clock.advance(minute);
  assert.deepEqual(notifier.sent(), []);
  isFull = false;
  await notifier.notifier.take(opened);
  await clock.advance(minute);
  assert.deepEqual(
    notifier.sent().map((one) => one.changes),
    [['i1 opened']],
  );
});

test('an alert that is deleted during an attempt leaves no message', async () => {
  const clock = fakeClock();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await using notifier = await openNotifier(clock, { answer: () => answered.then(() => ({ status: 200 })) });
  await notifier.notifier.take(notice('i1', 'opened', clock));
  await clock.advance(5 * second);
  assert.equal(notifier.sent().length, 1);
  await notifier.remove();
  answer();
  await clock.advance(minute);
  assert.deepEqual(await notifier.notifier.messages({ alertId, limit: 10 }), []);
});
