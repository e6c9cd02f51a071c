import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { condition } from './condition.ts';
import { operators } from './operators.ts';

const pointers = (value: unknown) => {
  const parsed = condition.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `/${issue.path.join('/')}`);
};

test('a condition with every operator is accepted and returned unchanged', () => {
  const value = (operator: string) =>
    operator === 'in' || operator === 'notIn' ? ['a'] : operator === 'between' ? ['1', '2'] : 'a';
  const leaves = operators.map((operator) =>
    operator === 'exists' || operator === 'notExists'
      ? { parameter: 'p', operator }
      : { parameter: 'p', operator, value: value(operator), ignoreCase: true },
  );
  const whole = { any: [{ all: leaves }, { not: { behavior: 'beh_1' } }, { all: [] }, { any: [] }] };
  assert.deepEqual(condition.parse(whole), whole);
});

test('an error points to its node', () => {
  const cases: [unknown, string[]][] = [
    [null, ['/']],
    [[], ['/']],
    [{}, ['/']],
    [{ al: [] }, ['/']],
    [{ all: {} }, ['/all']],
    [{ all: [], any: [] }, ['/any']],
    [{ all: [{ parameter: 'p', operator: 'equals' }] }, ['/all/0/value']],
    [{ all: [{ parameter: 'p', operator: 'is', value: '1' }] }, ['/all/0/operator']],
    [{ any: [{ all: [] }, { not: { parameter: 'p', operator: 'in', value: 'x' } }] }, ['/any/1/not/value']],
    [{ parameter: 'p', operator: 'exists', value: 'x' }, ['/value']],
    [{ parameter: 'p', operator: 'equals', value: 7 }, ['/value']],
    [{ parameter: 'p', operator: 'between', value: ['1'] }, ['/value']],
    [{ parameter: 'p', operator: 'equals', value: 'x', ignorecase: true }, ['/ignorecase']],
    [{ parameter: '', operator: 'exists' }, ['/parameter']],
    [{ behavior: 7 }, ['/behavior']],
  ];
  for (const [value, expected] of cases) assert.deepEqual(pointers(value), expected, JSON.stringify(value));
});

test('a wildcard pattern has at most 256 characters, other texts can be longer', () => {
  const of = (operator: string, length: number) => ({ parameter: 'p', operator, value: '*'.repeat(length) });
  for (const operator of ['matches', 'notMatches']) {
    assert.deepEqual(pointers({ all: [of(operator, 256)] }), []);
    assert.deepEqual(pointers({ all: [of(operator, 257)] }), ['/all/0/value']);
  }
  assert.deepEqual(pointers(of('contains', 10_000)), []);
});

test('depth, leaves and list values are bounded, and hostile nesting is refused without exhausting the stack', () => {
  const nest = (levels: number) => {
    let value: unknown = { parameter: 'p', operator: 'exists' };
    for (let i = 1; i < levels; i++) value = { not: value };
    return value;
  };
  assert.deepEqual(pointers(nest(10)), []);
  assert.equal(pointers(nest(11)).length, 1);
  assert.equal(pointers(nest(100_000)).length, 1);
  const leaf = { parameter: 'p', operator: 'exists' };
  assert.deepEqual(pointers({ all: Array(200).fill(leaf) }), []);
  assert.equal(pointers({ all: Array(201).fill(leaf) }).length, 1);
  assert.equal(pointers({ all: [{ any: Array(101).fill(leaf) }, { any: Array(100).fill(leaf) }] }).length, 1);
  const list = (n: number) => ({ parameter: 'p', operator: 'in', value: Array(n).fill('v') });
  assert.deepEqual(pointers({ all: [list(5_000), list(5_000)] }), []);
  assert.equal(pointers({ all: [list(5_000), list(5_001)] }).length, 1);
});

test('a condition has a JSON schema', () => {
  assert.match(JSON.stringify(z.toJSONSchema(condition, { io: 'input' })), /notMatches/);
});
