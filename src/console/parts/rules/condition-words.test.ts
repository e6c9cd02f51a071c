import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../../contract/documents/condition.ts';
import { operators } from '../../../contract/documents/operators.ts';
import { conditionWords } from './condition-words.ts';

const nameOf = (id: string) => ({ beh_1: 'Purchase', beh_2: 'Sign In', col_1: 'My website' })[id];
const words = (condition: Condition) => conditionWords(condition, nameOf);
const gb: Condition = { parameter: 'ext.geo.country', operator: 'equals', value: 'GB' };
const purchase: Condition = { behavior: 'beh_1' };

test('rules read like a sentence', () => {
  assert.equal(words({ all: [purchase, gb] }), 'Purchase and ext.geo.country is “GB”');
  assert.equal(words({ all: [] }), 'Every event');
  assert.equal(words({ any: [] }), 'No event');
  assert.equal(words({ parameter: 'total', operator: 'between', value: ['1', '9'] }), 'total is between “1” and “9”');
  assert.equal(words({ parameter: 'coupon', operator: 'exists' }), 'coupon exists');
  const from = (value: string[]) => words({ parameter: 'source.collectorId', operator: 'in', value });
  assert.equal(from(['col_1', 'col_2']), 'source.collectorId is one of “My website”, “col_2”');
});

test('and and or are kept apart by brackets, and only where both meet', () => {
  assert.equal(
    words({ all: [{ any: [purchase, { behavior: 'beh_2' }] }, gb] }),
    '(Purchase or Sign In) and ext.geo.country is “GB”',
  );
  assert.equal(words({ all: [{ all: [purchase, gb] }, gb].slice(0, 1) }), 'Purchase and ext.geo.country is “GB”');
  assert.equal(
    words({ any: [{ not: { any: [purchase, gb] } }, gb] }),
    '(not Purchase and ext.geo.country is not “GB”, or is missing) or ext.geo.country is “GB”',
  );
});

test('the opposite says that a missing parameter counts too', () => {
  assert.equal(
    conditionWords({ all: [purchase, gb] }, nameOf, { opposite: true }),
    'not Purchase or ext.geo.country is not “GB”, or is missing',
  );
  assert.equal(
    conditionWords({ parameter: 'coupon', operator: 'exists' }, nameOf, { opposite: true }),
    'coupon is missing',
  );
});

test('a long list names the first three, and a list of four all of them', () => {
  const list = (...value: string[]) => words({ parameter: 'x', operator: 'in', value });
  assert.equal(list('a', 'b', 'c', 'd'), 'x is one of “a”, “b”, “c”, “d”');
  assert.equal(list('a', 'b', 'c', 'd', 'e'), 'x is one of “a”, “b”, “c”, 2 others');
});

test('every operator has its words, alone and negated, and a deleted behavior is named', () => {
  for (const operator of operators) {
    const value = { in: ['a'], notIn: ['a'], between: ['1', '2'], exists: undefined, notExists: undefined };
    const given = operator in value ? value[operator as keyof typeof value] : 'a'; // just looked up
    const one = { parameter: 'p', operator, ...(given === undefined ? {} : { value: given }) } as Condition; // by the table above
    assert.notEqual(words(one), words({ not: one }));
  }
  assert.match(words({ behavior: 'beh_9' }), /beh_9/);
});
