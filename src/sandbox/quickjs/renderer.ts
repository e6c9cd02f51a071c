import type { RenderJob, RenderOutcome } from '../sandbox.ts';
import { newEngine } from './engine.ts';
import type { Limits } from './outcome.ts';
import { openRealm, type Realm } from './realm.ts';
import { seedWords } from './seed.ts';
import { passesSelfTest } from './self-test.ts';
import { newSession, type Session } from './session.ts';
import {
  type BaseImage,
  isCleanElsewhere,
  NOTHING,
  restore,
  type Snapshot,
  takeBase,
  takeSnapshot,
} from './snapshot.ts';
import type { WasmModule } from './wasm.ts';

/** `programsMax` bounds the prepared programs that are kept; the least recently used goes first. */
export type RendererLimits = Limits & { programsMax: number };

/** Renders one job at a time in this thread. */
export type Renderer = {
  render(job: RenderJob): Promise<RenderOutcome>;
  /** Whether realms are restored from snapshots. If not, each render starts an engine of its own, which is slow. */
  readonly hasSnapshots: boolean;
};

/** `clock` is the clock that the engine reads in this thread. */
export type RendererParts = { module: WasmModule; clock: { nowMs: number }; limits: RendererLimits };

/**
 * Starts an engine and tests that a restore clears whatever a script did. If it doesn't, this build of the engine is
 * not the one we know, and each render starts a new one.
 */
export async function newRenderer(parts: RendererParts): Promise<Renderer> {
  const { module, clock, limits } = parts;
  const engine = await newEngine(module, limits.memoryBytes);
  const realm = openRealm(engine, clock, limits.outputBytes);
  const base = realm.random === 0 ? null : takeBase(engine, realm.context);
  if (base === null) return slowRenderer(parts);

  const session = newSession(engine, realm, clock, limits);
  const other = newSession(await newEngine(module, limits.memoryBytes), realm, clock, limits);
  const isSafe = await passesSelfTest(
    snapshotRenderer(parts, session, realm, base),
    snapshotRenderer(parts, other, realm, base),
  );
  if (!isSafe || !isCleanElsewhere(engine, base)) return slowRenderer(parts);
  return snapshotRenderer(parts, session, realm, base);
}

function slowRenderer({ module, clock, limits }: RendererParts): Renderer {
  return {
    hasSnapshots: false,
    async render(job) {
      const engine = await newEngine(module, limits.memoryBytes);
      const [bornMs] = seedWords(job.seed);
      const realm = openRealm(engine, clock, limits.outputBytes, bornMs);
      const session = newSession(engine, { ...realm, random: 0 }, clock, limits);
      const prepared = session.prepare(job.program.source);
      return 'failure' in prepared ? prepared.failure : session.run(job, prepared.fn);
    },
  };
}

/** A program whose top level ran: what the memory was then and where its function lies, or why it has none. */
type Prepared = { source: string; ready: { snapshot: Snapshot; fn: number } | { failure: RenderOutcome } };

function snapshotRenderer(
  { module, clock, limits }: RendererParts,
  first: Session,
  realm: Realm,
  base: BaseImage,
): Renderer {
  const programs = new Map<string, Prepared>();
  let session = first;

  function prepare(source: string): Prepared['ready'] {
    restore(session.engine, base, NOTHING);
    const prepared = session.prepare(source);
    return 'failure' in prepared ? prepared : { fn: prepared.fn, snapshot: takeSnapshot(session.engine, base) };
  }

  function keep(key: string, prepared: Prepared): void {
    programs.delete(key);
    programs.set(key, prepared);
    const oldest = programs.keys().next();
    if (programs.size > limits.programsMax && !oldest.done) programs.delete(oldest.value);
  }

  return {
    hasSnapshots: true,
    async render(job) {
      if (session.isSpent) session = newSession(await newEngine(module, limits.memoryBytes), realm, clock, limits);
      const { key, source } = job.program;
      const known = programs.get(key);
      const ready = known?.source === source ? known.ready : prepare(source);
      // What a limit ended may have been bad luck: it is tried again.
      if (!('failure' in ready) || ready.failure.kind === 'threw') keep(key, { source, ready });
      if ('failure' in ready) return ready.failure;
      restore(session.engine, base, ready.snapshot);
      return session.run(job, ready.fn);
    },
  };
}
