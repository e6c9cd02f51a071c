import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attempt, deliveryStatus, errorKind, reason } from '../../../contract/records/delivery.ts';
import { deliverySummary } from './delivery-summary.ts';

const told = { status: 'failed', reason: null, errorKind: null, attempts: 1, nextAttemptAt: null } as const;

test('every status with any reason or error has sentences', () => {
  for (const status of deliveryStatus.options)
    for (const cause of [
      {},
      ...reason.options.map((one) => ({ reason: one })),
      ...errorKind.options.map((one) => ({ errorKind: one })),
    ]) {
      const { sentence } = deliverySummary({ ...told, status, ...cause });
      assert.match(sentence, /^[A-Z].*\.$/, `${status} ${JSON.stringify(cause)}`);
      assert.doesNotMatch(sentence, /undefined|\.\./);
    }
});

test('the sentences name the reason, and what to do about it', () => {
  const held = deliverySummary({ ...told, status: 'held', reason: 'destination_disabled' });
  assert.equal(held.sentence, 'On hold because the destination is disabled.');
  assert.match(held.todo ?? '', /Enable the destination/);
  const behind = deliverySummary({ ...told, status: 'pending', reason: 'order' });
  assert.match(behind.sentence, /an earlier delivery with the same ordering key isn’t finished/);
  assert.match(behind.todo ?? '', /Open the earlier delivery/);
  const attemptLog = [{ response: { status: 304 } }] as Attempt[]; // all that is read
  const notModified = deliverySummary({ ...told, reason: 'http_3xx', attemptLog });
  assert.doesNotMatch(`${notModified.sentence} ${notModified.todo}`, /redirect/);
  const at = '2026-01-02T03:04:05.000Z';
  const budget = deliverySummary({ ...told, status: 'retrying', reason: 'budget', nextAttemptAt: at });
  assert.deepEqual([budget.nextAt, /rate limit is reached/.test(budget.sentence)], [at, true]);
  const retrying = deliverySummary({ ...told, status: 'retrying', errorKind: 'timeout', nextAttemptAt: at });
  assert.deepEqual([retrying.nextAt, /timed out/.test(retrying.sentence)], [at, true]);
  const failed = { ...told, status: 'retrying', errorKind: 'http_5xx', nextAttemptAt: at } as const;
  const behindHold = deliverySummary(failed, 'breaker_open');
  assert.deepEqual(
    [behindHold.next, behindHold.nextAt],
    ['The next attempt is on hold because too many requests failed.', null],
  );
  assert.match(behindHold.todo ?? '', /Millrace will resume/);
});
