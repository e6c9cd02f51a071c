import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { BehaviorBody } from '../../contract/documents/behavior.ts';
import type { Condition } from '../../contract/documents/condition.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';
import { behaviorUserCounts } from './references.ts';

const at = '2026-03-01T00:00:00.000Z';
const stamp = { version: 1, createdAt: at, updatedAt: at, updatedBy: 'ada' };

test('the users of all behaviors are counted in one pass over the conditions of a snapshot', () => {
  let reads = 0;
  const action = (id: string, rules: Condition): Document<ActionBody> => ({
    kind: 'action',
    id,
    body: {
      name: id,
      description: '',
      status: 'enabled',
      sources: [],
      destinations: [],
      get rules() {
        reads += 1;
        return rules;
      },
    },
    ...stamp,
  });
  const behavior = (id: string, condition: Condition): Document<BehaviorBody> => ({
    kind: 'behavior',
    id,
    body: { name: id, description: '', category: '', attributes: [], condition },
    ...stamp,
  });
  const visit = { parameter: 'wt.ti', operator: 'exists' } as const;
  const actions = [
    action('act_1', { all: [{ behavior: 'beh_1' }, { any: [{ behavior: 'beh_1' }, visit] }] }),
    action('act_2', { not: { behavior: 'beh_1' } }),
    action('act_3', { behavior: 'beh_2' }),
  ];
  const behaviors = [behavior('beh_1', visit), behavior('beh_2', { all: [{ behavior: 'beh_1' }] })];
  const documents = {
    action: new Map(actions.map((one) => [one.id, one])),
    behavior: new Map(behaviors.map((one) => [one.id, one])),
  };
  for (let times = 0; times < 3; times++)
    assert.deepEqual(
      ['beh_1', 'beh_2', 'beh_3'].map((id) => behaviorUserCounts(documents).get(id)),
      [3, 1, undefined],
    );
  assert.equal(reads, actions.length);
});
