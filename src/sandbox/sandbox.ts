/**
 * Runs operators' JavaScript, which is treated as hostile: strings in, strings out, limited in time, memory and
 * output, without effects on later renders.
 */
export interface Sandbox extends AsyncDisposable {
  /**
   * Renders each job and returns the outcomes in the same order.
   *
   * A job's error is its own outcome and affects no other job; the promise does not reject for it. It rejects when
   * the sandbox is disposed, and with AppError `unavailable` when no engine could be started for several seconds. A
   * job whose worker ended before it responded is run again: a render has no side effects.
   */
  render(jobs: readonly RenderJob[]): Promise<RenderOutcome[]>;
  /** Counters since the start, for metrics. */
  readonly stats: SandboxStats;
}

/**
 * For health checks: why nothing can be rendered now; null when rendering works. A problem can pass without a restart
 * of the process.
 */
export type SandboxHealth = { problem(): string | null };

/**
 * `source` is a script that sets `globalThis.__render = (inputJson: string) => string`. Its top level runs once,
 * under the limits of a render, at time 0 and always with the same random numbers. Programs with the same `key` and
 * source share that run.
 */
export type SandboxProgram = { key: string; source: string };

/**
 * One render. The same program, input, seed and `nowMs` give the same outcome: `Math.random` starts from `seed`, the
 * clock is fixed at `nowMs` (milliseconds since 1970), the time zone is UTC. After a job that wastes time those of its
 * `group`, by default of its program's key, wait for all others.
 */
export type RenderJob = { program: SandboxProgram; input: string; seed: string; nowMs: number; group?: string };

/**
 * The outcome of a render. Messages are for the log: at most 500 characters, without host paths. `line` and `column`
 * count from 1 within the program's source.
 */
export type RenderOutcome =
  | { kind: 'returned'; output: string }
  | { kind: 'threw'; message: string; line: number | null; column: number | null }
  | { kind: 'exceeded'; limit: 'time' | 'memory' | 'output'; message: string };

/**
 * `renders` counts outcomes of every kind; `restarts` counts replaced workers; `queued` is the current number of
 * waiting jobs.
 */
export type SandboxStats = Readonly<
  Record<'renders' | 'threw' | 'exceededTime' | 'exceededMemory' | 'exceededOutput' | 'restarts' | 'queued', number>
>;
