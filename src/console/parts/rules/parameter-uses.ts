import type { RouteResponse } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { leavesOf } from '../../../contract/documents/condition-parts.ts';
import type { RuleUser } from './rule-users.tsx';

type Action = Pick<RouteResponse<'getAction'>, 'id' | 'name' | 'rules' | 'destinations'>;
type Behavior = RouteResponse<'getBehavior'>;

/** Which actions and behaviors name which parameters, in rules, attributes and field mappings. */
export function parameterUses(actions: readonly Action[], behaviors: readonly Behavior[]): Map<string, RuleUser[]> {
  const uses = new Map<string, RuleUser[]>();
  const note = (names: Iterable<string>, user: RuleUser) => {
    for (const name of new Set(names)) uses.set(name, [...(uses.get(name) ?? []), user]);
  };
  for (const action of actions) {
    const mapped = action.destinations.flatMap(({ mapping }) => mapping.flatMap(namesInMapping));
    note([...comparisons(action.rules).map((one) => one.parameter), ...mapped], userOf('action')(action));
  }
  for (const behavior of behaviors) {
    const { condition, attributes, standard, usedBy } = behavior;
    // A built-in behavior that no action uses does not count.
    if (standard && usedBy === 0) continue;
    note([...comparisons(condition).map((one) => one.parameter), ...attributes], userOf('behavior')(behavior));
  }
  return uses;
}

/** The actions and behaviors whose rules name a collector. */
export function collectorUses(id: string, actions: readonly Action[], behaviors: readonly Behavior[]): RuleUser[] {
  const names = (condition: Condition) =>
    comparisons(condition).some(
      (one) => one.parameter === 'source.collectorId' && 'value' in one && [one.value].flat().includes(id),
    );
  return [
    ...actions.filter(({ rules }) => names(rules)).map(userOf('action')),
    ...behaviors.filter(({ condition }) => names(condition)).map(userOf('behavior')),
  ];
}

const userOf =
  (kind: RuleUser['kind']) =>
  ({ id, name }: { id: string; name: string }): RuleUser => ({ kind, id, name });

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
