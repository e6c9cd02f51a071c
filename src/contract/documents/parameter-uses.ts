import type { ActionBody } from './action.ts';
import type { BehaviorBody } from './behavior.ts';
import type { Condition } from './condition.ts';
import { leavesOf } from './condition-parts.ts';

/** The parameters that an action names in its rules and its field mappings, each once. */
export function parametersOfAction({ rules, destinations }: Pick<ActionBody, 'rules' | 'destinations'>): Set<string> {
  const mapped = destinations.flatMap(({ mapping }) => mapping.flatMap(namesInMapping));
  return new Set([...comparisons(rules).map(({ parameter }) => parameter), ...mapped]);
}

/** The parameters that a behavior names in its condition and its attributes, each once. */
export function parametersOfBehavior({ condition, attributes }: BehaviorBody): Set<string> {
  return new Set([...comparisons(condition).map(({ parameter }) => parameter), ...attributes]);
}

/** Whether a condition compares the collector of the event with this one. */
export function namesCollector(condition: Condition, id: string): boolean {
  return comparisons(condition).some(
    (one) => one.parameter === 'source.collectorId' && 'value' in one && [one.value].flat().includes(id),
  );
}

const comparisons = (condition: Condition) => leavesOf(condition).filter((one) => 'parameter' in one);

type Line = ActionBody['destinations'][number]['mapping'][number];

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
