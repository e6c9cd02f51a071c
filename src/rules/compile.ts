import type { Comparison, Condition } from '../contract/documents/condition.ts';
import { innerOf } from '../contract/documents/condition-parts.ts';
import { conditionLimits } from '../contract/documents/operators.ts';
import type { Event } from '../contract/records/event.ts';
import { type ExplainedCondition, type Explanation, shownValueMax } from '../contract/records/explanation.ts';
import { compileComparison, type Judge, regexSize, wantedTexts } from './comparison.ts';
import { cutValue } from './cut-value.ts';
import { compileLookup, type Lookup } from './lookup.ts';

/** The behaviors that conditions may refer to, by id. */
export type Behaviors = { get(id: string): { name: string; condition: Condition } | undefined };

/** A condition with its behaviors expanded, ready to test events. */
export type CompiledCondition = {
  matches(event: Event): boolean;
  /** Evaluates every part, without short-circuiting; the result always equals that of `matches`. */
  explain(event: Event): Explanation;
  /** The parts that must all hold, with their needs; the rule index uses them. */
  conjuncts: readonly Conjunct[];
};

/**
 * A necessary condition of an event, used by the rule index. `choice`: a folded candidate of the parameter is one of
 * the texts. `every` of nothing always holds, `some` of nothing never does.
 */
export type Need =
  | { kind: 'choice'; parameter: string; ignoreCase: boolean; texts: string[] }
  | { kind: 'every' | 'some'; needs: Need[] };

/** Comparisons and groups shared by conditions that are compiled together; opaque. */
type SharedParts = {
  comparisons: Map<string, CompiledComparison>;
  groups: Map<string, Test>;
  numbers: Map<Test, number>;
};

export function sharedParts(): SharedParts {
  return { comparisons: new Map(), groups: new Map(), numbers: new Map() };
}

/** A part of a condition with its need. A part whose need is a `choice` holds exactly when the choice is met. */
export type Conjunct = { matches(event: Event): boolean; need: Need };

/** A problem that prevents compilation, and its place in the condition (a JSON pointer). */
export type ConditionProblem = { pointer: string; message: string };

/**
 * Compiles a condition. Behaviors are expanded before depth, comparisons and list values are counted; a problem
 * inside of one is reported at the place that names it. Refuses unknown behaviors, cycles, and regular expressions
 * that RE2 does not support. Conditions compiled with the same `shared` share equal comparisons and groups, which
 * saves memory and, with thousands of conditions, most of the time of a match, because shared code stays in the CPU
 * cache.
 */
export function compileCondition(
  condition: Condition,
  behaviors: Behaviors,
  shared: SharedParts = sharedParts(),
): { ok: true; condition: CompiledCondition } | { ok: false; problems: ConditionProblem[] } {
  const build: Build = { behaviors, shared, problems: [], leaves: 0, listValues: 0, regexSize: 0 };
  const part = compilePart(condition, { pointer: '', reportAt: '', depth: 1, within: [] }, build);
  if (build.problems.length > 0) return { ok: false, problems: build.problems };
  return {
    ok: true,
    condition: {
      matches: part.matches,
      explain: (event) => {
        const tree = part.explain(event);
        return { result: tree.result, decidedBy: deciderOf(tree), tree };
      },
      conjuncts: conjunctsOf(part),
    },
  };
}

type Test = (event: Event) => boolean;

/** The compiled form used by matching and explaining. */
type Part = {
  matches: Test;
  explain(event: Event): ExplainedCondition;
  needs: { toHold: Need; toFail: Need };
  /** Set when the part is more than one conjunct. */
  conjuncts?: readonly Conjunct[];
};

const conjunctsOf = ({ conjuncts, matches, needs }: Part): readonly Conjunct[] =>
  conjuncts ?? [{ matches, need: needs.toHold }];

type Build = {
  behaviors: Behaviors;
  shared: SharedParts;
  problems: ConditionProblem[];
  leaves: number;
  listValues: number;
  regexSize: number;
};

/** `within`: the behaviors that enclose this place; `reportAt`: this place, or the outermost of them. */
type Location = { pointer: string; reportAt: string; depth: number; within: string[] };

