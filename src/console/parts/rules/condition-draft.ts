import type { Comparison, Condition } from '../../../contract/documents/condition.ts';
import type { Operator } from '../../../contract/documents/operators.ts';

/** A condition as the builder holds it: a key for each part, `not` as a property of what it negates, values as typed. */
export type Clause = GroupDraft | BehaviorDraft | ComparisonDraft;

export type GroupDraft = {
  key: string;
  kind: 'group';
  isNot: boolean;
  join: 'all' | 'any';
  clauses: readonly Clause[];
};
export type BehaviorDraft = { key: string; kind: 'behavior'; isNot: boolean; id: string };
export type ComparisonDraft = {
  key: string;
  kind: 'comparison';
  isNot: boolean;
  parameter: string;
  operator: Operator;
  /** One value; several have one line each. */
  text: string;
  low: string;
  high: string;
  ignoreCase: boolean | undefined;
};

/** How the value of an operator is typed. */
export function valueKindOf(operator: Operator): 'none' | 'text' | 'order' | 'time' | 'list' | 'range' {
  switch (operator) {
    case 'exists':
    case 'notExists':
      return 'none';
    case 'in':
    case 'notIn':
      return 'list';
    case 'between':
      return 'range';
    case 'before':
    case 'after':
      return 'time';
    case 'greaterThan':
    case 'greaterOrEqual':
    case 'lessThan':
    case 'lessOrEqual':
      return 'order';
    default:
      return 'text';
  }
}

/** Unlike any other, also after a draft was put back into a page that was loaded anew. */
export const newKey = (): string => Math.random().toString(36).slice(2);

export const newGroup = (clauses: readonly Clause[] = [], join: 'all' | 'any' = 'all'): GroupDraft => ({
  key: newKey(),
  kind: 'group',
  isNot: false,
  join,
  clauses,
});
export const newBehavior = (id: string): BehaviorDraft => ({ key: newKey(), kind: 'behavior', isNot: false, id });
export const newComparison = (parameter = ''): ComparisonDraft => ({
  key: newKey(),
  kind: 'comparison',
  isNot: false,
  parameter,
  operator: 'equals',
  text: '',
  low: '',
  high: '',
  ignoreCase: undefined,
});

/** A stored condition for the builder, whose outermost part is always a group. */
export function draftOfCondition(condition: Condition): GroupDraft {
  const clause = clauseOf(condition, false);
  return clause.kind === 'group' ? clause : newGroup([clause]);
}

function clauseOf(condition: Condition, isNot: boolean): Clause {
  if ('not' in condition) {
    if (!isNot) return clauseOf(condition.not, true);
    return { ...newGroup([clauseOf(condition, false)]), isNot: true };
  }
  if ('all' in condition) return { ...newGroup(condition.all.map((one) => clauseOf(one, false))), isNot };
  if ('any' in condition)
    return {
      ...newGroup(
        condition.any.map((one) => clauseOf(one, false)),
        'any',
      ),
      isNot,
    };
  if ('behavior' in condition) return { ...newBehavior(condition.behavior), isNot };
  const { parameter, operator, ignoreCase } = condition;
  const base = { ...newComparison(parameter), isNot, operator, ignoreCase };
  if (condition.operator === 'between') return { ...base, low: condition.value[0], high: condition.value[1] };
  if (!('value' in condition)) return base;
  return { ...base, text: typeof condition.value === 'string' ? condition.value : condition.value.join('\n') };
}

/** The condition that a draft stands for, as it would be saved. */
export function conditionOf(clause: Clause): Condition {
  const inner = positiveOf(clause);
  return clause.isNot ? { not: inner } : inner;
}

function positiveOf(clause: Clause): Condition {
  if (clause.kind === 'behavior') return { behavior: clause.id };
  if (clause.kind === 'comparison') return comparisonOf(clause);
  const children = clause.clauses.map(conditionOf);
  return clause.join === 'all' ? { all: children } : { any: children };
}

function comparisonOf({ parameter, operator, text, low, high, ignoreCase }: ComparisonDraft): Comparison {
  const base = { parameter, ...(ignoreCase === undefined ? {} : { ignoreCase }) };
  switch (operator) {
    case 'exists':
    case 'notExists':
      return { ...base, operator };
    case 'in':
    case 'notIn':
      return { ...base, operator, value: text === '' ? [] : text.replace(/\n$/, '').split('\n') };
    case 'between':
      return { ...base, operator, value: [low, high] };
    default:
      return { ...base, operator, value: text };
  }
}

/** Where each part stands in the condition, as the server names places: JSON pointers by key. */
export function pointersOf(root: GroupDraft): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (clause: Clause, at: string) => {
    const pointer = clause.isNot ? `${at}/not` : at;
    found.set(clause.key, pointer);
    if (clause.kind === 'group')
      for (const [i, one] of clause.clauses.entries()) walk(one, `${pointer}/${clause.join}/${i}`);
  };
  walk(root, '');
  return found;
}

/** Every part of a condition, the whole first. */
export function allClauses(clause: Clause): Clause[] {
  return [clause, ...(clause.kind === 'group' ? clause.clauses.flatMap(allClauses) : [])];
}

/** Whether a part says enough to be judged. */
export function isComplete(clause: Clause): boolean {
  if (clause.kind === 'group') return clause.clauses.every(isComplete);
  if (clause.kind === 'behavior') return clause.id !== '';
  if (clause.parameter.trim() === '') return false;
  if (clause.operator === 'between') return clause.low !== '' && clause.high !== '';
  return valueKindOf(clause.operator) !== 'list' || clause.text !== '';
}

/** The draft with one part replaced by what `change` makes of it, or taken out with null. */
export function changeClause(root: GroupDraft, key: string, change: (clause: Clause) => Clause | null): GroupDraft {
  const clauses = root.clauses.flatMap((one): Clause[] => {
    if (one.key === key) {
      const next = change(one);
      return next === null ? [] : [next];
    }
    return one.kind === 'group' ? [changeClause(one, key, change)] : [one];
  });
  return { ...root, clauses };
}
