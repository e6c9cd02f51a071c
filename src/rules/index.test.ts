import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Condition } from '../contract/documents/condition.ts';
import { behaviorMaps, conditions, events, eventWith } from './arbitrary.testing.ts';
import { type Behaviors, compileCondition } from './compile.ts';
import { ruleIndex } from './index.ts';

function entriesOf(list: Condition[], behaviors: Behaviors = new Map()) {
  return list.map((condition, i) => {
    const compiled = compileCondition(condition, behaviors);
    assert.ok(compiled.ok);
    return { id: `act_${i}`, condition: compiled.condition };
  });
}

const ids = (entries: { id: string }[]) => entries.map((entry) => entry.id);
const equals = (parameter: string, value: string): Condition => ({ parameter, operator: 'equals', value });

test('the index finds exactly the conditions that hold, in their order', () => {
  let matches = 0;
  fc.assert(
    fc.property(
      fc.array(conditions, { maxLength: 30 }),
      behaviorMaps,
      fc.array(events, { minLength: 4, maxLength: 4 }),
      (list, behaviors, some) => {
        const entries = entriesOf(list, behaviors);
        const index = ruleIndex(() => entries);
        for (const event of some) {
          const expected = ids(entries.filter((entry) => entry.condition.matches(event)));
          matches += expected.length;
          assert.deepEqual(ids(index.match(event)), expected);
          const candidates = ids(index.candidates(event));
          assert.equal(new Set(candidates).size, candidates.length);
          assert.ok(expected.every((id) => candidates.includes(id)));
        }
      },
    ),
    { seed: 2, numRuns: 2_000 },
  );
  assert.ok(matches > 10_000, `the generated events must match often, not ${matches} times`);
});

test('an event touches only the conditions that may match it, however many there are', () => {
  const touched = (list: Condition[], data: Record<string, string>) =>
    ids(ruleIndex(() => entriesOf(list)).candidates(eventWith(data)));
  const many = (make: (i: number) => Condition) => Array.from({ length: 1_000 }, (_, i) => make(i));

  assert.deepEqual(
    touched(
      many((i) => equals('wt.ev', `e${i}`)),
      { 'wt.ev': 'e7' },
    ),
    ['act_7'],
  );
  assert.deepEqual(
    touched(
      many((i) => equals('wt.ev', `e${i}`)),
      { 'wt.ev': 'e9;e7' },
    ),
    ['act_7', 'act_9'],
  );
  assert.deepEqual(
    touched(
      many((i) => ({ all: [equals('wt.ev', 'view'), equals('wt.dl', `${i}`)] })),
      { 'wt.ev': 'view', 'wt.dl': '7' },
    ),
    ['act_7'],
    'the rarer of two necessary texts is used',
  );
  assert.deepEqual(
    touched(
      many((i) => equals(`p${i}`, 'x')),
      { p7: 'x', p8: 'y' },
    ),
    ['act_7'],
  );
  assert.deepEqual(
    touched(
      many((i) => equals(`data.o.p${i}`, 'x')),
      { other: 'x' },
    ),
    [],
  );
  assert.deepEqual(
    touched(
      many((i) => ({ any: [equals('a', `${i}`), { not: { not: equals('b', `${i}`) } }] })),
      { a: '7', b: '8' },
    ),
    ['act_7', 'act_8'],
  );
  assert.deepEqual(
    touched([{ any: [] }, { not: { all: [] } }], { a: '7' }),
    [],
    'a condition that never holds is never touched',
  );
});

test('a condition that throws is named, and the others are evaluated', () => {
  const event = eventWith({ n: '1' });
  Object.defineProperty(event.data, 'bad', { enumerable: true, get: () => assert.fail('quotes the event') });
  for (const rules of [equals('bad', '1'), { not: equals('bad', '1') }]) {
    const index = ruleIndex(() => entriesOf([equals('n', '1'), rules, equals('n', '2'), { all: [] }]));
    const threw: string[] = [];
    assert.deepEqual(ids(index.match(event, ({ id }) => threw.push(id))), ['act_0', 'act_3']);
    assert.deepEqual(threw, ['act_1']);
    assert.throws(() => index.match(event));
    assert.deepEqual(
      ids(index.match(eventWith({ n: '2' }))),
      ['act_1', 'act_2', 'act_3'].slice('not' in rules ? 0 : 1),
    );
  }
});
