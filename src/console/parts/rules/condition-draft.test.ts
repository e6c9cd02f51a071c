import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Condition } from '../../../contract/documents/condition.ts';
import { allClauses, changeClause, conditionOf, draftOfCondition, isComplete, pointersOf } from './condition-draft.ts';

const text = fc.string({ maxLength: 5 }).map((one) => one.replaceAll('\n', ' '));
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
  fc.assert(
    fc.property(tree, (condition) => {
      assert.deepEqual(conditionOf(draftOfCondition(condition)), condition);
    }),
  );
});

test('each part of the builder knows its place in the condition', () => {
  fc.assert(
    fc.property(tree, (condition) => {
      const root = draftOfCondition(condition);
      const places = pointersOf(root);
      for (const clause of allClauses(root)) {
        const found = (places.get(clause.key) ?? '?')
          .split('/')
          .slice(1)
          .reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], condition); // the pointer leads through it
        assert.deepEqual(found, conditionOf({ ...clause, isNot: false }));
      }
    }),
  );
});

test('what is negated twice keeps its meaning in the builder', () => {
  const twice = draftOfCondition({ not: { not: { behavior: 'beh_1' } } });
  assert.deepEqual(conditionOf(twice), { not: { all: [{ not: { behavior: 'beh_1' } }] } } satisfies Condition);
});

test('an unfinished clause is told from a finished one', () => {
  const open = draftOfCondition({ all: [{ parameter: '', operator: 'equals', value: '' }] });
  assert.equal(isComplete(open), false);
  const key = open.clauses[0]?.key ?? '';
  assert.deepEqual(conditionOf(changeClause(open, key, () => null)), { all: [] });
});
