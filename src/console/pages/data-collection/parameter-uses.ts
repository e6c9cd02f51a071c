import type { Answer } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { leavesOf } from '../../parts/rules/condition-parts.ts';

type Action = Answer<'getAction'>;
type Behavior = Answer<'getBehavior'>;

/** Something that names a parameter. */
export type User = { kind: 'action' | 'behavior'; id: string; name: string };

/** Which actions and behaviors name which parameters, in rules, attributes and field mappings. */
export function parameterUses(actions: readonly Action[], behaviors: readonly Behavior[]): Map<string, User[]> {
  const uses = new Map<string, User[]>();
  const note = (names: Iterable<string>, user: User) => {
    for (const name of new Set(names)) uses.set(name, [...(uses.get(name) ?? []), user]);
  };
  for (const { id, name, rules, destinations } of actions) {
    const mapped = destinations.flatMap(({ mapping }) => mapping.flatMap(namesInMapping));
    note([...comparisons(rules).map((one) => one.parameter), ...mapped], { kind: 'action', id, name });
  }
  for (const { id, name, condition, attributes, standard, usedBy } of behaviors) {
    // A built-in behavior that no action uses does not count.
    if (standard && usedBy === 0) continue;
    note([...comparisons(condition).map((one) => one.parameter), ...attributes], { kind: 'behavior', id, name });
  }
  return uses;
}

/** The actions and behaviors whose rules name a collector. */
export function collectorUses(collectorId: string, actions: readonly Action[], behaviors: readonly Behavior[]): User[] {
  const names = (condition: Condition) =>
    comparisons(condition).some(
      (one) => one.parameter === 'source.collectorId' && 'value' in one && [one.value].flat().includes(collectorId),
    );
  return [
    ...actions.filter(({ rules }) => names(rules)).map(({ id, name }): User => ({ kind: 'action', id, name })),
    ...behaviors
      .filter(({ condition }) => names(condition))
      .map(({ id, name }): User => ({ kind: 'behavior', id, name })),
  ];
}

const comparisons = (condition: Condition) => leavesOf(condition).filter((one) => 'parameter' in one);

type Line = Action['destinations'][number]['mapping'][number];

function namesInMapping(line: Line): string[] {
  if ('parameter' in line) return [line.parameter];
  return 'expression' in line ? namesInExpression(line.expression) : [];
}

/** The members of `it` that an expression reads: `it.x`, `it["wt.ti"]`. */
function namesInExpression(expression: string): string[] {
  const member =
    /\bit(?:\??\.(?<plain>[A-Za-z_$][\w$]*)|(?:\?\.)?\[\s*(?<quote>["'`])(?<quoted>[^"'`]+)\k<quote>\s*\])/g;
  return [...expression.matchAll(member)].map(({ groups }) => groups?.['plain'] ?? groups?.['quoted'] ?? '');
}
