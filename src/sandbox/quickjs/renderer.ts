import type { RenderJob, RenderOutcome } from '../sandbox.ts';
import type { Engine } from './engine.ts';
import type { Layout } from './layout.ts';
import type { Limits } from './outcome.ts';
import { openRealm } from './realm.ts';
import { seedWords } from './seed.ts';
import { newSession, type Session } from './session.ts';
import { NOTHING, restore, type Snapshot, takeSnapshot } from './snapshot.ts';

/** `programsMax` bounds the prepared programs that are kept; the least recently used goes first. */
export type RendererLimits = Limits & { programsMax: number };

/** `clock` is the clock that the engine reads in this thread. */
export type RendererParts = { newEngine(): Promise<Engine>; clock: { nowMs: number }; limits: RendererLimits };

/** Renders one job at a time in this thread. */
export type Renderer = {
  /** Before each render: starts an engine when the last render left none. It is no job's fault how long that takes. */
  ready(): Promise<void>;
  render(job: RenderJob): RenderOutcome;
};

/** Restores the realm from a snapshot for each render; without a layout each starts an engine of its own, much slower. */
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

/** A program whose top level ran: what the memory was then and where its function lies, or why it has none. */
type Prepared = { fn: number; snapshot: Snapshot } | { failure: RenderOutcome };

function snapshotRenderer({ newEngine, clock, limits }: RendererParts, { realm, base }: Layout): Renderer {
  const programs = new Map<string, { source: string; prepared: Prepared }>();
  let session: Session | null = null;

  function prepare(session: Session, source: string): Prepared {
    restore(session.engine, base, NOTHING);
    const ready = session.prepare(source);
    return 'failure' in ready ? ready : { fn: ready.fn, snapshot: takeSnapshot(session.engine, base) };
  }

  function keep(key: string, source: string, prepared: Prepared): void {
    programs.delete(key);
    programs.set(key, { source, prepared });
    const oldest = programs.keys().next();
    if (programs.size > limits.programsMax && !oldest.done) programs.delete(oldest.value);
  }

  return {
    async ready() {
      if (session === null || session.isSpent) session = newSession(await newEngine(), realm, clock, limits);
    },
    render(job) {
      if (session === null) throw new Error('The renderer is not ready.');
      const { key, source } = job.program;
      const known = programs.get(key);
      const prepared = known?.source === source ? known.prepared : prepare(session, source);
      // What a limit ended may have been bad luck: it is tried again.
      if (!('failure' in prepared) || prepared.failure.kind === 'threw') keep(key, source, prepared);
      if ('failure' in prepared) return prepared.failure;
      restore(session.engine, base, prepared.snapshot);
      return session.run(job, prepared.fn);
    },
  };
}
