import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { actionInput } from '../../contract/documents/action.ts';
import { behaviorInput } from '../../contract/documents/behavior.ts';
import type { Condition } from '../../contract/documents/condition.ts';
import { ruleCompiler } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { behaviorMaps, conditions, events } from '../../rules/arbitrary.testing.ts';
import type { Behaviors } from '../../rules/compile.ts';
import { actionExplainer } from './explain.ts';

const stamp = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', updatedBy: 'test' };

const actions = fc.array(fc.record({ rules: conditions, status: fc.constantFrom('enabled', 'enabled', 'disabled') }), {
  minLength: 8,
  maxLength: 8,
});

function actionDocument(id: string, version: number, given: { rules: Condition; status: string }) {
  const destinations = [{ destinationId: 'dst_1' }];
  return {
    kind: 'action' as const,
    id,
    version,
    body: actionInput.parse({ name: id, description: id, destinations, ...given }),
    ...stamp,
  };
}

function behaviorDocuments(behaviors: Behaviors) {
  return new Map(
    Array.from(behaviors, ([id, given]) => [
      id,
      { kind: 'behavior' as const, id, version: 1, body: behaviorInput.parse(given), ...stamp },
    ]),
  );
}

test('for 100,000 events and rules the explanation agrees with live matching, also after changes', () => {
  let judged = 0;
  let matched = 0;
  fc.assert(
    fc.property(
      actions,
      behaviorMaps,
      behaviorMaps,
      conditions,
      fc.array(events, { minLength: 8, maxLength: 8 }),
      (first, behaviors, others, changed, some) => {
        const compile = ruleCompiler();
        const documents = {
          ...noDocuments,
          behavior: behaviorDocuments(behaviors),
          action: new Map(first.map((one, n) => [`act_${n}`, actionDocument(`act_${n}`, 1, one)])),
        };
        const rewritten = actionDocument('act_0', 2, { rules: changed, status: 'enabled' });
        const afterAction = { ...documents, action: new Map([...documents.action, ['act_0', rewritten] as const]) };
        const afterBehavior = { ...afterAction, behavior: behaviorDocuments(others) };
        for (const state of [documents, afterAction, afterBehavior]) {
          const { match } = compile(state);
          const explain = actionExplainer({ documents: state });
          for (const event of some) {
            judged += state === documents ? first.length : 0;
            const fired = match(event).map(({ id }) => id);
            const explained = explain(event);
            assert.deepEqual(
              explained.filter(({ status, result }) => status === 'enabled' && result).map(({ actionId }) => actionId),
              fired,
            );
            assert.equal(explained.length, state.action.size);
            if (state === documents) matched += fired.length;
          }
        }
      },
    ),
    { seed: 5, numRuns: 1_600 },
  );
  assert.ok(judged >= 100_000, `${judged} judged`);
  assert.ok(matched > judged / 10 && matched < judged / 1.5, `${matched} of ${judged} matched`);
});

const noDocuments: Snapshot['documents'] = {
  connection: new Map(),
  destination: new Map(),
  action: new Map(),
  behavior: new Map(),
  collector: new Map(),
  parameter: new Map(),
  settings: new Map(),
  alert: new Map(),
};
