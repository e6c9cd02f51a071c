import type { Event } from '../contract/records/event.ts';
import type { Explanation } from '../contract/records/explanation.ts';
import type { ConditionProblem } from '../rules/compile.ts';
import type { Composed, ProgramInput } from '../template/compile/program.ts';
import type { Problem } from '../template/parse/position.ts';
import type { Conditions } from './operations.ts';

/**
 * Compiles templates and tries conditions out where it keeps nothing else from running. Every call rejects with AppError
 * `too_complex` when it takes longer than the limit of a call, and with `unavailable` when too many calls are waiting.
 */
export interface Compute extends AsyncDisposable {
  /** The program of each input, or its problems; in their order. */
  compose(inputs: readonly ProgramInput[]): Promise<Composed[]>;
  /** Everything to say about a template, in the order of its text. */
  checkTemplate(given: { template: string; contentType: string }): Promise<Problem[]>;
  /** What is wrong with each condition; nothing when it compiles. */
  conditionProblems(given: Conditions): Promise<ConditionProblem[][]>;
  /** Why each condition holds for the event, or doesn't; null for one that does not compile. */
  explain(given: Conditions & { event: Event }): Promise<(Explanation | null)[]>;
  /** For each event whether each condition holds; one that does not compile holds for none. */
  matches(given: Conditions & { events: readonly Event[] }): Promise<boolean[][]>;
}
