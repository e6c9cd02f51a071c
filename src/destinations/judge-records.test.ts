import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EgressOutcome } from '../egress/egress.ts';
import type { Exchange } from './judge.ts';
import { judgeRecords } from './judge-records.ts';

type Rules = Exchange['settings']['outcomes'];

function answer(status: number, body = '', truncated = false, headers: [string, string][] = []): EgressOutcome {
  const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1 };
  return { kind: 'response', status, headers, body: Buffer.from(body), truncated, timings, resends: 0 };
}

function judged(outcome: EgressOutcome, outcomes: Rules, records: readonly Record<string, unknown>[]) {
  const settings = { outcomes, onTimeout: 'retry' as const };
  return judgeRecords(
    { outcome, auth: { type: 'none' }, settings, isTokenFresh: false, isResend: false, waitedMs: 0, now: 0 },
    records,
  );
}

test('rules about items decide about the records that a response names, in every common form, later rules about the others', () => {
  const records = [
    { email: 'a@example.com' },
    { email: 'b@example.com' },
    { email: 'c@example.com', n: 7 },
    { email: 'b@example.com' },
  ];
  const each = (items: Rules[number]['items'] & object, body: unknown, outcome: Rules[number]['outcome'] = 'fail') => {
    const rules = [{ when: {}, outcome, items }];
    return (
      judged(answer(200, JSON.stringify(body)), rules, records)
        .each?.map(({ kind }) => kind[0])
        .join('') ?? null
    );
  };
  const cases: [Rules[number]['items'] & object, unknown, string | null][] = [
    // Results in order: Salesforce, Firehose, Elasticsearch.
    [{ path: '', when: { path: 'success', equals: false } }, [{ success: true }, { success: false }], 'dfdd'],
    [
      { path: 'RequestResponses', when: { path: 'ErrorCode', exists: true } },
      { RequestResponses: [{ ErrorCode: 'x' }, {}, { ErrorCode: null }] },
      'fddd',
    ],
    [
      { path: 'items', when: { path: 'index.status', status: '4xx' } },
      { items: [{ index: { status: 201 } }, { index: { status: 400 } }] },
      'dfdd',
    ],
    // Errors with an index, and bare indices.
    [
      { path: 'insertErrors', index: 'index' },
      { insertErrors: [{ index: 3 }, { index: '1' }, { index: -1 }, { index: 4 }, {}] },
      'dfdf',
    ],
    [{ path: 'bad.event_type', index: '' }, { bad: { event_type: [0, 2] } }, 'fdfd'],
    // By a value of the record.
    [
      { path: 'failed', id: { path: 'mail', field: 'email' } },
      { failed: [{ mail: 'b@example.com' }, { mail: 'z' }, {}] },
      'dfdf',
    ],
    // One error about several records: HubSpot.
    [
      { path: 'errors', id: { path: 'context.ids', field: 'email' } },
      { errors: [{ context: { ids: ['a@example.com', 'c@example.com', { z: 1 }] } }, { context: {} }] },
      'fdfd',
    ],
    [{ path: 'failed', id: { path: '', field: 'n' } }, { failed: ['7'] }, 'ddfd'],
    [{ path: 'failed', id: { path: '', field: 'constructor' } }, { failed: ['x'] }, null],
    // Only numbers, text and booleans name a record: JSON objects may have keys such as toString.
    [
      { path: '', id: { path: 'id', field: 'n' } },
      [{ id: { toString: 1, valueOf: 1 } }, { id: [7] }, { id: '7' }],
      'ddfd',
    ],
    [
      { path: '', index: 'at' },
      [{ at: { toString: 1, valueOf: 1 } }, { at: null }, { at: '' }, { at: [1] }, { at: 2 }],
      'ddfd',
    ],
    [
      { path: '', when: { path: 'code', status: '4xx' } },
      [{ code: { valueOf: '4', toString: 1 } }, { code: [400] }, { code: '400' }],
      'ddfd',
    ],
    // The list is missing.
    [{ path: 'errors' }, {}, null],
    [{ path: 'errors' }, { errors: {} }, null],
    [{ path: 'errors', index: 'at' }, { errors: [] }, null],
  ];
  for (const [items, body, expected] of cases) assert.equal(each(items, body), expected, JSON.stringify(body));
  assert.equal(each({ path: 'errors', index: '' }, { errors: [1] }, 'retry'), 'drdd');
});

test('an event whose field holds an object with keys such as toString is named by no item', () => {
  const rules: Rules = [{ when: {}, outcome: 'fail', items: { path: '', id: { path: 'sku', field: 'sku' } } }];
  const records = [{ sku: JSON.parse('{"toString":"1","valueOf":"1"}') }, { sku: '1' }];
  const { each } = judged(answer(200, '[{"sku":"1"}]'), rules, records);
  assert.deepEqual(
    each?.map(({ kind }) => kind),
    ['delivered', 'failed'],
  );
});

test('a rule about items names the record that it decides about, unless it was sent alone', () => {
  const rules: Rules = [{ when: {}, outcome: 'fail', items: { path: '', when: { path: 'ok', equals: false } } }];
  const details = (items: object[]) =>
    judged(
      answer(200, JSON.stringify(items)),
      rules,
      items.map(() => ({})),
    ).each?.map((one) => (one.kind === 'failed' ? one.detail : one.kind));
  assert.deepEqual(details([{ ok: false }, { ok: true }, { ok: false }]), [
    'HTTP 200; an outcome rule says fail for record 1 of 3.',
    'delivered',
    'HTTP 200; an outcome rule says fail for record 3 of 3.',
  ]);
  assert.deepEqual(details([{ ok: false }]), ['HTTP 200; an outcome rule says fail.']);
});

test('a batch rejected as a whole is split, a single record fails, and rules come first', () => {
  for (const status of [400, 413, 422]) {
    const kind = (records: Record<string, unknown>[], outcomes: Rules = []) =>
      judged(answer(status), outcomes, records).whole.kind;
    assert.equal(kind([{}, {}]), 'split');
    assert.equal(kind([{}]), 'failed');
    assert.equal(kind([{}, {}], [{ when: { status }, outcome: 'success' }]), 'delivered');
  }
  assert.equal(judged(answer(404), [], [{}, {}]).whole.kind, 'failed');
});

test('items of a response that is too long to read are ignored', () => {
  const rules: Rules = [{ when: {}, outcome: 'fail', items: { path: '' } }];
  const { whole } = judged(answer(200, '[{"ok":true', true), rules, [{}, {}]);
  assert.ok(whole.kind === 'retry' && whole.errorKind === 'too_large' && whole.counted);
});

test('a compressed response, whose items are unreadable, is delivered with a warning', () => {
  const rules: Rules = [{ when: { status: '2xx' }, outcome: 'fail', items: { path: 'errors', index: 'index' } }];
  const warnings = [[], rules].map((outcomes) => {
    const { whole } = judged(answer(200, '\x1f', true, [['content-encoding', 'gzip']]), outcomes, [{}, {}]);
    return whole.kind === 'delivered' && whole.warning;
  });
  assert.deepEqual(warnings, [
    null,
    'HTTP 200; the response is compressed, so the results of its records are unknown.',
  ]);
});
