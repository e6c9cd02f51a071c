import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Condition } from '../contract/documents/condition.ts';
import { explanation } from '../contract/records/explanation.ts';
import { behaviorMaps, conditions, events, eventWith } from './arbitrary.testing.ts';
import { type Behaviors, type CompiledCondition, compileCondition } from './compile.ts';

function compiled(condition: Condition, behaviors: Behaviors = new Map()): CompiledCondition {
  const result = compileCondition(condition, behaviors);
  assert.ok(result.ok, JSON.stringify(result));
  return result.condition;
}

const problems = (condition: Condition, behaviors: Behaviors = new Map()) => {
  const result = compileCondition(condition, behaviors);
  return result.ok ? [] : result.problems;
};

const is = (value: string): Condition => ({ parameter: 'p', operator: 'equals', value });

test('matching and explaining never disagree', () => {
  fc.assert(
    fc.property(
      conditions,
      behaviorMaps,
      fc.array(events, { minLength: 5, maxLength: 5 }),
      (condition, behaviors, some) => {
        const one = compiled(condition, behaviors);
        for (const event of some) {
          const explained = one.explain(event);
          assert.equal(one.matches(event), explained.result);
          assert.equal(explained.result, explained.tree.result);
          assert.equal(compiled({ not: condition }, behaviors).matches(event), !explained.result);
          explanation.parse(explained);
        }
      },
    ),
    { seed: 1, numRuns: 1_000 },
  );
});

test('an empty all matches every event, an empty any none', () => {
  const event = eventWith({});
  assert.equal(compiled({ all: [] }).matches(event), true);
  assert.equal(compiled({ any: [] }).matches(event), false);
  assert.equal(compiled({ all: [] }).explain(event).decidedBy, null);
});

test('an explanation lists every comparison with the value found, and names what decided: one comparison, or the group of several', () => {
  const behaviors: Behaviors = new Map([['beh_1', { name: 'Bought', condition: { any: [is('x'), is('p')] } }]]);
  const one = compiled(
    { all: [{ behavior: 'beh_1' }, { not: is('p') }, { parameter: 'q', operator: 'exists' }] },
    behaviors,
  );
  assert.deepEqual(one.explain(eventWith({ p: 'p' })), {
    result: false,
    decidedBy: '/all/1/not',
    tree: {
      kind: 'all',
      pointer: '',
      result: false,
      conditions: [
        {
          kind: 'behavior',
          pointer: '/all/0',
          result: true,
          id: 'beh_1',
          name: 'Bought',
          condition: {
            kind: 'any',
            pointer: '/all/0/behavior',
            result: true,
            conditions: [
              {
                kind: 'comparison',
                pointer: '/all/0/behavior/any/0',
                result: false,
                parameter: 'p',
                operator: 'equals',
                value: 'x',
                ignoreCase: false,
                isMissing: false,
                actual: 'p',
                isCut: false,
              },
              {
                kind: 'comparison',
                pointer: '/all/0/behavior/any/1',
                result: true,
                parameter: 'p',
                operator: 'equals',
                value: 'p',
                ignoreCase: false,
                isMissing: false,
                actual: 'p',
                isCut: false,
              },
            ],
          },
        },
        {
          kind: 'not',
          pointer: '/all/1',
          result: false,
          condition: {
            kind: 'comparison',
            pointer: '/all/1/not',
            result: true,
            parameter: 'p',
            operator: 'equals',
            value: 'p',
            ignoreCase: false,
            isMissing: false,
            actual: 'p',
            isCut: false,
          },
        },
        {
          kind: 'comparison',
          pointer: '/all/2',
          result: false,
          parameter: 'q',
          operator: 'exists',
          value: null,
          ignoreCase: false,
          isMissing: true,
          actual: null,
          isCut: false,
        },
      ],
    },
  });
  const decided = (condition: Condition, p: string) => compiled(condition).explain(eventWith({ p })).decidedBy;
  assert.equal(decided({ any: [is('a'), is('b')] }, 'b'), '/any/1');
  assert.equal(decided({ any: [is('a'), is('b')] }, 'c'), '');
  assert.equal(decided({ any: [is('a')] }, 'c'), '/any/0');
  assert.equal(decided({ all: [is('a'), { any: [is('b'), is('c')] }] }, 'a'), '/all/1');
  assert.equal(decided({ all: [{ any: [is('b'), is('c')] }, is('b')] }, 'a'), '/all/0');
  assert.equal(decided({ not: { all: [is('a'), { not: is('b') }] } }, 'a'), '/not');
  assert.equal(decided({ all: [is('a'), is('b')] }, 'a'), '/all/1');
  assert.equal(decided({ all: [{ all: [] }, is('a')] }, 'a'), '/all/1');
});

