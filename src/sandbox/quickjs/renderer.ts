import type { RenderJob, RenderOutcome } from '../sandbox.ts';
import { openRealm } from './context.ts';
import type { Engine } from './engine.ts';
import { type Layout, restore, type Snapshot, takeSnapshot } from './heap-snapshot.ts';
import type { Limits } from './outcome.ts';
import { newSession, type Session, seedWords } from './render-session.ts';

/** `programsMax` bounds the prepared programs in the cache; the least recently used is removed first. */
export type RendererLimits = Limits & { programsMax: number };

/** `clock` is the clock that the engine reads in this thread. */
export type RendererParts = { newEngine(): Promise<Engine>; clock: { nowMs: number }; limits: RendererLimits };

/** Renders one job at a time in this thread. */
export type Renderer = {
  /** Starts an engine before a render if the last one left none. This time does not count for the job. */
  ready(): Promise<void>;
  render(job: RenderJob): RenderOutcome;
};

/**
 * Restores the realm from a snapshot for each render; without a layout each render starts a new engine, which is much
 * slower.
 */
export function newRenderer(parts: RendererParts, layout: Layout | null): Renderer {
  return layout === null ? freshRenderer(parts) : snapshotRenderer(parts, layout);
}

function freshRenderer({ newEngine, clock, limits }: RendererParts): Renderer {
  let unused: Engine | null = null;
  return {
    async ready() {
      unused = await newEngine();
    },
    render(job) {
      if (unused === null) throw new Error('The renderer is not ready.');
      const [bornMs] = seedWords(job.seed);
      const realm = openRealm(unused, clock, limits.outputBytes, bornMs);
      const session = newSession(unused, { ...realm, random: 0 }, clock, limits);
      unused = null;
      const prepared = session.prepare(job.program.source);
      return 'failure' in prepared ? prepared.failure : session.run(job, prepared.fn);
    },
  };
}

/** A program whose top level ran: the memory after it and the address of its function, or why it has none. */
type Prepared = { fn: number; snapshot: Snapshot } | { failure: RenderOutcome };
type Known = { source: string; prepared: Prepared; bytes: number };

/** Memory of prepared programs per thread: a program may fill its memory at its top level. */
const keptBytesMax = 32 * 1024 * 1024;

function snapshotRenderer({ newEngine, clock, limits }: RendererParts, { realm, base }: Layout): Renderer {
  const programs = new Map<string, Known>();
  let bytes = 0;
  let session: Session | null = null;

  function prepare(session: Session, source: string): Known {
    restore(session.engine, base, base);
    const ready = session.prepare(source);
    if ('failure' in ready) return { source, prepared: ready, bytes: 2 * source.length };
    const snapshot = takeSnapshot(session.engine, base);
    return { source, prepared: { fn: ready.fn, snapshot }, bytes: snapshot.copiedBytes + 2 * source.length };
  }

  function forget(key: string): void {
    bytes -= programs.get(key)?.bytes ?? 0;
    programs.delete(key);
  }

  function keep(key: string, known: Known): void {
    forget(key);
    programs.set(key, known);
    bytes += known.bytes;
    for (const oldest of programs.keys()) {
      if (programs.size <= limits.programsMax && bytes <= keptBytesMax) break;
      forget(oldest);
    }
  }

  return {
    async ready() {
      if (session === null || session.isSpent) session = newSession(await newEngine(), realm, clock, limits);
    },
    render(job) {
      if (session === null) throw new Error('The renderer is not ready.');
      const { key, source } = job.program;
      let known = programs.get(key);
      if (known?.source !== source) known = prepare(session, source);
      const { prepared } = known;
      // A program that exceeded a limit is not cached: its next render tries again.
      if (!('failure' in prepared) || prepared.failure.kind === 'threw') keep(key, known);
      if ('failure' in prepared) return prepared.failure;
      restore(session.engine, base, prepared.snapshot);
      return session.run(job, prepared.fn);
    },
  };
}
