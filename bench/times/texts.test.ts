import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparison } from '../../src/contract/documents/condition.ts';
import { fieldPrivacy } from '../../src/contract/documents/privacy.ts';
import type { IncomingEvent } from '../../src/contract/records/event.ts';
import { checkUrl, createGuard } from '../../src/egress/guard/guard.ts';
import { compileMasks } from '../../src/pipeline/field-masks.ts';
import { compileComparison } from '../../src/rules/comparison.ts';
import { compileWildcard } from '../../src/rules/wildcard.ts';
import { leastUs } from '../../test/support/processor-time.ts';

test('the time of a hostile pattern grows with the text alone', () => {
  const text = 'a'.repeat(60_000);
  const read = () => {
    let sum = 0;
    for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
    return sum;
  };
  const scan = leastUs(read, { times: 200 });
  const patterns = [
    `*${'a'.repeat(252)}b*`,
    `*b${'a'.repeat(252)}*`,
    `*${'a?'.repeat(126)}b*`,
    `${'a*'.repeat(126)}b*`,
    `*${'?'.repeat(250)}b*?`,
    `*${'a'.repeat(125)}b*${'a'.repeat(125)}b*`,
  ];
  for (const pattern of patterns) {
    const fits = compileWildcard(pattern);
    assert.equal(fits(text), false);
    const times = leastUs(() => fits(text)) / scan;
    // A backtracking search takes thousands of times as long as reading the text once.
    assert.ok(times < 500, `${pattern.slice(0, 20)}… took ${Math.round(times)} times as long as reading the text`);
  }
});

test('regular expressions and numbers compare hostile texts in linear time', () => {
  const long = 'a'.repeat(65_000);
  for (const [operator, value, text] of [
    ['regex', '^(a+)+$', `${long}b`],
    ['regex', '^(a|aa|a?)*b$', long],
    ['greaterThan', '1', `${'1'.repeat(65_000)}x`],
  ]) {
    const compiled = compileComparison(comparison.parse({ parameter: 'p', operator, value }));
    assert.ok(compiled.ok);
    // A backtracking engine would take years.
    assert.ok(leastUs(() => compiled.judge(text), { runs: 2 }) < 1_000_000, operator);
  }
});

test("masks by patterns with many stars, and senders' names, cost little", () => {
  const masks = compileMasks([fieldPrivacy.parse({ drop: [`${'*a'.repeat(100)}*b`.slice(0, 255)] })], String);
  const event = (data: IncomingEvent['data']): IncomingEvent => ({
    ...{ name: null, visitorId: null, anonymousId: null, sessionId: null, occurredAt: '2026-01-01T00:00:00.000Z' },
    ...{ data, ext: {}, session: {}, source: { collectorId: 'col_1', format: 'infinity' }, identity: null },
  });
  let sent = 0;
  const us = leastUs(() => masks?.(event({ [`${'a'.repeat(2_000)}${++sent}`]: 'x' })), { times: 100 });
  assert.ok(us < 7_000, `${us} µs`);
});

test('a path of any number of nested escapes is judged in time that grows with its length alone', () => {
  const ownListeners = () => [{ address: '127.0.0.1', port: 8787, hasInbox: true }];
  const guard = createGuard({ allow: [], ownListeners, isInboxOpen: () => true });
  const us = leastUs(() => checkUrl(guard, `http://127.0.0.1:8787/inbox/x/%${'25'.repeat(100_000)}`));
  assert.ok(us < 1_000_000, `${us} µs`);
});
