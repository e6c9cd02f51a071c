import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EgressOutcome } from '../egress/egress.ts';
import { type Exchange, judge, type Verdict } from './judge.ts';
import { judgeRecords } from './judge-records.ts';

/** Keys with a meaning in JavaScript, and keys used by the rules below. */
const key = fc.constantFrom(
  'toString',
  'valueOf',
  '__proto__',
  'constructor',
  'toJSON',
  'length',
  'then',
  'id',
  'at',
  '0',
);

const scalar = fc.constantFrom<unknown>(
  0,
  1,
  -1,
  1e308,
  2 ** 53,
  0.5,
  '',
  '0',
  '1',
  ' 1 ',
  '0x1',
  'a',
  true,
  false,
  null,
);

/** JSON as text, since an object literal would set a prototype where `JSON.parse` makes a key. */
const { json } = fc.letrec<{ json: string; node: string }>((tie) => ({
  json: fc.oneof(
    { weight: 9, arbitrary: tie('node') },
    { weight: 1, arbitrary: fc.constantFrom(100, 5_000).map(nested) },
  ),
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar.map((value) => JSON.stringify(value)),
    fc.constantFrom('1e999', '-0', '123456789012345678901234567890', '"\\ud800"'),
    fc.array(tie('node'), { maxLength: 4 }).map((items) => `[${items}]`),
    fc
      .array(fc.tuple(key, tie('node')), { maxLength: 4 })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`)}}`),
  ),
}));

function nested(depth: number): string {
  return `${'[{"id":'.repeat(depth)}1${'}]'.repeat(depth)}`;
}

const path = fc.oneof(
  fc.constantFrom('', '$'),
  fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join('.')),
);
const scalarOrJson = fc.oneof(scalar, json.map((text): unknown => JSON.parse(text)).filter(isShallow));
const rule = fc.record(
  {
    when: fc.record(
      {
        status: fc.constantFrom(200, 500, '2xx', '200-499'),
        header: fc.record({ name: key, contains: fc.constantFrom('', 'a', '1') }),
        json: fc.record({ path, equals: scalarOrJson }),
      },
      { requiredKeys: [] },
    ),
    outcome: fc.constantFrom('success', 'warning', 'retry', 'fail', 'throttle'),
    items: fc.oneof(
      fc.record({ path, when: fc.record({ path, status: fc.constantFrom(1, '4xx', '0-9') }) }),
      fc.record({ path, when: fc.record({ path, exists: fc.boolean(), equals: scalarOrJson }) }),
      fc.record({ path, index: path }),
      fc.record({ path, id: fc.record({ path, field: key }) }),
    ),
  },
  { requiredKeys: ['when', 'outcome'] },
) as fc.Arbitrary<Exchange['settings']['outcomes'][number]>; // the parts that are left out are optional

const headerValue = fc.oneof(json, fc.constantFrom('', '-1', '9'.repeat(400), 'Thu, 01 Jan 1970 00:00:00 GMT'));
const exchange = fc
  .record({
    status: fc.constantFrom(100, 200, 204, 302, 400, 401, 408, 410, 413, 422, 429, 500, 501, 503, 599, 600, 999),
    headers: fc.array(fc.tuple(fc.constantFrom('Retry-After', 'toString', 'content-type'), headerValue), {
      maxLength: 3,
    }),
    body: fc.oneof(
      json.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 9 }),
    ),
    truncated: fc.boolean(),
    outcomes: fc.array(rule, { maxLength: 3 }),
    records: fc.array(json.map((text): unknown => JSON.parse(text)).filter(isRecord), { minLength: 1, maxLength: 4 }),
    waitedMs: fc.constantFrom(0, 86_400_000),
  })
  .map(({ outcomes, records, waitedMs, ...answer }) => {
    const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1 };
    const outcome: EgressOutcome = { kind: 'response', ...answer, timings, resends: 0 };
    const settings = { outcomes, onTimeout: 'retry' as const };
    const given: Exchange = {
      outcome,
      auth: { type: 'none' },
      settings,
      isTokenFresh: false,
      isResend: false,
      waitedMs,
      now: 0,
    };
    return { given, records };
  });

test('whatever JSON a destination responds with and an event contains, every record gets a verdict with a finite wait', () => {
  fc.assert(
    fc.property(exchange, ({ given, records }) => {
      const { whole, each } = judgeRecords(given, records);
      assert.ok(each === null || each.length === records.length);
      for (const verdict of [judge(given), whole, ...(each ?? [])]) assertFinite(verdict);
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

function assertFinite(verdict: Verdict) {
  if (verdict.kind !== 'retry' || verdict.retryAfterMs === null) return;
  assert.ok(verdict.retryAfterMs > 0 && verdict.retryAfterMs <= 86_400_000, `${verdict.retryAfterMs} ms`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a rule is written by a person. */
function isShallow(value: unknown): boolean {
  try {
    return JSON.stringify(value).length < 1_000;
  } catch {
    return false;
  }
}
