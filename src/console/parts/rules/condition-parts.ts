import type { Comparison, Condition } from '../../../contract/documents/condition.ts';
import { innerOf } from '../../../contract/documents/condition-parts.ts';
import { type Operator, orderOperators } from '../../../contract/documents/operators.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { pointerOf } from '../../../contract/json.ts';

/** Several conditions of which all or any must hold. */
export type Group = Extract<Condition, { all: unknown } | { any: unknown }>;
/** A condition without the negation around it. */
type Positive = Exclude<Condition, { not: unknown }>;
type Join = 'all' | 'any';

export const newGroup = (join: Join = 'all', clauses: readonly Condition[] = []): Group =>
  join === 'all' ? { all: [...clauses] } : { any: [...clauses] };
/** A new comparison: by size for a parameter that is a number, and whether it is equal for any other. */
export const newComparison = (parameter = '', type?: Parameter['type']): Comparison => ({
  parameter,
  operator: type === 'number' ? 'greaterThan' : 'equals',
  value: '',
});

/** Whether a comparison by size or time has nothing to compare with: no event matches it. */
export const lacksValue = (one: Comparison): boolean =>
  'value' in one && one.value === '' && (orderOperators as readonly Operator[]).includes(one.operator);

export const isGroup = (condition: Condition): condition is Group => 'all' in condition || 'any' in condition;
export const joinOf = (group: Group): Join => ('all' in group ? 'all' : 'any');
export const clausesOf = (group: Group): readonly Condition[] => innerOf<Condition>(group).parts;

/** A condition, and whether it is negated. */
export function split(condition: Condition): { isNot: boolean; inner: Positive } {
  if (!('not' in condition)) return { isNot: false, inner: condition };
  const { isNot, inner } = split(condition.not);
  return { isNot: !isNot, inner };
}

export const negatedIf = (isNot: boolean, condition: Condition): Condition => (isNot ? { not: condition } : condition);

/** A stored condition for the builder: its outermost part is a group, or the negation of one, and nothing is negated twice. */
export function rulesOf(condition: Condition): Condition {
  const rules = negatedOnce(condition);
  return isGroup(split(rules).inner) ? rules : newGroup('all', [rules]);
}

function negatedOnce(condition: Condition): Condition {
  const { isNot, inner } = split(condition);
  return negatedIf(isNot, isGroup(inner) ? newGroup(joinOf(inner), clausesOf(inner).map(negatedOnce)) : inner);
}

/** The JSON pointer of the condition inside a negation, as the server's errors have it. */
export const innerPointer = (pointer: string, isNot: boolean): string => (isNot ? `${pointer}/not` : pointer);

/** The clauses of a group with their JSON pointers, from the pointer of the group. */
export function placedClauses(
  condition: Condition,
  pointer: string,
): (readonly [pointer: string, clause: Condition])[] {
  const { isNot, inner } = split(condition);
  if (!isGroup(inner)) return [];
  const { parts, pathOf } = innerOf<Condition>(inner);
  return parts.map((one, i) => [innerPointer(pointer, isNot) + pointerOf(pathOf(i)), one]);
}

/** Every part of the rules with its JSON pointer, the whole first. */
export function partsOf(condition: Condition, pointer = ''): (readonly [pointer: string, part: Condition])[] {
  return [[pointer, condition], ...placedClauses(condition, pointer).flatMap(([at, one]) => partsOf(one, at))];
}

/** Whether a part says enough to be judged. */
export function isComplete(condition: Condition): boolean {
  const { inner } = split(condition);
  if (isGroup(inner)) return clausesOf(inner).every(isComplete);
  if ('behavior' in inner) return inner.behavior !== '';
  if (inner.parameter.trim() === '') return false;
  if (lacksValue(inner)) return false;
  if (!('value' in inner) || typeof inner.value === 'string') return true;
  return inner.operator === 'between' ? !inner.value.includes('') : inner.value.length > 0;
}

/** A part without the clauses in it that are still being written; null: it is one itself. */
export function writtenPart(condition: Condition): Condition | null {
  const { isNot, inner } = split(condition);
  if (!isGroup(inner)) return isComplete(inner) ? condition : null;
  return negatedIf(
    isNot,
    newGroup(
      joinOf(inner),
      clausesOf(inner)
        .map(writtenPart)
        .filter((one) => one !== null),
    ),
  );
}

/** A comparison with another operator, and what its value is for that one. */
export function withOperator(comparison: Comparison, operator: Operator): Comparison {
  const { parameter, ignoreCase } = comparison;
  const base = { parameter, ...(ignoreCase === undefined ? {} : { ignoreCase }) };
  const values = 'value' in comparison ? [comparison.value].flat().filter((one) => one !== '') : [];
  const [first = '', second = ''] = values;
  switch (operator) {
    case 'exists':
    case 'notExists':
      return { ...base, operator };
    case 'in':
    case 'notIn':
      return { ...base, operator, value: values };
    case 'between':
      return { ...base, operator, value: [first, second] };
    default:
      return { ...base, operator, value: first };
  }
}
