import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryPolicy } from '../../contract/documents/connection.ts';
import type { Verdict } from '../../destinations/judge.ts';
import { attempt, dueDelivery, rendered } from '../../journal/conformance/journal-samples.testing.ts';
import { finishTest, stepAfter } from './next-step.ts';
import type { Attempted } from './work.ts';

const policy = retryPolicy.parse({});

const now = 1_700_000_000_000;
const body = rendered('{}');

/** A delivery that failed twice, and waited 4 s for its peer. */
const due = dueDelivery({
  createdAt: now - 60_000,
  dueAt: now - 10,
  number: 2,
  attempts: 2,
  scheduleStep: 1,
  waitedMs: 4_000,
});

function after(attempted: Attempted, of: Partial<typeof due> = {}) {
  return stepAfter(attempted, { delivery: { ...due, ...of }, policy, now, random: () => 0 });
}

const responded = attempt(3);
const failing = (kind: 'connect' | 'timeout') =>
  attempt(3, { withoutExchange: true, error: { kind, message: 'It failed.' } });

function judged(verdict: Verdict, log = [responded], of: Partial<typeof due> = {}) {
  return after({ kind: 'judged', rendered: body, verdict, each: null, log }, of);
}

const retry = {
  kind: 'retry',
  errorKind: 'http_5xx',
  detail: 'HTTP 500.',
  counted: true,
  retryAfterMs: null,
  waitScope: null,
  pausesDestination: false,
} as const;
const failed = {
  kind: 'failed',
  reason: 'http_4xx',
  errorKind: 'http_4xx',
  detail: 'HTTP 410.',
  pausesDestination: true,
} as const;
const refused = { kind: 'auth_refused', refresh: false, errorKind: 'auth', detail: 'HTTP 401.' } as const;

type Step = ReturnType<typeof after>;
/** What the step does with the delivery, and its effects on others. */
const next = ({ settlement: { status, reason, attempts, scheduleStep, waitedMs, dueAt } }: Step) =>
  [status, reason, attempts, scheduleStep, waitedMs, dueAt === null ? null : dueAt - now] as const;
const effects = ({ sent, health, auth, peerSignal, pausesDestination }: Step) => [
  sent,
  health,
  auth?.kind ?? null,
  peerSignal,
  pausesDestination,
];

test('each outcome of a request moves the delivery, its counts and the limits of its peer', () => {
  const delivered = judged({ kind: 'delivered', warning: null });
  assert.deepEqual(next(delivered), ['delivered', null, 3, 1, 4_000, null]);
  assert.deepEqual(effects(delivered), [1, 'good', 'accepted', 'good', false]);
  assert.deepEqual([delivered.settlement.rendered, delivered.settlement.log], [body, [responded]]);
  const headers: [string, string][] = [
    ['RateLimit-Remaining', '3'],
    ['RateLimit-Reset', '10'],
  ];
  const log = [{ ...responded, response: { status: 200, headers, body: null, truncated: false } }];
  assert.deepEqual(judged({ kind: 'delivered', warning: null }, log).quota, { remaining: 3, resetMs: 10_000 });

  const gone = judged(failed);
  assert.deepEqual(next(gone), ['failed', 'http_4xx', 3, 1, 4_000, null]);
  assert.deepEqual(effects(gone), [1, 'good', 'accepted', 'good', true]);
  const blocked = judged({ ...failed, reason: 'blocked', errorKind: 'blocked', pausesDestination: false });
  assert.deepEqual(effects(blocked).slice(1), ['neutral', null, null, false], 'nothing was sent');

  const split = judged({ kind: 'split', errorKind: 'http_4xx', detail: 'HTTP 413.' });
  assert.deepEqual(next(split), ['retrying', null, 2, 1, 4_000, -10]);
  assert.deepEqual(effects(split), [1, 'good', 'accepted', 'good', false]);

  const unknown = judged({ kind: 'held', reason: 'unknown_outcome', errorKind: 'timeout', detail: 'Timed out.' }, [
    failing('timeout'),
  ]);
  assert.deepEqual(next(unknown), ['held', 'unknown_outcome', 3, 1, 4_000, null]);
  assert.deepEqual(effects(unknown), [1, 'overloaded', null, 'silent', false]);

  assert.deepEqual(next(judged(refused)), ['retrying', null, 2, 1, 4_000, -10]);
  assert.deepEqual(next(judged(refused, [responded], { attempts: 0 }))[0], 'pending');
  assert.deepEqual(next(judged(refused, [responded], { attempts: 1 }))[0], 'retrying');
  assert.deepEqual(effects(judged(refused)), [1, 'neutral', 'rejected', null, false]);
});

test('a failure follows the schedule until it is used up, and a wait that the peer asked for uses no step of it', () => {
  const again = judged(retry);
  assert.deepEqual(next(again), ['retrying', null, 3, 2, 4_000, 60_000]);
  assert.deepEqual([effects(again), again.wait], [[1, 'overloaded', null, 'bad', false], null]);
  assert.deepEqual(next(judged(retry, [responded], { scheduleStep: 8 })), ['held', 'exhausted', 3, 9, 4_000, null]);
  // An outcome rule sets the time of its retry.
  assert.deepEqual(next(judged({ ...retry, retryAfterMs: 700 })), ['retrying', null, 3, 2, 4_000, 700]);
  assert.equal(judged({ ...retry, retryAfterMs: 700 }).wait, null);

  const asked = judged({ ...retry, counted: false, retryAfterMs: 9_000, waitScope: 'destination' });
  assert.deepEqual(next(asked), ['retrying', null, 2, 1, 13_000, 0]);
  assert.deepEqual(effects(asked), [1, 'overloaded', null, null, false]);
  assert.deepEqual(asked.wait, { scope: 'destination', until: now + 9_000 });

  assert.deepEqual(effects(judged({ ...retry, errorKind: 'http_429' })), [1, 'overloaded', null, null, false]);
  assert.deepEqual(effects(judged({ ...retry, pausesDestination: true })), [1, 'overloaded', null, null, true]);
  assert.deepEqual(effects(judged(retry, [failing('timeout')])), [1, 'overloaded', null, 'silent', false]);
  assert.deepEqual(effects(judged(retry, [failing('connect')]))[0], 0, 'a request without a connection was not sent');
  assert.deepEqual(effects(judged(retry, [failing('connect'), responded]))[0], 1);
});