function compilePart(condition: Condition, location: Location, build: Build): Part {
  // Stops after a limit is exceeded and reported: behaviors that contain each other multiply.
  if (exceededLimit(build) !== null) return nothing;
  const problem = location.depth > conditionLimits.depth ? tooDeep : count(condition, build);
  if (problem !== null) return refusedPart(location, problem, build);
  if ('all' in condition) return compileGroup('all', condition.all, location, build);
  if ('any' in condition) return compileGroup('any', condition.any, location, build);
  if ('not' in condition) return compileNot(condition.not, location, build);
  if ('behavior' in condition) return compileBehavior(condition.behavior, location, build);
  return compileLeaf(condition, location, build);
}

function compileGroup(kind: 'all' | 'any', conditions: Condition[], location: Location, build: Build): Part {
  const parts = conditions.map((one, i) => compilePart(one, step(location, `/${kind}/${i}`), build));
  const settles = kind === 'any';
  return {
    matches: shareGroup(kind, parts, build.shared),
    explain: (event) => {
      const explained = parts.map((part) => part.explain(event));
      const result = explained.some((one) => one.result === settles) === settles;
      return { kind, pointer: location.pointer, result, conditions: explained };
    },
    needs: {
      toHold: { kind: kind === 'all' ? 'every' : 'some', needs: parts.map((part) => part.needs.toHold) },
      toFail: { kind: kind === 'all' ? 'some' : 'every', needs: parts.map((part) => part.needs.toFail) },
    },
    ...(kind === 'all' && { conjuncts: parts.flatMap(conjunctsOf) }),
  };
}

function compileNot(condition: Condition, location: Location, build: Build): Part {
  const part = compilePart(condition, step(location, '/not'), build);
  return {
    matches: (event) => !part.matches(event),
    explain: (event) => {
      const inner = part.explain(event);
      return { kind: 'not', pointer: location.pointer, result: !inner.result, condition: inner };
    },
    needs: { toHold: part.needs.toFail, toFail: part.needs.toHold },
  };
}

function compileBehavior(id: string, location: Location, build: Build): Part {
  const behavior = build.behaviors.get(id);
  if (behavior === undefined) return refusedPart(location, `There is no behavior ${id}.`, build);
  if (location.within.includes(id))
    return refusedPart(location, `The behavior ${behavior.name} contains itself.`, build);
  if (location.within.length >= conditionLimits.depth) return refusedPart(location, tooDeep, build);

  const pointer = `${location.pointer}/behavior`;
  const within = [...location.within, id];
  const reportAt = location.within.length === 0 ? pointer : location.reportAt;
  const part = compilePart(behavior.condition, { pointer, reportAt, depth: location.depth, within }, build);
  return {
    ...part,
    explain: (event) => {
      const inner = part.explain(event);
      const { result } = inner;
      return { kind: 'behavior', pointer: location.pointer, result, id, name: behavior.name, condition: inner };
    },
  };
}

type CompiledComparison = { lookup: Lookup; judge: Judge; matches(event: Event): boolean; toHold: Need };

function compileLeaf(comparison: Comparison, location: Location, build: Build): Part {
  if (comparison.operator === 'regex') {
    build.regexSize += regexSize(comparison.value);
    const problem = exceededLimit(build);
    if (problem !== null) return refusedPart(location, problem, build, '/value');
  }
  const compiled = shareComparison(comparison, build.shared.comparisons);
  if (typeof compiled === 'string') return refusedPart(location, compiled, build, '/value');
  const { lookup, judge, matches, toHold } = compiled;
  const { parameter, operator } = comparison;
  const ignoreCase = comparison.ignoreCase === true;
  const value = 'value' in comparison ? shownValue(comparison.value) : { value: null, isCut: false };
  return {
    matches,
    explain: (event) => {
      const found = lookup(event);
      const isMissing = found === undefined;
      const actual = cutValue(isMissing ? null : found, shownValueMax.whole);
      return {
        kind: 'comparison',
        pointer: location.pointer,
        result: judge(found),
        parameter,
        operator,
        value: value.value,
        ignoreCase,
        isMissing,
        actual: actual.value,
        isCut: value.isCut || actual.isCut,
      };
    },
    needs: { toHold, toFail: noNeed },
  };
}

function shownValue(value: string | string[]): { value: string | string[]; isCut: boolean } {
  const { value: shown, isCut } = cutValue(value, shownValueMax.whole);
  return { value: shown as string | string[], isCut }; // cutting keeps the type
}

