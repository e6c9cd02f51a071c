import type { Clock } from '../../async/clock.ts';
import { inlineCompute } from '../../compute/inline.ts';
import { createAuthenticator } from '../../connections/authenticator.ts';
import { silentTelemetry } from '../../telemetry/silent-telemetry.testing.ts';
import { type Pipeline, startPipeline } from '../pipeline.ts';
import type { PipelineParts } from '../pipeline-parts.ts';

/** The life of a process, which can be killed at any moment. */
export type Life = { isOver: boolean };

/** The parts that outlive the simulated processes, and the list of violated guarantees. */
type Storage = Pick<PipelineParts, 'catalog' | 'journal' | 'notes' | 'audit' | 'egress' | 'clock' | 'newId'> & {
  problems: string[];
  /** The storage calls in progress, without those of dead processes. */
  pending: Set<Promise<unknown>>;
};

const telemetry = silentTelemetry();
/** No secret of the simulation is long enough to be redacted. */
const scrubber = { scrub: (text: string) => text, learn() {}, follow: () => () => {} };

const sandbox = {
  render: () => Promise.reject(new Error('no template of the simulation needs one')),
  stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
  [Symbol.asyncDispose]: async () => {},
};

/** A pipeline that ends with its life: calls that it made may take effect, but it does not get their results. */
export function startProcess({ problems, pending, newId, clock, ...storage }: Storage, life: Life): Promise<Pipeline> {
  const egress = mortal(storage.egress, life);
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
      failed(error, doing) {
        if (!(error instanceof Error) || error.message !== 'the disk is full') problems.push(`${doing}: ${error}`);
      },
    },
    clock: mortalClock(clock, life),
    newId,
    random: () => 0.5,
    scrubber,
    limits: {
      retention: { values: { days: 30, bytes: null, auditDays: 365, bodiesMs: null }, fixed: new Set() },
      stopTimeoutMs: 30_000,
      requestsMax: 4_000,
      everyMs: 60_000,
    },
    lost: (partition) => problems.push(`lost partition ${partition}`),
  });
}

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
    if (life.isOver) return never;
    const asked: unknown = Reflect.apply(part, target, given);
    const isTracked = pending !== undefined && asked instanceof Promise;
    if (isTracked) pending.add(asked);
    try {
      const answer = await asked;
      return life.isOver ? never : answer;
    } catch (error) {
      if (life.isOver) return never;
      throw error;
    } finally {
      if (isTracked) pending.delete(asked);
    }
  };
}

function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: clock.now,
    after: (ms, call) =>
      clock.after(ms, () => {
        if (!life.isOver) call();
      }),
  };
}
