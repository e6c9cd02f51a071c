import type { RenderOutcome, SandboxProgram } from '../sandbox.ts';
import type { Layout } from './heap-snapshot.ts';
import type { RendererLimits } from './renderer.ts';
import type { WasmModule } from './wasm.ts';

/** What a worker is born with. `progress` is shared memory: see {@link PROGRESS}. */
export type WorkerData = {
  module: WasmModule;
  limits: RendererLimits;
  progress: Int32Array;
  /** Undefined: to be found out, which takes a while. Null: there is none for this build. */
  layout: Layout | null | undefined;
};

/** Each program of a batch crosses once; a job names it by its place. */
export type BatchMessage = {
  batch: number;
  programs: SandboxProgram[];
  jobs: { program: number; input: string; seed: string; nowMs: number }[];
};

/** A worker says that it is ready, then answers each batch. A plain string is the output of a job that
 * returned. Jobs behind a wasteful one are not done, so that the queue can put others before them. */
export type WorkerMessage =
  | { kind: 'ready'; layout: Layout | null }
  | { kind: 'rendered'; batch: number; outcomes: (string | RenderOutcome)[] };

/** Whether a job took so long that those behind it in its batch should not wait for more of its kind. */
export function isWasteful(outcome: string | RenderOutcome): boolean {
  return typeof outcome !== 'string' && outcome.kind === 'exceeded' && outcome.limit !== 'output';
}

/**
 * Words of the shared memory in which a worker says what it is doing, for the time when it can't say anything else:
 * how many jobs it has started, and the batch and the place in it of the running one. Place -1: none is running.
 */
export const PROGRESS = { started: 0, batch: 1, job: 2, words: 3 } as const;
