import { hash } from 'node:crypto';
import type { Condition } from '../contract/documents/condition.ts';
import type { Event } from '../contract/records/event.ts';
import type { Explanation } from '../contract/records/explanation.ts';
import { type CompiledCondition, type ConditionProblem, compileCondition } from '../rules/compile.ts';
import { checkTemplate } from '../template/check/check.ts';
import { type Composed, composeProgram, type PlacedProblem, type ProgramInput } from '../template/compile/program.ts';
import type { Problem } from '../template/parse/position.ts';

/** Conditions with the behaviors that they can name. */
export type Conditions = {
  conditions: readonly Condition[];
  behaviors: readonly (readonly [id: string, behavior: { name: string; condition: Condition }])[];
};

/** Operations that a user's input can make slow: pure functions of data that can be cloned, so that a thread can run them. */
export const operations = {
  /** The program of each input, or its problems; in input order. */
  compose: (inputs: readonly ProgramInput[]): Composed[] =>
    inputs.map((input) => {
      const composed = composeProgram(input);
      if (!composed.ok) return composed;
      return { ok: true, program: { ...composed.program, key: hash('sha256', composed.program.source) } };
    }),

  /** Why each input does not compile; null: it does. Programs are far larger than their inputs. */
  programProblems: (inputs: readonly ProgramInput[]): (PlacedProblem[] | null)[] =>
    inputs.map((input) => {
      const composed = composeProgram(input);
      return composed.ok ? null : composed.problems;
    }),

  /** All problems of a template, in the order of its text. */
  checkTemplate: ({ template, contentType }: { template: string; contentType: string }): Problem[] =>
    checkTemplate(template, { contentType }),

  /** The problems of each condition; none when it compiles. */
  conditionProblems: (given: Conditions): ConditionProblem[][] =>
    compileAll(given).map((one) => (one.ok ? [] : one.problems)),

  /** Why each condition is true or false for the event; null for one that does not compile. */
  explain({ event, ...given }: Conditions & { event: Event }): (Explanation | null)[] {
    return compileAll(given).map((one) => (one.ok ? one.condition.explain(event) : null));
  },

  /** For each event, whether each condition is true; false for one that does not compile. */
  matches({ events, ...given }: Conditions & { events: readonly Event[] }): boolean[][] {
    const compiled = compileOnce(given);
    return events.map((event) => compiled.map((condition) => condition?.matches(event) === true));
  },
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;

function compileAll({ conditions, behaviors }: Conditions) {
  const known = new Map(behaviors);
  return conditions.map((condition) => compileCondition(condition, known));
}

let last: { key: string; compiled: (CompiledCondition | null)[] } | null = null;

/** A check sends the same conditions for one page of events after the other. */
function compileOnce(given: Conditions): (CompiledCondition | null)[] {
  const key = JSON.stringify(given);
  if (last?.key !== key) last = { key, compiled: compileAll(given).map((one) => (one.ok ? one.condition : null)) };
  return last.compiled;
}
