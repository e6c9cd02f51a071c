import type { BehaviorBody } from '../../contract/documents/behavior.ts';
import { type Behaviors, compileCondition, sharedParts } from '../../rules/compile.ts';
import { type RuleIndex, ruleIndex } from '../../rules/index.ts';
import type { Document, Documents, Rule } from './documents.ts';

/** The conditions of all behaviors of a snapshot, as conditions refer to them. */
export function behaviorConditions(behaviors: Iterable<Document<BehaviorBody>>) {
  return new Map(
    Array.from(behaviors, ({ id, body }) => [id, { name: body.name, condition: body.condition }] as const),
  );
}

/** The same of documents that may change, without a copy. */
export function behaviorsOf({ behavior }: Pick<Documents, 'behavior'>): Behaviors {
  return { get: (id) => behavior.get(id)?.body };
}

/** After this many conditions that are no longer used, the shared compilation is dropped. */
const recompiledMax = 1_000;

export type Rules = Pick<RuleIndex<Rule>, 'match'>;
type RuleDocuments = Pick<Documents, 'action' | 'behavior'>;

/** Compiles the rules of successive snapshots, each at its first use. Unchanged conditions are compiled once. */
export function ruleCompiler(): (documents: RuleDocuments) => Rules {
  let known = new Map<string, Rule>();
  let shared = sharedParts();
  let behavior: Documents['behavior'] | null = null;
  let recompiled = 0;

  function compile(documents: RuleDocuments): readonly Rule[] {
    if (behavior !== documents.behavior || recompiled > recompiledMax) {
      known = new Map();
      shared = sharedParts();
      behavior = documents.behavior;
      recompiled = 0;
    }
    let conditions: ReturnType<typeof behaviorConditions> | null = null;
    const rules = new Map<string, Rule>();
    for (const action of documents.action.values()) {
      if (action.body.status !== 'enabled' || action.body.destinations.length === 0) continue;
      const before = known.get(action.id);
      if (before?.action === action) rules.set(action.id, before);
      else {
        conditions ??= behaviorConditions(documents.behavior.values());
        recompiled += before === undefined ? 0 : 1;
        const compiled = compileCondition(action.body.rules, conditions, shared);
        if (compiled.ok) rules.set(action.id, { id: action.id, action, condition: compiled.condition });
      }
    }
    known = rules;
    return [...rules.values()];
  }

  return ({ action, behavior }) => ruleIndex(() => compile({ action, behavior }));
}
