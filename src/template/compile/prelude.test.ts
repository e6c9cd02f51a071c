import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { REFERENCE } from '../check/reference.ts';
import { bodyOf, renderInVm } from '../testing/render-in-vm.testing.ts';
import { composeProgram } from './program.ts';

const TEXTS = [
  '',
  'a',
  'abc',
  'Zürich 😀 \u0000 é',
  'x'.repeat(55),
  'x'.repeat(56),
  'x'.repeat(63),
  'x'.repeat(64),
  'x'.repeat(65),
  'é'.repeat(500),
  'lone \ud800 surrogate \udc00',
];

const none = { escape: 'none' } as const;
const lines = (expression: string): string[] =>
  JSON.parse(
    bodyOf(
      `{{! return it.data.map((d) => ${expression}) }}`,
      TEXTS.map((t) => ({ t })),
      none,
    ),
  );

test('sha256, md5, hmac and base64 agree with node:crypto', () => {
  assert.deepEqual(
    lines('sha256(d.t)'),
    TEXTS.map((text) => createHash('sha256').update(text).digest('hex')),
  );
  assert.deepEqual(
    lines('md5(d.t)'),
    TEXTS.map((text) => createHash('md5').update(text).digest('hex')),
  );
  assert.deepEqual(
    lines('base64(d.t)'),
    TEXTS.map((text) => Buffer.from(text).toString('base64')),
  );
  for (const key of ['k', 'é'.repeat(40), 'y'.repeat(64), 'z'.repeat(200)]) {
    for (const algorithm of ['sha256', 'md5']) {
      assert.deepEqual(
        lines(`hmac(${JSON.stringify(key)}, d.t, '${algorithm}')`),
        TEXTS.map((text) => createHmac(algorithm, key).update(text).digest('hex')),
      );
    }
  }
  assert.equal(bodyOf("{{! return hmac('k', 'v') }}"), createHmac('sha256', 'k').update('v').digest('hex'));
});

test('hmac refuses an unknown algorithm', () => {
  const output = renderInVm("{{! return hmac('k', 'v', 'sha512') }}");
  assert.match(output.kind === 'failed' ? output.reason : '', /sha256 and md5, not sha512/);
});

test('filters return the same as the functions', () => {
  assert.equal(bodyOf("{{ 'abc' | sha256 }}"), createHash('sha256').update('abc').digest('hex'));
  assert.equal(bodyOf("{{ 'abc' | md5 }}"), createHash('md5').update('abc').digest('hex'));
  assert.equal(bodyOf("{{ 'abc' | hmac('k') }}"), createHmac('sha256', 'k').update('abc').digest('hex'));
  assert.equal(bodyOf("{{ 'abc' | hmac('k', 'md5') }}"), createHmac('md5', 'k').update('abc').digest('hex'));
  assert.equal(bodyOf("{{ 'é' | base64 }}"), 'w6k=');
});

test('filters keep a missing value missing, and default replaces it', () => {
  for (const filter of [
    'json',
    'upper',
    'lower',
    'trim',
    'url',
    'base64',
    'sha256',
    'md5',
    "hmac('k')",
    'date',
    'number',
  ]) {
    assert.equal(bodyOf(`[{{ it.data[0].no | ${filter} }}]`), '[]', filter);
  }
  assert.equal(bodyOf("{{ it.data[0].a | default('x') }}{{ null | default('x') }}{{ '' | default('x') }}"), 'xxx');
  assert.equal(bodyOf("{{ 0 | default('x') }}{{ false | default('x') }}"), '0false');
});

test('a name that a template declares does not change the filters', () => {
  assert.equal(bodyOf("{{! const sha256 = () => 'mine', base64 = 1 }}{{ 'abc' | base64 }}{{ sha256() }}"), 'YWJjmine');
});

test('date reads ISO text and Unix times, and writes patterns in UTC', () => {
  const date = (value: unknown, pattern?: string) =>
    bodyOf(`{{ it.data[0].v | date(${pattern === undefined ? '' : JSON.stringify(pattern)}) }}`, [{ v: value }], none);
  assert.equal(date('2024-02-03T04:05:06Z'), '2024-02-03T04:05:06.000Z');
  assert.equal(date('2024-02-03T04:05:06.123456+02:00'), '2024-02-03T02:05:06.123Z');
  assert.equal(date('2024-02-03 04:05+0200'), '2024-02-03T02:05:00.000Z');
  assert.equal(date('2024-02-03T04:05:06'), '2024-02-03T04:05:06.000Z');
  assert.equal(date('2024-02-03'), '2024-02-03T00:00:00.000Z');
  assert.equal(date(1700000000), '2023-11-14T22:13:20.000Z');
  assert.equal(date('1700000000'), '2023-11-14T22:13:20.000Z');
  assert.equal(date('1700000000123'), '2023-11-14T22:13:20.123Z');
  assert.equal(date(1700000000.5, 'unixms'), '1700000000500');
  assert.equal(date('2023-11-14T22:13:20.999Z', 'unix'), '1700000000');
  assert.equal(date('2024-02-03T04:05:06.007Z', 'dd.MM.yy HH:mm:ss,SSS yyyy'), '03.02.24 04:05:06,007 2024');
  assert.equal(bodyOf("{{ new Date(0) | date('yyyy') }}"), '1970');
  for (const bad of ['soon', '2024-13-01', '03/02/2024', '1e99', {}]) {
    assert.equal(renderInVm('{{ it.data[0].v | date }}', { data: [{ v: bad }] }).kind, 'failed', String(bad));
  }
});

test('number reads numbers and rounds to decimals', () => {
  const number = (value: unknown, decimals = '') =>
    bodyOf(`{{ it.data[0].v | number(${decimals}) }}`, [{ v: value }], none);
  assert.equal(number('12.50'), '12.5');
  assert.equal(number(' 7 '), '7');
  assert.equal(number('12.345', '2'), '12.35');
  assert.equal(number(3, '2'), '3.00');
  for (const [value, decimals] of [
    ['1,5', ''],
    ['abc', '2'],
    [' ', ''],
    [1, '21'],
    [1, '-1'],
  ] as const) {
    assert.equal(
      renderInVm(`{{ it.data[0].v | number(${decimals}) }}`, { data: [{ v: value }] }).kind,
      'failed',
      String(value),
    );
  }
});

test('uuid makes version 4 UUIDs', () => {
  assert.match(bodyOf('{{ uuid() }}'), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a program includes only the functions it uses', () => {
  const sourceOf = (template: string) => {
    const composed = composeProgram({
      template,
      escape: 'auto',
      contentType: '',
      path: '',
      headers: [],
      mapping: null,
    });
    return composed.ok ? composed.program.source : '';
  };
  assert.ok(!sourceOf('{{ it.x | upper }}').includes('sha256'));
  assert.ok(!sourceOf('{{ it.x | sha256 }}').includes('$$md5'));
  assert.ok(sourceOf('{{ eval("md5(1)") }}').includes('const md5='));
});

test('every example of the reference works and has the documented output', () => {
  const input = { data: [{ name: 'Ada', total: '12.5' }], events: [{ id: 'e1' }], meta: { time: '2024-01-01' } };
  for (const { name, kind, example, prints } of REFERENCE) {
    const output = renderInVm(example, input, none);
    const said = prints === undefined || (output.kind === 'body' ? output.body === prints : prints === '');
    assert.ok(output.kind === 'body' || prints === '', `${kind} ${name}: ${JSON.stringify(output)}`);
    assert.ok(said, `${kind} ${name}: ${JSON.stringify(output)} is not ${prints}`);
  }
});
