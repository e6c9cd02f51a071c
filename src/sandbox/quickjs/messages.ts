import type { RenderOutcome, SandboxProgram } from '../sandbox.ts';
import type { WasmModule } from './engine.ts';
import type { Layout } from './heap-snapshot.ts';
import type { RendererLimits } from './renderer.ts';

/** The initial data of a worker. `progress` is shared memory: see {@link PROGRESS}. */
export type WorkerData = {
  module: WasmModule;
  limits: RendererLimits;
  progress: Int32Array;
  /** Undefined: not determined yet, which takes a while. Null: this build has none. */
  layout: Layout | null | undefined;
};

/** Each program of a batch is sent once; a job names it by its index. */
export type BatchMessage = {
  batch: number;
  programs: SandboxProgram[];
  jobs: { program: number; input: string; seed: string; nowMs: number }[];
};

/**
 * A worker reports that it is ready, then returns the results of each batch. A plain string is the output of a job
 * that returned. Jobs after a wasteful one are not done, so that the queue can put others before them.
 */
export type WorkerMessage =
  | { kind: 'ready'; layout: Layout | null }
  | { kind: 'rendered'; batch: number; outcomes: (string | RenderOutcome)[] };

/** Whether a job took so long that the jobs after it in its batch should not wait for more of its kind. */
export function isWasteful(outcome: string | RenderOutcome): boolean {
  return typeof outcome !== 'string' && outcome.kind === 'exceeded' && outcome.limit !== 'output';
}

/**
 * Words of the shared memory in which a worker reports its progress, readable even while it is blocked: the number of
 * jobs it has started, and the batch and index of the running one. Index -1: none is running.
 */
export const PROGRESS = { started: 0, batch: 1, job: 2, words: 3 } as const;
