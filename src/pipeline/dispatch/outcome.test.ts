import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempt, settlement } from '../../journal/conformance/journal-samples.testing.ts';
import { type Step, stepOf } from '../attempt/next-step.ts';
import { effectsOf, type OutcomeState, usualEffects } from './outcome.ts';

const state: OutcomeState = { isHeld: false, isProbe: false, mostFail: () => false };
const good = { health: 'good', auth: { kind: 'accepted' }, peerSignal: 'good' } as const;

const step = (of: Partial<Step>): Step => ({ ...stepOf(settlement('dlv_1', { log: [attempt(1)] }), 1), ...of });
const kinds = (of: Partial<Step>, given: Partial<OutcomeState> = {}) =>
  effectsOf(step(of), { ...state, ...given }).map((effect) =>
    'scope' in effect && effect.kind === 'end_hold' ? `${effect.kind} ${effect.scope} ${effect.reason}` : effect.kind,
  );

test('a good response raises concurrency and counts for the breakers, with and without the list for the usual outcome', () => {
  assert.deepEqual(kinds(good), ['raise_concurrency', 'count_signal']);
  assert.deepEqual(usualEffects(step(good)), effectsOf(step(good), state));
  for (const other of [
    { health: 'neutral' },
    { peerSignal: null },
    { quota: { remaining: 1, resetMs: 1 } },
    { wait: { scope: 'connection', until: 1 } },
    { pausesDestination: true },
    { auth: { kind: 'rejected', detail: '' } },
  ] as const)
    assert.equal(usualEffects(step({ ...good, ...other })), null, JSON.stringify(other));
});

test('a good response ends the holds that a response set; a bad one only that of a connection whose destinations are well', () => {
  assert.deepEqual(kinds(good, { isHeld: true }), [
    'raise_concurrency',
    'end_hold connection auth_rejected',
    'end_hold destination breaker_open',
    'end_hold connection breaker_open',
    'count_signal',
  ]);
  const bad = { health: 'overloaded', peerSignal: 'bad' } as const;
  assert.deepEqual(kinds(bad, { isHeld: true }), [
    'lower_concurrency',
    'end_hold connection breaker_open',
    'count_signal',
  ]);
  assert.deepEqual(kinds(bad, { isHeld: true, mostFail: () => true }), ['lower_concurrency', 'count_signal']);
});

test('refused credentials hold the connection, and say nothing about other holds', () => {
  const refused = { auth: { kind: 'rejected', detail: '401' }, peerSignal: 'bad' } as const;
  assert.deepEqual(kinds(refused, { isHeld: true, isProbe: true }), ['hold_connection']);
});

test('a probe that was sent is postponed; one that was not leaves its turn to another delivery', () => {
  const isProbe = true;
  assert.deepEqual(kinds({ peerSignal: 'silent' }, { isHeld: true, isProbe }), ['count_signal', 'postpone_probe']);
  assert.deepEqual(kinds({ settlement: settlement('dlv_1', { log: [] }) }, { isHeld: true, isProbe }), []);
});

test('a quota, a pause that the peer asked for, and a destination that is gone', () => {
  const asked = { quota: { remaining: 0, resetMs: 1_000 }, wait: { scope: 'destination', until: 5 } } as const;
  assert.deepEqual(kinds({ ...good, ...asked, pausesDestination: true }), [
    'raise_concurrency',
    'learn_quota',
    'begin_pause',
    'count_signal',
    'pause_destination',
  ]);
});
