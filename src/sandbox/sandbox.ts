/**
 * Runs operators' JavaScript, which is hostile until proven otherwise: strings in, strings out, bounded in time, memory
 * and output, with nothing left behind for the next render.
 */
export interface Sandbox extends AsyncDisposable {
  /**
   * Renders each job and answers in the same order.
   *
   * A job's fault is its own outcome and no other job's; the promise never rejects for one. It rejects when the sandbox
   * is disposed, and with AppError `unavailable` when no engine could be started for several seconds. A job whose worker
   * ended before it answered is run again: a render has no effects.
   */
  render(jobs: readonly RenderJob[]): Promise<RenderOutcome[]>;
  /** Counters since the start, for metrics. */
  readonly stats: SandboxStats;
}

/** For health checks: why nothing can be rendered now; null when it can. Ends without a restart of the process. */
export type SandboxHealth = { problem(): string | null };

/**
 * `source` is the text of a script that sets `globalThis.__render = (inputJson: string) => string`. Its top level runs
 * once, under the limits of a render, at time 0 and always with the same random numbers. Programs with the same `key`
 * and source share that; `key` also says whose time it was when a job wastes some.
 */
export type SandboxProgram = { key: string; source: string };

/**
 * One render. The same program, input, seed and `nowMs` give the same outcome: `Math.random` starts from `seed`, the
 * clock stands at `nowMs` (milliseconds since 1970), the time zone is UTC.
 */
export type RenderJob = { program: SandboxProgram; input: string; seed: string; nowMs: number };

/**
 * How a render ended. Messages are words for the log, at most 500 characters, without host paths. `line` and `column`
 * count from 1 within the program's source.
 */
export type RenderOutcome =
  | { kind: 'returned'; output: string }
  | { kind: 'threw'; message: string; line: number | null; column: number | null }
  | { kind: 'exceeded'; limit: 'time' | 'memory' | 'output'; message: string };

/** `renders` counts outcomes of every kind; `restarts` counts workers that had to be replaced; `queued` is now. */
export type SandboxStats = {
  readonly renders: number;
  readonly threw: number;
  readonly exceededTime: number;
  readonly exceededMemory: number;
  readonly exceededOutput: number;
  readonly restarts: number;
  readonly queued: number;
};
