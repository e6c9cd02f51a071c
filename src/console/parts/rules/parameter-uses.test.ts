import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteResponse } from '../../../client/client.ts';
import { actionInput } from '../../../contract/documents/action.ts';
import { behaviorInput } from '../../../contract/documents/behavior.ts';
import { collectorUses, parameterUses } from './parameter-uses.ts';

const stamp = { version: 1, createdAt: '', updatedAt: '', updatedBy: '' };
const action: RouteResponse<'getAction'> = {
  ...actionInput.parse({
    name: 'Buy',
    description: 'd',
    rules: {
      all: [
        { not: { parameter: 'wt.ev', operator: 'equals', value: 'x' } },
        {
          any: [{ behavior: 'beh_1' }, { parameter: 'source.collectorId', operator: 'in', value: ['col_1', 'col_2'] }],
        },
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
  }),
  ...stamp,
  id: 'act_1',
};
const behavior: RouteResponse<'getBehavior'> = {
  ...behaviorInput.parse({
    name: 'Paid',
    condition: { parameter: 'wt.ev', operator: 'exists' },
    attributes: ['total'],
  }),
  ...stamp,
  id: 'beh_1',
  standard: false,
  usedBy: 1,
};

test('a parameter is used by the actions and behaviors that name it in rules, mappings, expressions and attributes', () => {
  const uses = parameterUses([action], [behavior]);
  const names = (parameter: string) => uses.get(parameter)?.map(({ name }) => name);
  assert.deepEqual(names('wt.ev'), ['Buy', 'Paid']);
  assert.deepEqual(names('total'), ['Buy', 'Paid']);
  for (const only of ['wt.ti', 'wt.tx_s', 'order']) assert.deepEqual(names(only), ['Buy'], only);
  assert.equal(names('fixed'), undefined);
});

test('a collector is used by the rules that name it', () => {
  assert.deepEqual(
    collectorUses('col_2', [action], [behavior]).map(({ id }) => id),
    ['act_1'],
  );
  assert.deepEqual(collectorUses('col_3', [action], [behavior]), []);
});
