import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attempt } from '../../contract/records/delivery.ts';
import {
  attemptAt,
  attemptsAfter,
  attemptsText,
  inExchange,
  type PackedAttempt,
  requestAt,
  unpackAttempt,
} from './attempt-codec.ts';

const text = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\n', '\ud800', '\u2028', 'é'));
const ms = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true }));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const headers = fc.array(fc.tuple(text, text), { maxLength: 3 });
const timings = { queueMs: maybe(ms), tokenMs: maybe(ms), dnsMs: maybe(ms), connectMs: maybe(ms), tlsMs: maybe(ms) };
const bodyBytes = fc.oneof(fc.constant({}), fc.record({ bodyBytes: fc.nat() }));

const attempts: fc.Arbitrary<Attempt> = fc.record({
  id: fc.nat().map((n) => `att_${n}`),
  number: fc.integer({ min: 1, max: 50 }),
  counted: fc.boolean(),
  batchId: fc.constant(null),
  records: fc.constant(1),
  startedAt: fc.date({ min: new Date(0), noInvalidDate: true }).map((date) => date.toISOString()),
  durationMs: ms,
  timings: fc.record({ ...timings, firstByteMs: maybe(ms), totalMs: ms }),
  request: maybe(
    fc.tuple(fc.record({ method: text, url: text, headers, body: maybe(text) }), bodyBytes).map(([one, more]) => ({
      ...one,
      ...more,
    })),
  ),
  response: maybe(
    fc
      .tuple(fc.record({ status: fc.nat(), headers, body: maybe(text), truncated: fc.boolean() }), bodyBytes)
      .map(([one, more]) => ({ ...one, ...more })),
  ),
  error: maybe(fc.record({ kind: fc.constantFrom('timeout', 'http_5xx'), message: text })),
  outcome: fc.constantFrom('delivered', 'retry', 'failed'),
  versions: fc.record({ action: maybe(fc.nat()), destination: fc.nat(), connection: fc.nat() }),
});

test('an attempt is read from storage as it was written, with any text in any field', () => {
  fc.assert(
    fc.property(fc.array(attempts, { maxLength: 3 }), fc.boolean(), (log, isRendered) => {
      const body = isRendered ? (log[0]?.request?.body ?? undefined) : undefined;
      const written = attemptsText(log, body);
      const packed: PackedAttempt[] = written === '' ? [] : JSON.parse(written);
      assert.deepEqual(
        packed.map((one) => unpackAttempt(one, body, {})),
        structuredClone(log), // plain objects
      );
    }),
    { seed: 3, numRuns: 1_000 },
  );
});

test('responses with the same frozen headers are written like others', () => {
  const frozen = Object.freeze([Object.freeze(['a', '"1"'])]) as unknown as [string, string][]; // as the egress returns them
  const [one] = fc.sample(attempts, { seed: 1, numRuns: 1 });
  assert.ok(one);
  const of = (given: [string, string][]) => ({
    ...one,
    request: { method: 'POST', url: 'u', headers: [], body: null },
    error: null,
    response: { status: 200, headers: given, body: null, truncated: false },
  });
  const plain = attemptsText([of([['a', '"1"']])], undefined);
  assert.deepEqual([attemptsText([of(frozen)], undefined), attemptsText([of(frozen)], undefined)], [plain, plain]);
});

test('later attempts are those with higher numbers, and refer to a body that equals the rendered one', () => {
  fc.assert(
    fc.property(fc.array(attempts, { minLength: 1, maxLength: 4 }), fc.nat({ max: 50 }), (log, last) => {
      const body = log[0]?.request?.body ?? undefined;
      const later = attemptsAfter(last, attemptsText(log, undefined), body);
      const packed: PackedAttempt[] = JSON.parse(later);
      const expected = log.filter(({ number }) => number > last);
      assert.deepEqual(
        packed.map((one) => unpackAttempt(one, body, {})),
        structuredClone(expected), // plain objects
      );
      for (const { [attemptAt.request]: request } of packed)
        if (request !== null && request !== inExchange)
          assert.ok(body === undefined || request[requestAt.body] !== body);
    }),
    { seed: 3, numRuns: 300 },
  );
});
