import type { Clock } from '../../async/clock.ts';
import { inlineCompute } from '../../compute/inline.ts';
import { createAuthenticator } from '../../connections/authenticator.ts';
import { silentTelemetry } from '../../telemetry/silent-telemetry.testing.ts';
import { type Pipeline, startPipeline } from '../pipeline.ts';
import type { PipelineParts } from '../pipeline-parts.ts';

/** The life of a process, which can be killed at any moment, and stopped until `continues` resolves. */
export type Life = { isOver: boolean; continues?: Promise<void> | null };

/** The parts that outlive the simulated processes, and the list of violated guarantees. */
type Storage = Pick<
  PipelineParts,
  'catalog' | 'journal' | 'notes' | 'audit' | 'egress' | 'clock' | 'newId' | 'node'
> & {
  problems: string[];
  /** The storage calls in progress, without those of dead processes. */
  pending: Set<Promise<unknown>>;
  /** Errors that the simulation causes. */
  isExpected?(error: unknown): boolean;
};

const telemetry = silentTelemetry();
/** No secret of the simulation is long enough to be redacted. */
const scrubber = { scrub: (text: string) => text, learn() {}, follow: () => () => {} };

const sandbox = {
  render: () => Promise.reject(new Error('no template of the simulation needs one')),
  stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
  [Symbol.asyncDispose]: async () => {},
};

/**
 * A pipeline that ends with its life: calls that it made may take effect, but it does not get their results. While it is
 * stopped its timers stand still, and it gets no results and makes no calls.
 */
export function startProcess(
  { problems, pending, newId, clock, node, isExpected = isFull, ...storage }: Storage,
  life: Life,
): Promise<Pipeline> {
  const egress = mortal(storage.egress, life);
  const failed = (error: unknown, doing: string) => {
    if (!isExpected(error)) problems.push(`${doing}: ${error}`);
  };
  return startPipeline({
    catalog: mortal(storage.catalog, life, pending),
    journal: mortal(storage.journal, life, pending),
    notes: mortal(storage.notes, life, pending),
    audit: mortal(storage.audit, life, pending),
    sandbox,
    compute: { deliveries: inlineCompute(), drafts: inlineCompute() },
    egress,
    authenticator: createAuthenticator({
      egress,
      now: clock.now,
      newId: () => newId('request'),
      isHttpAllowed: () => true,
    }),
    telemetry: {
      ...telemetry,
      failed,
      ...(node !== undefined && { failedOften: failed }),
    },
    clock: mortalClock(clock, life),
    newId,
    random: () => 0.5,
    scrubber,
    messages: { seal: (value) => JSON.stringify(value), open: (text) => JSON.parse(text) },
    limits: {
      retention: { values: { days: 30, bytes: null, auditDays: 365, bodiesMs: null }, fixed: new Set() },
      stopTimeoutMs: 30_000,
      requestsMax: 4_000,
      everyMs: 60_000,
    },
    lost: (partition) => problems.push(`lost partition ${partition}`),
    ...(node !== undefined && { node }),
  });
}

const isFull = (error: unknown) => error instanceof Error && error.message === 'the disk is full';

const never = new Promise<never>(() => {});

/** A port as one process sees it: after its end, no call returns. */
function mortal<Port extends object>(port: Port, life: Life, pending?: Set<Promise<unknown>>): Port {
  const parts = new Map<PropertyKey, unknown>();
  return new Proxy(port, {
    get(target, key) {
      if (!parts.has(key)) parts.set(key, mortalPart(target, key, life, pending));
      return parts.get(key);
    },
  });
}

function mortalPart(target: object, key: PropertyKey, life: Life, pending?: Set<Promise<unknown>>): unknown {
  const part: unknown = Reflect.get(target, key);
  if (typeof part === 'object' && part !== null) return mortal(part, life, pending);
  if (typeof part !== 'function') return part;
  return async (...given: unknown[]) => {
    while (life.continues) await life.continues;
    if (life.isOver) return never;
    const asked: unknown = Reflect.apply(part, target, given);
    const isTracked = pending !== undefined && asked instanceof Promise;
    if (isTracked) track(asked, pending);
    try {
      const answer = await asked;
      while (life.continues) await life.continues;
      return life.isOver ? never : answer;
    } catch (error) {
      while (life.continues) await life.continues;
      if (life.isOver) return never;
      throw error;
    }
  };
}

/** Keeps a call among those in progress until it has ended. */
export function track(asked: Promise<unknown>, pending: Set<Promise<unknown>>) {
  pending.add(asked);
  const ended = () => pending.delete(asked);
  asked.then(ended, ended);
}

function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: clock.now,
    after(ms, call) {
      let isCancelled = false;
      const run = () => {
        if (life.isOver || isCancelled) return;
        if (life.continues) void life.continues.then(run);
        else call();
      };
      const cancel = clock.after(ms, run);
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
}
