import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { actionInput } from '../../contract/documents/action.ts';
import { behaviorInput } from '../../contract/documents/behavior.ts';
import type { Condition } from '../../contract/documents/condition.ts';
import type { Event } from '../../contract/records/event.ts';
import { ruleCompiler } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { behaviorMaps, conditions, events } from '../../rules/arbitrary.testing.ts';
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

function behaviorDocuments(behaviors: Iterable<readonly [string, { name: string; condition: Condition }]>) {
  return new Map(
    Array.from(behaviors, ([id, given]) => [
      id,
      { kind: 'behavior' as const, id, version: 1, body: behaviorInput.parse(given), ...stamp },
    ]),
  );
}

test('for 100,000 events and rules the explanation agrees with live matching, also after changes', async () => {
  let judged = 0;
  let matched = 0;
  await fc.assert(
    fc.asyncProperty(
      actions,
      behaviorMaps,
      behaviorMaps,
      conditions,
      fc.array(events, { minLength: 8, maxLength: 8 }),
      async (first, behaviors, others, changed, some) => {
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
          const explainer = actionExplainer({ documents: state });
          for (const event of some) {
            judged += state === documents ? first.length : 0;
            const fired = match(event).map(({ id }) => id);
            const explained = await explainer.results(event);
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

const isA = (value: string, parameter = 'a'): Condition => ({ parameter, operator: 'equals', value });

function explainerOf(rules: readonly Condition[], mapping: unknown[] = []) {
  const action = rules.map((one, n) => {
    const document = actionDocument(`act_${n}`, 1, { rules: one, status: 'enabled' });
    const destinations = [{ destinationId: 'dst_1', mapping }];
    const body = actionInput.parse({ name: `Action ${n}`, description: 'd', destinations, rules: one });
    return [document.id, { ...document, body }] as const;
  });
  return actionExplainer({ documents: { ...noDocuments, action: new Map(action) } });
}

const eventWith = (data: Event['data']): Event => ({
  ...{ id: 'evt_1', name: null, visitorId: null, anonymousId: null, sessionId: null, occurredAt: '', receivedAt: '' },
  ...{ data, ext: {}, session: {}, source: { collectorId: 'col_1', format: 'infinity' } },
});

test('the explanation of 1,000 actions on an event of 1 MiB has at most 1 MiB', async () => {
  const some = Array.from({ length: 20 }, (_, n) => isA(`x${n}`));
  const rules = Array.from({ length: 1_000 }, (_, n) => (n % 10 === 9 ? { not: isA('x') } : { all: some }));
  const explainer = explainerOf(rules, [{ field: 'f', parameter: 'a' }]);
  const { actions, leftOut } = await explainer.explain(eventWith({ a: 'é'.repeat(500_000) }));
  assert.deepEqual([actions.length, leftOut], [1_000, 0]);
  assert.ok(Buffer.byteLength(JSON.stringify(actions)) < 1_048_576);
  const whole = actions.filter(({ isShortened }) => !isShortened);
  assert.ok(whole.length > 50 && whole.every(({ result }) => result), 'those that match come first');
  assert.deepEqual(
    actions.map(({ actionId }) => actionId),
    rules.map((_, n) => `act_${n}`),
  );
  const shortened = actions.find(({ isShortened, result }) => isShortened && !result);
  assert.ok(shortened?.tree.kind === 'all' && shortened.tree.conditions.length === 1, 'the part that decided');
  assert.equal(shortened.tree.conditions[0]?.pointer, shortened.decidedBy);
});

test('values in an explanation are cut at 1,000 characters: of the event, of a rule and of a mapped field', async () => {
  const rules: Condition[] = [
    { parameter: 'a', operator: 'in', value: Array.from({ length: 10_000 }, (_, n) => `v${n}`) },
    isA('x', 'short'),
  ];
  const explainer = explainerOf(rules, [{ field: 'f', parameter: 'a' }]);
  const { actions } = await explainer.explain(eventWith({ a: 'y'.repeat(5_000), short: 'x' }));
  const [first, second] = actions.map(({ tree }) => (tree.kind === 'comparison' ? tree : null));
  assert.deepEqual([first?.actual, first?.isCut], ['y'.repeat(1_000), true]);
  assert.ok(Array.isArray(first?.value) && first.value.length < 300);
  assert.deepEqual([second?.actual, second?.isCut], ['x', false]);
  const [mapped] = actions[0]?.destinations[0]?.mapping ?? [];
  assert.deepEqual([mapped?.value, mapped?.isCut], ['y'.repeat(1_000), true]);
});

test('more actions than have room are left out of an explanation, and counted; a matching one is not', async () => {
  const rules = Array.from({ length: 12_000 }, (_, n) => isA(n === 11_999 ? 'x' : 'é'.repeat(200)));
  const { actions, leftOut } = await explainerOf(rules).explain(eventWith({ a: 'x' }));
  assert.ok(leftOut > 0);
  assert.equal(actions.length + leftOut, 12_000);
  assert.ok(Buffer.byteLength(JSON.stringify(actions)) < 4.1 * 1_048_576);
  assert.equal(actions.at(-1)?.actionId, 'act_11999');
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

test('an action whose rules throw for an event is explained by the error, and the others as always', async () => {
  const event = eventWith({ a: 'x' });
  Object.defineProperty(event.data, 'bad', { get: () => raise(new RangeError('quotes x')), enumerable: true });
  const rules: Condition[] = [isA('x'), { parameter: 'bad', operator: 'equals', value: '1' }, { not: isA('x') }];
  const explainer = explainerOf(rules);
  const { actions, leftOut } = await explainer.explain(event);
  assert.deepEqual(
    actions.map(({ actionId, result, error }) => [actionId, result, error]),
    [
      ['act_0', true, null],
      ['act_1', false, { kind: 'RangeError', text: 'RangeError: quotes x' }],
      ['act_2', false, null],
    ],
  );
  assert.equal(leftOut, 0);
  assert.deepEqual(
    (await explainer.results(event)).map(({ result }) => result),
    [true, false, false],
  );
});

function raise(error: Error): never {
  throw error;
}