test('unknown behaviors, cycles and invalid regular expressions are refused at their place in the given condition', () => {
  const behaviors: Behaviors = new Map<string, { name: string; condition: Condition }>([
    ['beh_self', { name: 'Self', condition: { not: { behavior: 'beh_self' } } }],
    ['beh_a', { name: 'A', condition: { all: [is('x'), { behavior: 'beh_b' }] } }],
    ['beh_b', { name: 'B', condition: { behavior: 'beh_a' } }],
    ['beh_bad', { name: 'Bad', condition: { all: [{ parameter: 'p', operator: 'regex', value: '(' }] } }],
  ]);
  const pointersOf = (condition: Condition) => problems(condition, behaviors).map((problem) => problem.pointer);
  assert.deepEqual(pointersOf({ all: [is('x'), { behavior: 'beh_no' }] }), ['/all/1']);
  assert.deepEqual(pointersOf({ behavior: 'beh_self' }), ['/behavior']);
  assert.deepEqual(pointersOf({ any: [{ behavior: 'beh_b' }] }), ['/any/0/behavior']);
  assert.deepEqual(pointersOf({ any: [{ behavior: 'beh_bad' }] }), ['/any/0/behavior']);
  assert.deepEqual(pointersOf({ not: { parameter: 'p', operator: 'regex', value: '(' } }), ['/not/value']);
  assert.deepEqual(pointersOf({ all: [{ behavior: 'beh_c' }, { behavior: 'beh_d' }] }).length, 2);
});

test('limits include the contents of behaviors', () => {
  const nest = (levels: number): Condition => (levels === 1 ? is('x') : { not: nest(levels - 1) });
  const withBehavior = (condition: Condition): Behaviors => new Map([['beh_1', { name: 'B', condition }]]);
  assert.deepEqual(problems({ not: { behavior: 'beh_1' } }, withBehavior(nest(9))), []);
  assert.equal(problems({ not: { behavior: 'beh_1' } }, withBehavior(nest(10))).length, 1);
  assert.deepEqual(
    problems({ all: Array(2).fill({ behavior: 'beh_1' }) }, withBehavior({ all: Array(100).fill(is('x')) })),
    [],
  );
  assert.equal(
    problems({ all: Array(3).fill({ behavior: 'beh_1' }) }, withBehavior({ all: Array(100).fill(is('x')) })).length,
    1,
  );
  const list: Condition = { parameter: 'p', operator: 'in', value: Array(4_000).fill('x') };
  assert.deepEqual(problems({ all: Array(2).fill({ behavior: 'beh_1' }) }, withBehavior(list)), []);
  assert.equal(problems({ all: Array(3).fill({ behavior: 'beh_1' }) }, withBehavior(list)).length, 1);
});

test('behaviors that multiply are refused before they exhaust time or memory', () => {
  const chain = (length: number, width: number, last: Condition): Behaviors =>
    new Map(
      Array.from({ length }, (_, i) => {
        const condition: Condition = i + 1 === length ? last : { all: Array(width).fill({ behavior: `beh_${i + 1}` }) };
        return [`beh_${i}`, { name: `B${i}`, condition }];
      }),
    );
  assert.equal(problems({ behavior: 'beh_0' }, chain(9, 200, { all: [] })).length, 1);
  assert.equal(problems({ behavior: 'beh_0' }, chain(9, 200, { all: [{ behavior: 'beh_none' }] })).length > 0, true);
  const straight: Behaviors = new Map(
    Array.from({ length: 50_000 }, (_, i) => [`beh_${i}`, { name: `B${i}`, condition: { behavior: `beh_${i + 1}` } }]),
  );
  assert.equal(problems({ behavior: 'beh_0' }, straight).length, 1);
});
