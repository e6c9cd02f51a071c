import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionInput } from './action.ts';
import { behaviorInput } from './behavior.ts';
import { namesCollector, parametersOfAction, parametersOfBehavior } from './parameter-uses.ts';

const action = actionInput.parse({
  name: 'Buy',
  description: 'd',
  rules: {
    all: [
      { not: { parameter: 'wt.ev', operator: 'equals', value: 'x' } },
      { any: [{ behavior: 'beh_1' }, { parameter: 'source.collectorId', operator: 'in', value: ['col_1', 'col_2'] }] },
    ],
  },
  destinations: [
    {
      destinationId: 'dst_1',
      mapping: [
        { field: 'a', parameter: 'wt.ti' },
        { field: 'b', value: 'it.fixed' },
        { field: 'c', expression: `Number(it['wt.tx_s']) + it.total + it?.["order"] + items.it2` },
      ],
    },
  ],
});

test('an action uses the parameters that it names in rules, mappings and expressions', () => {
  assert.deepEqual(
    [...parametersOfAction(action)],
    ['wt.ev', 'source.collectorId', 'wt.ti', 'wt.tx_s', 'total', 'order'],
  );
});

test('a behavior uses the parameters of its condition and its attributes', () => {
  const condition = { parameter: 'wt.ev', operator: 'exists' };
  const behavior = behaviorInput.parse({ name: 'Paid', condition, attributes: ['total'] });
  assert.deepEqual([...parametersOfBehavior(behavior)], ['wt.ev', 'total']);
});

test('rules name a collector by its id, also as one of several', () => {
  assert.equal(namesCollector(action.rules, 'col_2'), true);
  assert.equal(namesCollector(action.rules, 'col_3'), false);
});