/** The compiled comparison, or the problem of its regular expression. */
function shareComparison(comparison: Comparison, shared: SharedParts['comparisons']): CompiledComparison | string {
  const key = JSON.stringify(comparison);
  const known = shared.get(key);
  if (known !== undefined) return known;
  const result = compileComparison(comparison);
  if (!result.ok) return result.message;
  const { judge } = result;
  const lookup = compileLookup(comparison.parameter);
  const texts = wantedTexts(comparison);
  const { parameter, ignoreCase = false } = comparison;
  const toHold: Need = texts === null ? noNeed : { kind: 'choice', parameter, ignoreCase, texts };
  const compiled = { lookup, judge, matches: (event: Event) => judge(lookup(event)), toHold };
  shared.set(key, compiled);
  return compiled;
}

/** The test of a group; groups of the same parts share one. */
function shareGroup(kind: 'all' | 'any', parts: readonly Part[], { groups, numbers }: SharedParts): Test {
  const key = `${kind} ${parts.map(({ matches }) => numberOf(matches, numbers))}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const tests = parts.map(({ matches }) => matches);
  const settles = kind === 'any';
  const test: Test = (event) => {
    for (const one of tests) if (one(event) === settles) return settles;
    return !settles;
  };
  groups.set(key, test);
  return test;
}

function numberOf(test: Test, numbers: Map<Test, number>): number {
  const known = numbers.get(test) ?? numbers.size;
  numbers.set(test, known);
  return known;
}

const noNeed: Need = { kind: 'every', needs: [] };
const tooDeep = `A condition may be ${conditionLimits.depth} levels deep, its behaviors included.`;

/** Counts a part towards the limits. Empty groups count as comparisons, since they cost the same. */
function count(condition: Condition, build: Build): string | null {
  if (!('behavior' in condition) && innerOf(condition).parts.length === 0) build.leaves += 1;
  if ('operator' in condition && (condition.operator === 'in' || condition.operator === 'notIn'))
    build.listValues += condition.value.length;
  return exceededLimit(build);
}

/** A message for the first exceeded limit; null: none is. */
function exceededLimit(build: Build): string | null {
  const { leaves, listValues, regexSize } = conditionLimits;
  if (build.leaves > leaves) return `A condition may have ${leaves} comparisons, those of its behaviors included.`;
  if (build.listValues > listValues)
    return `The lists of a condition may have ${listValues} values together, its behaviors included.`;
  if (build.regexSize <= regexSize) return null;
  return (
    `The regular expressions of a condition, those of its behaviors included, can come to ${regexSize} steps. ` +
    'Repetitions such as {1,1000} count as often as they repeat.'
  );
}

function step(location: Location, pointer: string): Location {
  const reportAt = location.within.length === 0 ? `${location.reportAt}${pointer}` : location.reportAt;
  return { ...location, pointer: `${location.pointer}${pointer}`, reportAt, depth: location.depth + 1 };
}

/** Records a problem. The returned part never runs, because a build with problems has no result. */
function refusedPart(location: Location, message: string, build: Build, within = ''): Part {
  build.leaves += 1;
  if (!build.problems.some((problem) => problem.message === message)) {
    const pointer = location.within.length === 0 ? `${location.reportAt}${within}` : location.reportAt;
    build.problems.push({ pointer, message });
  }
  return nothing;
}

const nothing: Part = {
  matches: () => false,
  explain: () => ({ kind: 'any', pointer: '', result: false, conditions: [] }),
  needs: { toHold: noNeed, toFail: noNeed },
};

/**
 * The part that determines a result. One comparison is enough for a false `all` and a true `any`: the first one with that
 * result. All parts together determine a true `all` and a false `any`, so it is the group when it has several.
 */
function deciderOf(tree: ExplainedCondition): string | null {
  if (tree.kind === 'comparison') return tree.pointer;
  if ('condition' in tree) return deciderOf(tree.condition);
  const isTogether = tree.result === (tree.kind === 'all');
  const deciders = tree.conditions.flatMap((child) => (child.result === tree.result ? (deciderOf(child) ?? []) : []));
  return isTogether && deciders.length > 1 ? tree.pointer : (deciders[0] ?? null);
}
