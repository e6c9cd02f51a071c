import type { Compute } from './compute.ts';
import { operations } from './operations.ts';

/** Computes on the calling thread, without limits: for programs that do nothing else. */
export function inlineCompute(): Compute {
  return {
    compose: async (inputs) => operations.compose(inputs),
    programProblems: async (inputs) => operations.programProblems(inputs),
    checkTemplate: async (given) => operations.checkTemplate(given),
    conditionProblems: async (given) => operations.conditionProblems(given),
    explain: async (given) => operations.explain(given),
    matches: async (given) => operations.matches(given),
    [Symbol.asyncDispose]: async () => {},
  };
}
