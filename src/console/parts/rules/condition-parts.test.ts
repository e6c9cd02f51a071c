import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Condition } from '../../../contract/documents/condition.ts';
import { isComplete, partsOf, rulesOf, withOperator, writtenPart } from './condition-parts.ts';

const text = fc.string({ maxLength: 5 });
const parameter = fc.constantFrom('wt.ev', 'total');
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ behavior: fc.constantFrom('beh_1', 'beh_2') }),
  fc.record({ parameter, operator: fc.constantFrom('exists' as const, 'notExists' as const) }),
  fc.record({ parameter, operator: fc.constantFrom('equals' as const, 'regex' as const), value: text }),
  fc.record({
    parameter,
    operator: fc.constantFrom('in' as const, 'notIn' as const),
    value: fc.array(
      text.filter((one) => one !== ''),
      { minLength: 1 },
    ),
    ignoreCase: fc.boolean(),
  }),
  fc.record({ parameter, operator: fc.constant('between' as const), value: fc.tuple(text, text) }),
);
const { node } = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.record({ all: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({ not: leaf }),
    fc.record({ not: fc.record({ any: fc.array(tie('node'), { maxLength: 3 }) }) }),
  ),
}));
// Cloned into ordinary objects.
const tree = fc.record({ all: fc.array(node, { maxLength: 3 }) }).map((one): Condition => structuredClone(one));

test('a condition that goes through the builder untouched stays what it was', () => {
  fc.assert(fc.property(tree, (condition) => assert.deepEqual(rulesOf(condition), condition)));
});

test('each part of the builder knows its place in the condition', () => {
  fc.assert(
    fc.property(tree, (condition) => {
      for (const [pointer, part] of partsOf(condition)) {
        const found = pointer
          .split('/')
          .slice(1)
          .reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], condition); // the pointer leads through it
        assert.equal(found, part);
      }
    }),
  );
});

test('what is negated twice keeps its meaning in the builder', () => {
  const behavior = { behavior: 'beh_1' };
  assert.deepEqual(rulesOf({ not: { not: behavior } }), { all: [behavior] });
  assert.deepEqual(rulesOf({ not: { any: [{ not: { not: { not: behavior } } }] } }), {
    not: { any: [{ not: behavior }] },
  });
});

test('an unfinished clause is told from a finished one, and counts as not there', () => {
  const open: Condition = { parameter: '', operator: 'equals', value: '' };
  const empty: Condition = { parameter: 'total', operator: 'between', value: ['1', ''] };
  const finished: Condition = { parameter: 'total', operator: 'in', value: ['1'] };
  assert.deepEqual([open, empty, finished, { all: [finished, open] }].map(isComplete), [false, false, true, false]);
  assert.deepEqual(writtenPart({ not: { any: [open, finished, { all: [empty] }] } }), {
    not: { any: [finished, { all: [] }] },
  });
});

test('another operator takes over the value as far as it can hold it', () => {
  const one: Condition = { parameter: 'total', operator: 'equals', value: '5', ignoreCase: true };
  const list = withOperator(one, 'in');
  assert.deepEqual(list, { parameter: 'total', operator: 'in', value: ['5'], ignoreCase: true });
  assert.deepEqual(withOperator(list, 'between'), { ...list, operator: 'between', value: ['5', ''] });
  assert.deepEqual(withOperator(list, 'contains'), { ...one, operator: 'contains' });
  assert.deepEqual(withOperator(one, 'exists'), { parameter: 'total', operator: 'exists', ignoreCase: true });
});
