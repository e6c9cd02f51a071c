import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../../../contract/records/delivery.ts';
import type { ExplainedCondition } from '../../../contract/records/explanation.ts';
import { clauseWords, decisionAt, tally } from './decision.ts';
import { type ExplainedAction, eventSummary } from './event-summary.ts';

const isBuy: ExplainedCondition = {
  kind: 'comparison',
  pointer: '/all/0',
  result: false,
  parameter: 'wt.ev',
  operator: 'equals',
  value: 'buy',
  ignoreCase: false,
  isMissing: false,
  actual: 'look',
  isCut: false,
};
const action: ExplainedAction = {
  actionId: 'act_1',
  name: 'Bought',
  status: 'enabled',
  matched: false,
  decidedBy: '/all/0',
  explanation: { kind: 'all', pointer: '', result: false, conditions: [isBuy] },
  destinations: [],
  isShortened: false,
  error: null,
  deliveries: [],
};
const delivery: Delivery = {
  id: 'dlv_1',
  eventId: 'evt_1',
  actionId: 'act_1',
  destinationId: 'dst_1',
  connectionId: 'con_1',
  status: 'held',
  reason: 'destination_disabled',
  detail: null,
  errorKind: null,
  attempts: 0,
  nextAttemptAt: null,
  createdAt: '2026-01-02T03:04:05.000Z',
  finishedAt: null,
  test: false,
  replayId: null,
  replayOf: null,
  replayedBy: null,
};

test('the reason why nothing was sent names the deciding clause and the value of the event', () => {
  assert.deepEqual(eventSummary({ actions: [action] }, true), [
    'Nothing was sent: the only action doesn’t match this event.',
    'Bought: expected wt.ev is “buy”, got “look”.',
  ]);
  const missing = { ...action, explanation: { ...isBuy, isMissing: true, actual: null } };
  assert.match(eventSummary({ actions: [missing] }, true)[1] ?? '', /this event has no wt\.ev\.$/);
  assert.doesNotMatch(eventSummary({ actions: [action] }, false).join(' '), /look/);
});

test('a value that is compared by size says when it is no number', () => {
  const comparison = { ...isBuy, operator: 'greaterThan' as const, parameter: 'total', value: '100' };
  const why = (actual: string) =>
    eventSummary({ actions: [{ ...action, explanation: { ...comparison, actual } }] }, true)[1] ?? '';
  assert.match(why('189,90'), /greater than “100”, got “189,90”, which is neither a number nor a time\.$/);
  assert.match(why('99'), /got “99”\.$/);
  assert.match(why('2026-01-02T03:04:05Z'), /got “2026-01-02T03:04:05Z”\.$/);
});

test('what is held, failed and delivered is counted, with the reason', () => {
  const deliveries = [delivery, { ...delivery, status: 'delivered' as const, reason: null }];
  assert.deepEqual(eventSummary({ actions: [{ ...action, matched: true, deliveries }] }, true), [
    '1 delivery on hold because the destination is disabled.',
    'Delivered to 1 destination.',
  ]);
});

test('deliveries that failed for different reasons are told apart', () => {
  const failed = (reason: Delivery['reason']) => ({ ...delivery, status: 'failed' as const, reason });
  const deliveries = [failed('blocked'), failed('http_4xx'), failed('blocked')];
  assert.deepEqual(eventSummary({ actions: [{ ...action, matched: true, deliveries }] }, true), [
    '2 deliveries failed: this server blocks requests to that address.',
    '1 delivery failed: the destination rejected the request.',
  ]);
});

test('a destination that received an event twice, the second time by a replay, is one destination', () => {
  const sent = { ...delivery, status: 'delivered' as const, reason: null };
  const deliveries = [sent, { ...sent, id: 'dlv_2', replayId: 'rpl_1', replayOf: 'dlv_1' }];
  const told = eventSummary({ actions: [{ ...action, matched: true, deliveries }] }, true);
  assert.deepEqual(told, ['Delivered to 1 destination.']);
});

test('a disabled Action that would match, one that matches only now, and no Action at all are told apart', () => {
  const said = (...actions: ExplainedAction[]) => eventSummary({ actions }, true)[0] ?? '';
  assert.match(said({ ...action, matched: true, status: 'disabled' }), /Bought matches, but is disabled/);
  assert.match(said({ ...action, matched: true }), /didn’t when the event was received/);
  assert.match(said(), /no actions yet/);
});

test('a clause under “not” is worded as the expected opposite', () => {
  const tree: ExplainedCondition = { kind: 'not', pointer: '', result: false, condition: { ...isBuy, result: true } };
  const found = decisionAt(tree, '/all/0');
  assert.ok(found?.isNegated === true);
  assert.equal(clauseWords(found.leaf, found.isNegated), 'wt.ev is not “buy”');
  // It is true, and had to be false.
  assert.deepEqual(tally(tree), { all: 1, passed: 0 });
});

test('of several alternatives that are all false, none is named as the deciding one', () => {
  const group = {
    kind: 'any' as const,
    pointer: '/all/0',
    result: false,
    conditions: ['buy', 'look'].map((value, at) => ({ ...isBuy, pointer: `/all/0/any/${at}`, value })),
  };
  const explanation = { kind: 'all' as const, pointer: '', result: false, conditions: [group] };
  const [, why] = eventSummary({ actions: [{ ...action, decidedBy: '/all/0', explanation }] }, true);
  assert.equal(why, 'Expected any of: wt.ev is “buy”; wt.ev is “look”.');
});

test('a failed delivery that a replay delivered does not count as failed', () => {
  const replayedBy = { deliveryId: 'dlv_2', replayId: 'rpl_1', status: 'delivered' as const };
  const failed = { ...delivery, status: 'failed' as const, reason: 'http_4xx' as const, replayedBy };
  const again = { ...delivery, status: 'delivered' as const, reason: null, replayId: 'rpl_1', replayOf: 'dlv_1' };
  assert.deepEqual(eventSummary({ actions: [{ ...action, matched: true, deliveries: [failed, again] }] }, true), [
    '1 delivery failed first; a replay sent it again and delivered it.',
    'Delivered to 1 destination.',
  ]);
});