test('what was not sent says nothing about the peer; only an attempt that could have been sent counts', () => {
  const nothing = (rendering: Extract<Attempted, { kind: 'nothing' }>['rendering']) =>
    after({ kind: 'nothing', rendering });
  const skipped = nothing({ kind: 'skipped', reason: 'It returned nothing.' });
  assert.deepEqual(next(skipped), ['skipped', 'template_skipped', 2, 1, 4_000, null]);
  const error = { kind: 'failed', reason: 'Not defined.' } as const;
  const details = [
    [null, null],
    [3, null],
    [3, 7],
  ].map(([line = null, column = null]) => nothing({ ...error, line, column }).settlement.detail);
  assert.deepEqual(details, ['Not defined.', 'Line 3: Not defined.', 'Line 3, column 7: Not defined.']);
  const wrong = nothing({ ...error, line: null, column: null });
  assert.deepEqual(next(wrong), ['failed', 'template_error', 2, 1, 4_000, null]);

  const unbuilt = (reason: 'blocked' | 'template_error') =>
    after({ kind: 'unbuilt', rendered: body, reason, detail: 'No.', log: [] });
  assert.deepEqual(next(unbuilt('blocked')), ['failed', 'blocked', 3, 1, 4_000, null]);
  assert.deepEqual(next(unbuilt('template_error')), ['failed', 'template_error', 2, 1, 4_000, null]);
  assert.equal(unbuilt('blocked').settlement.rendered, body);

  const log = [responded, attempt(4, { error: { kind: 'internal_error', message: 'A bug.' } })];
  const errored = (content: typeof body | null) => after({ kind: 'errored', rendered: content, detail: 'A bug.', log });
  assert.deepEqual(next(errored(body)), ['retrying', null, 3, 2, 4_000, 60_000]);
  assert.deepEqual([errored(body).settlement.rendered, 'rendered' in errored(null).settlement], [body, false]);
  for (const step of [skipped, wrong, unbuilt('blocked')])
    assert.deepEqual(effects(step), [0, 'neutral', null, null, false]);
  assert.deepEqual(effects(errored(body)), [1, 'neutral', null, null, false], 'the request before was sent');
});

test('a delivery without a token waits for it; a refused one holds the connection, an outage uses up a step', () => {
  const log = [responded, failing('connect')];
  const unauthorized = (
    refusal: Extract<Attempted, { kind: 'unauthorized' }>['refusal'],
    of: Partial<typeof due> = {},
  ) => after({ kind: 'unauthorized', rendered: body, refusal, detail: 'No token.', log }, of);
  const rejected = unauthorized('rejected');
  assert.deepEqual(next(rejected), ['retrying', null, 2, 1, 4_000, -10]);
  assert.deepEqual([rejected.auth, rejected.sent], [{ kind: 'rejected', detail: 'No token.' }, 1]);
  const temporary = unauthorized('temporary');
  assert.deepEqual(next(temporary), ['retrying', null, 3, 2, 4_000, 60_000]);
  assert.deepEqual([temporary.auth, temporary.settlement.log], [null, log]);
  const waiting = unauthorized('waiting');
  assert.deepEqual(next(waiting), ['retrying', null, 2, 1, 4_000, -10]);
  assert.deepEqual([waiting.auth, waiting.settlement.log], [null, [responded]], 'waiting is no attempt');
  assert.deepEqual(unauthorized('waiting', { test: true }).settlement.log, log);
});

test('a test is sent once: what an ordinary delivery would repeat or hold fails it, with the reason of its error', () => {
  const end = (step: Step) => {
    const { status, reason, dueAt } = finishTest(step);
    return [status, reason, dueAt];
  };
  assert.deepEqual(end(judged({ kind: 'delivered', warning: null })), ['delivered', null, null]);
  assert.deepEqual(end(judged(failed)), ['failed', 'http_4xx', null]);
  const skipped = after({ kind: 'nothing', rendering: { kind: 'skipped', reason: 'Nothing.' } });
  assert.deepEqual(end(skipped), ['skipped', 'template_skipped', null]);
  assert.deepEqual(end(judged(refused)), ['failed', 'auth_rejected', null]);
  const held = { kind: 'held', reason: 'unknown_outcome', errorKind: 'timeout', detail: 'Timed out.' } as const;
  assert.deepEqual(end(judged(held)), ['failed', 'unknown_outcome', null]);
  const reasons = {
    http_429: 'http_4xx',
    http_3xx: 'http_3xx',
    http_4xx: 'http_4xx',
    http_5xx: 'http_5xx',
    protocol: 'protocol',
    internal_error: 'internal_error',
    connect: 'unreachable',
    timeout: 'unreachable',
  } as const;
  for (const [errorKind, reason] of Object.entries(reasons) as [keyof typeof reasons, string][])
    for (const scheduleStep of [1, 8])
      assert.deepEqual(end(judged({ ...retry, errorKind }, [responded], { scheduleStep })), ['failed', reason, null]);
});
