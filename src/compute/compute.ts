import type { Event } from '../contract/records/event.ts';
import type { Explanation } from '../contract/records/explanation.ts';
import type { ConditionProblem } from '../rules/compile.ts';
import type { Composed, ProgramInput } from '../template/compile/program.ts';
import type { Problem } from '../template/parse/position.ts';
import type { Conditions } from './operations.ts';

/**
 * Compiles templates and tests conditions without blocking the caller's thread. Every call rejects with AppError
 * `too_complex` when it exceeds the time limit of a call, and with `unavailable` when too many calls are waiting.
 */
export interface Compute extends AsyncDisposable {
  /** The program of each input, or its problems; in input order. */
  compose(inputs: readonly ProgramInput[]): Promise<Composed[]>;
  /** All problems of a template, in the order of its text. */
  checkTemplate(given: { template: string; contentType: string }): Promise<Problem[]>;
  /** The problems of each condition; none when it compiles. */
  conditionProblems(given: Conditions): Promise<ConditionProblem[][]>;
  /** Why each condition is true or false for the event; null for one that does not compile. */
  explain(given: Conditions & { event: Event }): Promise<(Explanation | null)[]>;
  /** For each event, whether each condition is true; false for one that does not compile. */
  matches(given: Conditions & { events: readonly Event[] }): Promise<boolean[][]>;
}
