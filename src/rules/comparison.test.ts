import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, comparison as comparisonSchema } from '../contract/documents/condition.ts';
import { operators } from '../contract/documents/operators.ts';
import { compileComparison } from './comparison.ts';

type Body = { operator: string; value?: unknown; ignoreCase?: boolean };

function holds(body: Body, value: unknown): boolean {
  const comparison: Comparison = comparisonSchema.parse({ parameter: 'p', ...body });
  const compiled = compileComparison(comparison);
  assert.ok(compiled.ok);
  return compiled.judge(value);
}

const valueFor = (operator: string): Pick<Body, 'value'> => {
  if (operator === 'exists' || operator === 'notExists') return {};
  if (operator === 'in' || operator === 'notIn') return { value: ['a'] };
  return { value: operator === 'between' ? ['a', 'b'] : 'a' };
};

test('a missing parameter matches notExists and nothing else', () => {
  for (const operator of operators)
    assert.equal(holds({ operator, ...valueFor(operator) }, undefined), operator === 'notExists', operator);
});

test('a present value without candidates (an object, an empty list) matches exists and the negative operators alone', () => {
  const expected = ['exists', 'notEquals', 'notContains', 'notMatches', 'notIn'];
  for (const value of [{}, { a: 'a' }, [], [{ a: 'a' }], [['a']]])
    for (const operator of operators)
      assert.equal(holds({ operator, ...valueFor(operator) }, value), expected.includes(operator), operator);
});

test('every operator, case by case', () => {
  const cases: [operator: string, value: unknown, holdsFor: unknown[], failsFor: unknown[]][] = [
    ['exists', undefined, ['', 'a', [], {}, 0, false], []],
    ['notExists', undefined, [], ['', 'a', []]],
    ['equals', 'a', ['a', 'a;b', 'b;a', ['a'], ['b', 'a']], ['A', 'ab', ' a', '', 'b;c', ['a;b']]],
    ['equals', 'a;b', ['a;b', ['a;b']], ['a', 'b;a', 'a;b;c']],
    ['equals', '', ['', 'a;', ';'], ['a', []]],
    ['equals', '1', ['1', 1, [1], ['1']], ['1.0', '01', true]],
    ['equals', 'true', ['true', true], [1]],
    ['notEquals', 'a', ['b', '', 'A', 'b;c', [], {}], ['a', 'a;b', ['b', 'a']]],
    ['contains', 'b', ['abc', 'a;b', ['x', 'aba']], ['', 'a', 'B']],
    ['contains', 'a;b', ['xa;bx'], ['a', 'b;a']],
    ['notContains', 'b', ['', 'a', 'a;c'], ['abc', 'a;b']],
    ['startsWith', 'a', ['a', 'ab', 'x;ab', ['x', 'ab']], ['ba', '']],
    ['endsWith', 'a', ['a', 'ba', 'ba;x'], ['ab', '']],
    ['matches', 'a*c', ['ac', 'abc', 'a*c', 'x;abc', ['abc'], 'a;b;c'], ['abcd', 'xabc', 'AC']],
    ['matches', 'a?c', ['abc', 'a?c', 'a😀c'], ['ac', 'abbc']],
    ['matches', '*', ['', 'a', ['']], [[], {}]],
    ['matches', 'a.c', ['a.c'], ['abc']],
    ['notMatches', 'a*', ['b', '', 'b;c'], ['a', 'ab', 'b;ab']],
    ['regex', '^/p/[0-9]+', ['/p/1', '/p/12/x', 'x;/p/1'], ['/p/', 'a/p/1']],
    ['regex', 'b', ['abc'], ['ABC', '']],
    [
      'greaterThan',
      '10',
      ['11', '10.1', '1e2', 11, '9;11', ['9', '11']],
      ['10', '9', '9;10', '', 'eleven', ' 11', '11 ', '0x11'],
    ],
    ['greaterOrEqual', '10', ['10', '10.0', '+11'], ['9.99', '-11']],
    ['lessThan', '10', ['9', '-1', '.5', '11;9'], ['10', 'a', '']],
    ['lessOrEqual', '10', ['10', '9'], ['10.01', '1e999']],
    [
      'greaterThan',
      '2026-01-01T00:00:00Z',
      ['2026-01-01T00:00:01Z', '2026-01-01T00:00:00-01:00', '1798761600'],
      ['2026-01-01T00:00:00Z', '2026-01-01', '2026-01-02T00:00:00', '5'],
    ],
    [
      'before',
      '2026-01-01T00:00:00Z',
      ['2025-12-31T23:59:59.999Z', '2026-01-01T00:30:00+01:00', '1700000000', '1700000000000'],
      ['2026-01-01T00:00:00Z', '2025-02-30T00:00:00Z', '17000000000', 'x'],
    ],
    [
      'after',
      '1700000000',
      ['1700000000001', '1700000001', '2023-11-15T00:00:00Z'],
      ['1700000000', '1700000000000', '2023-11-14T00:00:00Z'],
    ],
    ['before', '10', ['9'], ['11']],
    ['between', ['10', '20'], ['10', '15', '20', '5;15'], ['9', '21', '5;25', 'x', '']],
    [
      'between',
      ['2026-01-01T00:00:00Z', '2026-01-31T00:00:00Z'],
      ['2026-01-15T12:00:00+02:00'],
      ['2026-02-01T00:00:00Z'],
    ],
    ['between', ['20', '10'], [], ['15']],
    ['in', ['a', 'b'], ['a', 'b', 'x;b', ['x', 'a']], ['', 'x', 'A', 'ab']],
    ['notIn', ['a', 'b'], ['', 'x', 'x;y'], ['a', 'x;b']],
  ];
  for (const [operator, value, good, bad] of cases) {
    const body = value === undefined ? { operator } : { operator, value };
    for (const one of good) assert.equal(holds(body, one), true, JSON.stringify([body, one]));
    for (const one of bad) assert.equal(holds(body, one), false, JSON.stringify([body, one]));
  }
  assert.deepEqual([...new Set(cases.map(([operator]) => operator))].sort(), [...operators].sort());
});

