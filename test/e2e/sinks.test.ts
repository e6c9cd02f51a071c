import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeAnswer } from '../../src/egress/fake/fake-egress.testing.ts';
import { startRig, wire } from '../support/rig.ts';
import { type BatchSink, batchSinks } from './sinks/batch-sinks.ts';
import { judgingSinks } from './sinks/judging-sinks.ts';
import type { Sink } from './sinks/sink.ts';
import { failingSinks, statusSinks } from './sinks/status-sinks.ts';
import { waitingSinks } from './sinks/waiting-sinks.ts';

const goodToken: FakeAnswer = { status: 200, body: '{"access_token":"abc","token_type":"bearer","expires_in":3600}' };

/** Delivers to a sink on a clock that stands still, and gives how the last delivery stands. */
async function deliverTo({
  answers,
  tokens = [goodToken],
  auth,
  settings,
  destination,
  events = 1,
  afterMs = 0,
}: Sink) {
  const used = { answers: 0, tokens: 0 };
  const next = (list: readonly FakeAnswer[], count: number) => list[Math.min(count, list.length - 1)] ?? goodToken;
  await using rig = await startRig({
    handler: ({ url }) =>
      url.startsWith('https://login.example') ? next(tokens, used.tokens++) : next(answers, used.answers++),
  });
  await wire(rig, {
    connection: { ...(auth && { auth }), ...(settings && { settings }) },
    destination: { ...(destination && { settings: destination }) },
  });
  const startedAt = rig.clock.now();
  for (let event = 0; event < events; event++) {
    await rig.send({});
    await rig.clock.advance(0);
  }
  if (afterMs > 0) await rig.clock.advance(afterMs);
  assert.deepEqual(rig.failures, []);
  const last = (await rig.deliveries()).at(-1) ?? assert.fail('nothing was planned');
  const { status, reason, errorKind, attempts, attemptLog = [], nextAttemptAt } = last;
  return {
    stands: { status, reason, errorKind, attempts, counted: attemptLog.map((one) => one.counted) },
    nextMs: nextAttemptAt === null ? null : Date.parse(nextAttemptAt) - startedAt,
  };
}

for (const [what, sinks] of Object.entries({
  'each status is delivered, retried or failed as its class says': statusSinks,
  'no answer and many failures: retried on the schedule, held when there is no sense in more': failingSinks,
  'waits that a peer asks for, and counts that it tells, are obeyed and cost no attempt': waitingSinks,
  'outcome rules, refused credentials and tokens that end: each as the destination and connection say': judgingSinks,
}))
  test(`${what} (${sinks.length} sinks)`, async () => {
    for (const sink of sinks) {
      const { what: told, stands, nextMs } = sink;
      assert.deepEqual({ told, ...(await deliverTo(sink)) }, { told, stands, nextMs });
    }
  });

/** Sends four records in one batch, and gives how each stands when what can be done at once is done. */
async function batchTo({ answer, outcomes = [], auth }: BatchSink) {
  await using rig = await startRig({
    handler: ({ body }, request) =>
      answer(
        JSON.parse(String(body)).map(({ n }: { n: string }) => n),
        request,
      ),
  });
  await wire(rig, {
    connection: { ...(auth && { auth }) },
    destination: {
      template: '{{! return JSON.stringify(it.data); }}',
      settings: { batch: { records: 4, waitMs: 0 }, outcomes },
    },
  });
  await rig.send(...Array.from({ length: 4 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(1);
  assert.deepEqual(rig.failures, []);
  const stands = (await rig.deliveries()).map(({ status, reason, attempts }) => [status, reason, attempts]);
  return { stands, requests: rig.egress.requests.length };
}

test(`what a peer says of a batch and of single records in it is told of each delivery (${batchSinks.length} sinks)`, async () => {
  for (const sink of batchSinks) {
    const { what, stands, requests } = sink;
    assert.deepEqual({ what, ...(await batchTo(sink)) }, { what, stands, requests });
  }
});