test('texts that look the same are equal: Unicode normalisation on both sides, letter case by option', () => {
  const composed = '\u00e9';
  const decomposed = 'e\u0301';
  for (const operator of ['equals', 'contains', 'startsWith', 'endsWith', 'matches', 'regex'])
    for (const [a, b] of [
      [composed, decomposed],
      [decomposed, composed],
    ])
      assert.equal(holds({ operator, value: a }, b), true, operator);
  for (const operator of ['equals', 'contains', 'startsWith', 'endsWith', 'matches', 'regex'])
    for (const [a, b] of [
      ['\u00c9t\u00e9', 'E\u0301TE\u0301'],
      ['abc', 'ABC'],
    ]) {
      assert.equal(holds({ operator, value: a, ignoreCase: true }, b), true, operator);
      assert.equal(holds({ operator, value: a }, b), false, operator);
    }
  assert.equal(holds({ operator: 'in', value: ['X', 'Straße'], ignoreCase: true }, 'STRAßE'), true);
  assert.equal(holds({ operator: 'notIn', value: ['ABC'], ignoreCase: true }, 'abc'), false);
  assert.equal(holds({ operator: 'equals', value: 'I', ignoreCase: true }, 'ı'), false);
  assert.equal(holds({ operator: 'regex', value: '^\\D+$', ignoreCase: true }, '12'), false);
});

test('a regular expression that RE2 does not support is refused with the reason', () => {
  const message = (value: string) => {
    const compiled = compileComparison({ parameter: 'p', operator: 'regex', value });
    return compiled.ok ? null : compiled.message;
  };
  for (const value of [
    '(',
    '[z-a]',
    '(?=a)',
    '(?<!a)b',
    '\\1',
    'a{1001}',
    '((a{100}){100}){100}',
    '('.repeat(500),
    'a'.repeat(1001),
  ])
    assert.equal(typeof message(value), 'string', value);
  assert.match(message('(?=a)') ?? '', /RE2.*\(\?=/);
  for (const value of ['', '^$', '\\d+', '\\pL', '(?i)a', '(?P<n>a)', '[[:alpha:]]'])
    assert.equal(message(value), null, value);
});

test('wildcards, regular expressions and numbers compare hostile texts right', () => {
  const long = 'a'.repeat(65_000);
  assert.equal(holds({ operator: 'matches', value: '*a*a*a*a*a*a*a*a*b' }, long), false);
  assert.equal(holds({ operator: 'matches', value: `*${'?a'.repeat(20)}b` }, long), false);
  assert.equal(holds({ operator: 'matches', value: `${'*?'.repeat(50)}` }, long), true);
  assert.equal(holds({ operator: 'regex', value: '^(a+)+$' }, `${long}b`), false);
  assert.equal(holds({ operator: 'regex', value: '^(a|aa|a?)*b$' }, long), false);
  assert.equal(holds({ operator: 'greaterThan', value: '1' }, `${'1'.repeat(65_000)}x`), false);
});

test('a value that is too large to be compared has no candidates: too many characters, parts or elements', () => {
  const filler = 'x'.repeat(65_535);
  const largest = [`${filler}a`, [filler, 'a'], `${';'.repeat(4_095)}a`, [...Array(4_095).fill(''), 'a']];
  const larger = [`${filler}xa`, [filler, 'x', 'a'], `${';'.repeat(4_096)}a`, [...Array(4_096).fill(''), 'a']];
  for (const value of largest) {
    assert.equal(holds({ operator: 'contains', value: 'a' }, value), true);
    assert.equal(holds({ operator: 'greaterThan', value: '1' }, [value, ''].flat()), false);
  }
  for (const value of larger) {
    for (const operator of ['contains', 'endsWith', 'matches', 'regex'])
      assert.equal(holds({ operator, value: operator === 'matches' ? '*' : 'a' }, value), false, operator);
    for (const operator of ['exists', 'notContains', 'notMatches'])
      assert.equal(holds({ operator, ...valueFor(operator) }, value), true, operator);
  }
  assert.equal(holds({ operator: 'greaterThan', value: '1' }, `${';'.repeat(4_095)}2`), true);
  assert.equal(holds({ operator: 'greaterThan', value: '1' }, `${';'.repeat(4_096)}2`), false);
});

test('the more instructions a regular expression has, the smaller are the values it is compared with', () => {
  const longest = (value: string) => {
    const judge = (length: number) => holds({ operator: 'regex', value }, 'ä'.repeat(length));
    return [65_536, 8_000, 2_000].find(judge);
  };
  assert.equal(longest('^\\p{L}{0,9}'), 65_536);
  assert.equal(longest('^\\p{L}{0,900}'), 2_000);
});
